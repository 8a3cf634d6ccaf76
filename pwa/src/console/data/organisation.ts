/** Units, entrustments, designations and responsibility: what the console asks of the server about who may do what. */
import type { components } from '@/api/schema.gen'
import { get, post, send, type QueryValue } from './request'
import type { Page } from './types'

type Wire = components['schemas']
type Query = Record<string, QueryValue>

export type UnitKind = 'command_centre' | 'county' | 'zone' | 'street' | 'community'
export type UnitRef = Omit<Wire['UnitRef'], 'kind'> & { kind: UnitKind }
export type UnitItem = Omit<Wire['UnitItem'], 'kind'> & { kind: UnitKind }
export type EntrustmentStatus = 'draft' | 'upcoming' | 'in_force' | 'expired' | 'ended' | 'revoked'
export type UnitEntrustment = Omit<Wire['UnitEntrustment'], 'status' | 'other'> & {
  status: EntrustmentStatus
  other: UnitRef
}
export type UnitDetail = Omit<Wire['UnitDetail'], 'kind' | 'given' | 'received'> & {
  kind: UnitKind
  given: UnitEntrustment[]
  received: UnitEntrustment[]
}
export type HistoryLine = Wire['HistoryLine']
export type Matter = Wire['MatterRead']
export type Power = Wire['PowerRead']
export interface MattersAndPowers {
  matters: Matter[]
  powers: Power[]
}
export type EntrustmentItem = Omit<Wire['EntrustmentItem'], 'status' | 'principal' | 'agent' | 'reach'> & {
  status: EntrustmentStatus
  principal: UnitRef
  agent: UnitRef
  reach: 'area' | 'employers'
}
export type Overlap = Wire['Overlap']
export type EntrustmentDetail = EntrustmentItem & Omit<Wire['EntrustmentDetail'], keyof EntrustmentItem>
export type EntrustmentWrite = Wire['EntrustmentWrite']
export type NamedEmployer = Wire['NamedEmployer']
export type Designations = Wire['Designations']
export type Designation = Wire['DesignationRead']
export type Responsibility = Wire['Responsibility']

/** Matters and powers hardly ever change: asked once for each page that needs them, by whoever comes first. */
let known: Promise<Awaited<ReturnType<typeof ask>>> | null = null
const ask = () => get<MattersAndPowers>('/api/matters')
export async function readMatters() {
  const result = await (known ??= ask())
  if (!result.ok) known = null
  return result
}

export const listUnits = (query: Query, signal?: AbortSignal) => get<Page<UnitItem>>('/api/units', query, signal)
export const readUnit = (id: string) => get<UnitDetail>(`/api/units/${id}`)
export const readUnitHistory = (id: string) => get<{ items: HistoryLine[] }>(`/api/units/${id}/history`)
export const addUnit = (unit: Wire['UnitAdd']) => post<UnitDetail>('/api/units', unit)
export const editUnit = (id: string, unit: Wire['UnitEdit']) =>
  send<UnitDetail>('PUT', `/api/units/${id}`, { body: unit })
export const closeUnit = (id: string, body: Wire['UnitClose']) => post<UnitDetail>(`/api/units/${id}/close`, body)
export const switchIntake = (id: string, body: Wire['IntakeSwitch']) =>
  post<UnitDetail>(`/api/units/${id}/intake`, body)
export const grantPowers = (id: string, body: Wire['PowerGrant']) => post<UnitDetail>(`/api/units/${id}/powers`, body)
export const endPowers = (id: string, body: Wire['PowerEnd']) => post<UnitDetail>(`/api/units/${id}/powers/end`, body)

export const listEntrustments = (query: Query, signal?: AbortSignal) =>
  get<Page<EntrustmentItem>>('/api/entrustments', query, signal)
export const readEntrustment = (id: string) => get<EntrustmentDetail>(`/api/entrustments/${id}`)
export const listEntrustedEmployers = (id: string, query: Query) =>
  get<Page<NamedEmployer>>(`/api/entrustments/${id}/employers`, query)
export const previewEntrustment = (body: EntrustmentWrite) =>
  post<{ overlaps: Overlap[] }>('/api/entrustments/preview', body)
export const drawUpEntrustment = (body: EntrustmentWrite) => post<EntrustmentDetail>('/api/entrustments', body)
export const changeEntrustment = (id: string, body: EntrustmentWrite) =>
  send<EntrustmentDetail>('PUT', `/api/entrustments/${id}`, { body })
export const putInForce = (id: string, version: number, overlap_reason: string) =>
  post<EntrustmentDetail>(`/api/entrustments/${id}/put-in-force`, { version, overlap_reason })
export const endEntrustment = (id: string, body: Wire['EntrustmentEnd']) =>
  post<EntrustmentDetail>(`/api/entrustments/${id}/end`, body)
export const extendEntrustment = (id: string, body: Wire['EntrustmentExtend']) =>
  post<EntrustmentDetail>(`/api/entrustments/${id}/extend`, body)
export const keepDocument = (id: string, file: Blob) =>
  send<EntrustmentDetail>('PUT', `/api/entrustments/${id}/document`, { file })
export const documentAddress = (id: string) => `/api/entrustments/${id}/document`

export const readDesignations = (employerId: string) => get<Designations>(`/api/employers/${employerId}/designations`)
export const designate = (employerId: string, body: Wire['Designate']) =>
  post<Designations>(`/api/employers/${employerId}/designations`, body)
export const endDesignation = (employerId: string, id: string, body: Wire['DesignationEnd']) =>
  post<Designations>(`/api/employers/${employerId}/designations/${id}/end`, body)

export const whoIsResponsible = (query: Query, signal?: AbortSignal) =>
  get<Responsibility>('/api/responsibility', query, signal)
