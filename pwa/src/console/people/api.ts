/** What the rooms of people, certificates and training ask of the server. */
import type { components } from '@/api/schema.gen'
import { addressOf, get, patch, post, send, type QueryValue } from '../data/request'
import type { Page } from '../data/types'

type Wire = components['schemas']
type Query = Record<string, QueryValue>

export type PersonItem = Wire['PersonItem']
export type PersonDetail = Wire['PersonDetail']
export type PersonKind = PersonItem['kind']
export type CertificateRead = Wire['CertificateRead']
export type CertificateKind = CertificateRead['kind']
export type CertificateCounts = Wire['CertificateCounts']
export type DutyRead = Wire['DutyRead']
export type OpenWork = Wire['OpenWork']
export type HandOverRead = Wire['HandOverRead']
export type HandOverMake = Wire['HandOverMake']
export type SheetReport = Wire['SheetReport']
export type PlanItem = Wire['PlanItem']
export type PlanDetail = Wire['PlanDetail']
export type ExamRead = Wire['ExamRead']
export type ResultRead = Wire['ResultRead']
export type Assignability = Wire['Assignability']

export const KINDS = ['legal_supervisor', 'part_time_inspector', 'full_time_inspector', 'staff'] as const
export const STATES = ['nominated', 'approved', 'appointed', 'left', 'rejected'] as const
export const EDUCATIONS = ['middle_school', 'high_school', 'college', 'bachelor', 'postgraduate'] as const
export const CERTIFICATE_KINDS = ['post_certificate', 'inspector_certificate', 'enforcement_certificate'] as const
export const CERTIFICATE_STATES = ['valid', 'expiring', 'expired', 'revoked', 'coming'] as const

export const listPeople = (query: Query, signal?: AbortSignal) => get<Page<PersonItem>>('/api/people', query, signal)
export const readPerson = (id: string) => get<PersonDetail>(`/api/people/${id}`)
export const nominatePerson = (body: Wire['PersonNominate']) => post<PersonDetail>('/api/people', body)
export const changePerson = (id: string, body: object) => patch<PersonDetail>(`/api/people/${id}`, body)
export const decideNomination = (id: string, body: Wire['PersonDecide']) =>
  post<PersonDetail>(`/api/people/${id}/decide`, body)
export const nominateAgain = (id: string, version: number) =>
  post<PersonDetail>(`/api/people/${id}/nominate`, { version })
export const appointPerson = (id: string, body: Wire['PersonAppoint']) =>
  post<PersonDetail>(`/api/people/${id}/appointments`, body)
export const unmaskPerson = (id: string, fields: string[], reason: string) =>
  post<Wire['Unmasked']>(`/api/people/${id}/unmask`, { fields, reason })
export const whyNotAssignable = (id: string, on: string) => get<Assignability>(`/api/people/${id}/assignable`, { on })

export const readOpenWork = (id: string) => get<OpenWork>(`/api/people/${id}/open-work`)
export const handOver = (id: string, body: HandOverMake) => post<HandOverRead>(`/api/people/${id}/hand-over`, body)
export const readHandOver = (id: string) => get<HandOverRead>(`/api/hand-overs/${id}`)

export const listDuties = (query: Query) => get<Page<DutyRead>>('/api/duties', query)
export const assignDuty = (body: Wire['DutyAssign']) => post<DutyRead>('/api/duties', body)
export const changeDuty = (id: string, body: Wire['DutyChange']) => patch<DutyRead>(`/api/duties/${id}`, body)
export const endDuty = (id: string, body: Wire['DutyEnd']) => post<DutyRead>(`/api/duties/${id}/end`, body)

export const listCertificates = (query: Query, signal?: AbortSignal) =>
  get<Page<CertificateRead>>('/api/certificates', query, signal)
export const countCertificates = (query: Query = {}) => get<CertificateCounts>('/api/certificates/counts', query)
export const enterCertificate = (body: Wire['CertificateEnter']) => post<CertificateRead>('/api/certificates', body)
export const changeCertificate = (id: string, body: Wire['CertificateChange']) =>
  patch<CertificateRead>(`/api/certificates/${id}`, body)
export const attachScan = (id: string, file: File, version: number) =>
  send<CertificateRead>('POST', `/api/certificates/${id}/scan`, { file, query: { name: file.name, version } })
export const scanAddress = (id: string) => `/api/certificates/${id}/scan`
export const revokeCertificate = (id: string, body: Wire['CertificateRevoke']) =>
  post<CertificateRead>(`/api/certificates/${id}/revoke`, body)

export const listPlans = (query: Query, signal?: AbortSignal) =>
  get<Page<PlanItem>>('/api/training/plans', query, signal)
export const readPlan = (id: string) => get<PlanDetail>(`/api/training/plans/${id}`)
export const makePlan = (body: Wire['PlanMake']) => post<PlanDetail>('/api/training/plans', body)
export const addCourse = (plan: string, body: Wire['CourseMake']) =>
  post<PlanDetail>(`/api/training/plans/${plan}/courses`, body)
export const addExam = (plan: string, body: Wire['ExamMake']) =>
  post<PlanDetail>(`/api/training/plans/${plan}/exams`, body)
export const listResults = (query: Query, signal?: AbortSignal) =>
  get<Page<ResultRead>>('/api/training/results', query, signal)
export const enterScores = (exam: string, scores: { person_id: string; score: number }[]) =>
  post<Page<ResultRead>>(`/api/training/exams/${exam}/scores`, { scores })

/** A spreadsheet's way in: what it would do, what it did, and the same sheet with its faults marked. */
export const importSheet = (path: string, file: Blob, apply: boolean) =>
  send<SheetReport>('POST', path, { file, query: { apply } })
export const markedSheet = (path: string, file: Blob) => send<Blob>('POST', path, { file, asFile: true })
export { addressOf }
