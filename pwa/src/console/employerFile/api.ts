/** The employer's file in full, as the console asks for it. */
import type { components } from '@/api/schema.gen'
import { get, post, type QueryValue } from '../data/request'
import type { Page } from '../data/types'

export type EmployerFile = components['schemas']['EmployerFile']
export type FileVersion = components['schemas']['FileVersion']
export type FieldChange = components['schemas']['FieldChange']
export type TimelineEvent = components['schemas']['TimelineEvent']
export type ConflictRead = components['schemas']['ConflictRead']
export type SurveyFilling = components['schemas']['SurveyFilling']
export type MergeUndoResult = components['schemas']['MergeUndoResult']
type Values = Record<string, unknown>

const at = (id: string) => `/api/employers/${id}`
export const readFile = (id: string) => get<EmployerFile>(`${at(id)}/file`)
export const editFile = (id: string, body: { version: number; changes: Values; survey: unknown; note: string }) =>
  post<EmployerFile>(`${at(id)}/file`, body)
export const listVersions = (id: string, page: number) =>
  get<Page<FileVersion>>(`${at(id)}/versions`, { page, page_size: 20 })
export const compareVersions = (id: string, first: number, last: number) =>
  get<FieldChange[]>(`${at(id)}/versions/compare`, { first, last })
export const restoreFile = (id: string, body: { to_version: number; version: number; reason: string }) =>
  post<EmployerFile>(`${at(id)}/restore`, body)
export const readTimeline = (id: string, kind: string, page: number) =>
  get<Page<TimelineEvent>>(`${at(id)}/timeline`, { kind, page, page_size: 50 })
export const mergeFiles = (
  id: string,
  body: { merged_id: string; reason: string; version: number; merged_version: number; take: string[] },
) => post<EmployerFile>(`${at(id)}/merge`, body)
export const undoMerge = (mergeId: string, reason: string) =>
  post<MergeUndoResult>(`/api/employer-merges/${mergeId}/undo`, { reason })
export const listConflicts = (query: Record<string, QueryValue>, signal?: AbortSignal) =>
  get<Page<ConflictRead>>('/api/employer-conflicts', query, signal)
export const resolveConflict = (id: string, value: unknown, reason: string, version: number) =>
  post<ConflictRead>(`/api/employer-conflicts/${id}/resolve`, { value, reason, version })
