/** What the gap board asks of the server. */
import { addressOf, get, getIfNew, post, type QueryValue } from '../data/request'
import type { EmployerDetail, Page, Position } from '../data/types'
import type { GapCounts, GapItem, GapKind } from './kinds'

type Query = Record<string, QueryValue>

/** The counts, or `null` when they are still those of `etag`. */
export const countGaps = (gridId: string, etag: string, signal?: AbortSignal) =>
  getIfNew<GapCounts>('/api/gaps/counts', { query: { grid_id: gridId }, signal, etag })
export const listGaps = (kind: GapKind, query: Query, signal?: AbortSignal) =>
  get<Page<GapItem>>(`/api/gaps/${kind}`, query, signal)
export const gapsCsv = (kind: GapKind, query: Query) => addressOf(`/api/gaps/${kind}.csv`, query)
export const placeEmployer = (id: string, position: Position, version: number) =>
  post<EmployerDetail>(`/api/employers/${id}/place`, { position, version })
export interface NewDuty {
  id: string
  person_id: string
  grid_id: string
  duty: string
  valid_from: string
  is_main: boolean
}
export const assignDuty = (duty: NewDuty) => post<{ id: string }>('/api/duties', duty)
