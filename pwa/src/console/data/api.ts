/** What the console asks of the server, one function per question. */
import type { components } from '@/api/schema.gen'
import { get, post, send, type QueryValue } from './request'
import type {
  AssignablePerson,
  CheckInRead,
  CoverageCounts,
  CoverageTrend,
  EmployerDetail,
  EmployerItem,
  EvidenceDetail,
  GridDetail,
  GridItem,
  KeptOperation,
  NewPatrol,
  Me,
  Page,
  PatrolDetail,
  PatrolItem,
  UncoveredItem,
  VisitRead,
} from './types'

type Query = Record<string, QueryValue>

export const readMe = () => send<Me>('GET', '/api/me', { withoutSession: true })
export const signIn = (login: string, password: string, totp = '') =>
  send<Me>('POST', '/api/auth/sign-in', { body: { login, password, totp }, withoutSession: true })
export const signOut = () => send<void>('POST', '/api/auth/sign-out', { withoutSession: true })

export const listGrids = (query: Query, signal?: AbortSignal) => get<Page<GridItem>>('/api/grids', query, signal)
export const readGrid = (id: string) => get<GridDetail>(`/api/grids/${id}`)
export const readBaseMap = () => get<components['schemas']['BaseMapRead']>('/api/map/base')
export const readExtent = () => get<{ bbox: [number, number, number, number] | null }>('/api/map/extent')

export const listEmployers = (query: Query, signal?: AbortSignal) =>
  get<Page<EmployerItem>>('/api/employers', query, signal)
export const readEmployer = (id: string, signal?: AbortSignal) =>
  get<EmployerDetail>(`/api/employers/${id}`, undefined, signal)
export const reviewEmployer = (id: string, decision: 'accept' | 'return', reason: string, version: number) =>
  post<EmployerDetail>(`/api/employers/${id}/review`, { decision, reason, version })

export const readTrend = (query: Query, signal?: AbortSignal) =>
  get<CoverageTrend>('/api/coverage/trend', query, signal)
export const countCoverage = (query: Query, signal?: AbortSignal) =>
  get<CoverageCounts>('/api/coverage/counts', query, signal)
/** With a drawn area the filters travel in the body, because an address has a length limit. */
export const listUncovered = (query: Query, area: object | null, signal?: AbortSignal) =>
  area
    ? send<Page<UncoveredItem>>('POST', '/api/coverage/uncovered', {
        body: withoutEmpty({ ...query, near: numbersOf(query.near), polygon: area }),
        signal,
      })
    : get<Page<UncoveredItem>>('/api/coverage/uncovered', query, signal)
const numbersOf = (near: QueryValue) => (near ? String(near).split(',').map(Number) : '')

export const listAssignable = (query: Query, signal?: AbortSignal) =>
  get<Page<AssignablePerson>>('/api/people/assignable', query, signal)
export const createPatrol = (patrol: NewPatrol) => post<PatrolDetail>('/api/patrols', patrol)
export const listPatrols = (query: Query, signal?: AbortSignal) => get<Page<PatrolItem>>('/api/patrols', query, signal)
export const readPatrol = (id: string, signal?: AbortSignal) =>
  get<PatrolDetail>(`/api/patrols/${id}`, undefined, signal)
export const cancelPatrol = (id: string, reason: string, version: number) =>
  post<PatrolDetail>(`/api/patrols/${id}/cancel`, { reason, version })

export const listCheckIns = (query: Query, signal?: AbortSignal) =>
  get<Page<CheckInRead>>('/api/check-ins', query, signal)
export const listVisits = (query: Query, signal?: AbortSignal) => get<Page<VisitRead>>('/api/visits', query, signal)
export const readEvidence = (id: string, signal?: AbortSignal) =>
  get<EvidenceDetail>(`/api/evidence/${id}`, undefined, signal)
export const thumbnailAddress = (id: string) => `/api/evidence/${id}/thumbnail`
export const copyAddress = (id: string) => `/api/evidence/${id}/copy`
export const originalAddress = (id: string) => `/api/evidence/${id}/original`

export const listKeptOperations = (query: Query, signal?: AbortSignal) =>
  get<Page<KeptOperation>>('/api/sync/operations', query, signal)

export const retryOperation = (id: string) => post<KeptOperation>(`/api/sync/operations/${id}/retry`, {})

export const closeOperation = (id: string, reason: string) =>
  post<KeptOperation>(`/api/sync/operations/${id}/close`, { reason })

function withoutEmpty(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  )
}
