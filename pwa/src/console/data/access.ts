/** Accounts, phones, sessions, rights and the audit log, as the console asks for them. */
import type { components } from '@/api/schema.gen'
import { addressOf, get, post, type QueryValue } from './request'
import type { Page } from './types'

type Wire = components['schemas']
type Query = Record<string, QueryValue>

export type AccountItem = Wire['AccountItem']
export type Candidate = Wire['Candidate']
export type AccountCreated = Wire['AccountCreated']
export type OneTimeCode = Wire['OneTimeCodeRead']
export type DeviceItem = Wire['DeviceItem']
export type SessionItem = Wire['SessionRead']
export type RightsMatrix = Wire['RightsMatrix']
export type AuditLine = Wire['AuditLine']
export type AuditPage = Wire['AuditPage']
export type Security = Wire['Security']
export type TotpOffer = Wire['TotpOffer']

export const listAccounts = (query: Query, signal?: AbortSignal) =>
  get<Page<AccountItem>>('/api/accounts', query, signal)
export const listCandidates = (query: Query, signal?: AbortSignal) =>
  get<Page<Candidate>>('/api/accounts/candidates', query, signal)
export const createAccount = (person_id: string, login: string) =>
  post<AccountCreated>('/api/accounts', { person_id, login })
export const disableAccount = (id: string, reason: string) =>
  post<AccountItem>(`/api/accounts/${id}/disable`, { reason })
export const enableAccount = (id: string) => post<AccountItem>(`/api/accounts/${id}/enable`)
export const issueReset = (id: string, clears_totp: boolean) =>
  post<OneTimeCode>(`/api/accounts/${id}/reset`, { clears_totp })
export const issueEnrolment = (id: string) => post<OneTimeCode>(`/api/accounts/${id}/enrolment`)
export const endSessionsOf = (id: string) => post<{ ended: number }>(`/api/accounts/${id}/revoke-sessions`)

export const listDevices = (query: Query, signal?: AbortSignal) => get<Page<DeviceItem>>('/api/devices', query, signal)
export const orderDevice = (device: DeviceItem, order: 'revoke' | 'wipe', reason: string) =>
  post<DeviceItem>(`/api/devices/${device.device_id}/accounts/${device.account_id}/${order}`, { reason })

export const listSessions = (query: Query, signal?: AbortSignal) =>
  get<Page<SessionItem>>('/api/sessions', query, signal)
export const endSession = (id: string) => post<{ ended: number }>(`/api/sessions/${id}/revoke`)

export const readRights = () => get<RightsMatrix>('/api/rights')

export const searchAudit = (query: Query, signal?: AbortSignal) => get<AuditPage>('/api/audit', query, signal)
export const auditCsv = (query: Query) => addressOf('/api/audit/lines.csv', query)

export const readSecurity = () => get<Security>('/api/me/security')
export const changePassword = (current_password: string, new_password: string) =>
  post<void>('/api/me/password', { current_password, new_password })
export const beginTotp = (current_password: string) => post<TotpOffer>('/api/me/totp', { current_password })
export const confirmTotp = (code: string) => post<{ codes: string[] }>('/api/me/totp/confirm', { code })
export const removeTotp = (current_password: string) => post<void>('/api/me/totp/remove', { current_password })
export const renewRecoveryCodes = (current_password: string) =>
  post<{ codes: string[] }>('/api/me/recovery-codes', { current_password })
export const readOwnSessions = () => get<SessionItem[]>('/api/me/sessions')
export const endOwnSession = (id: string) => post<{ ended: number }>(`/api/me/sessions/${id}/revoke`)
export const endOtherSessions = () => post<{ ended: number }>('/api/me/sessions/revoke-others')

export const resetPassword = (login: string, code: string, new_password: string) =>
  post<void>('/api/auth/reset-password', { login, code, new_password })
export const unmaskContact = (employerId: string, reason: string) =>
  post<{ contact_name: string; contact_phone: string }>(`/api/employers/${employerId}/unmask`, { reason })
