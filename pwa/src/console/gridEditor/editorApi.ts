/** What the editor asks of the server. */
import { get, post, send } from '../data/request'
import type { Page } from '../data/types'
import type { ChangeDetail, ChangeItem, Command, GridFeatures, Preview, TilingReport } from './types'

/** A grid and its children at full precision; `on` is a day, for the grids as they were. */
export const readEditing = (gridId: string, on = '', signal?: AbortSignal) =>
  get<GridFeatures>(`/api/grids/${gridId}/editing`, { on }, signal)
export const readTiling = (gridId: string, signal?: AbortSignal) =>
  get<TilingReport>(`/api/grids/${gridId}/tiling`, {}, signal)
export const previewChange = (command: Command, signal?: AbortSignal) =>
  send<Preview>('POST', '/api/grid-changes/preview', { body: command, signal })
export const makeChange = (command: Command) => post<ChangeDetail>('/api/grid-changes', command)
export const listChanges = (query: Record<string, string | number>, signal?: AbortSignal) =>
  get<Page<ChangeItem>>('/api/grid-changes', query, signal)
export const readChange = (id: string, signal?: AbortSignal) => get<ChangeDetail>(`/api/grid-changes/${id}`, {}, signal)
export const previewUndo = (id: string) => post<Preview>(`/api/grid-changes/${id}/undo?dry_run=true`)
export const undoChange = (id: string) => post<ChangeDetail>(`/api/grid-changes/${id}/undo`)
