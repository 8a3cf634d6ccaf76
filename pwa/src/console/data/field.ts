/** What the rooms of talks, incidents and tracks ask of the server. */
import type { components } from '@/api/schema.gen'
import { get, post, type QueryValue } from './request'
import type { Page, Position } from './types'

type Wire = components['schemas']
type Query = Record<string, QueryValue>

export type Catalogues = Wire['Catalogues']
export type TalkRead = Wire['TalkRead']
export type IncidentRead = Omit<Wire['IncidentRead'], 'position'> & { position: Position | null }
export type PatrolTrack = Wire['PatrolTrack']

export const readCatalogues = () => get<Catalogues>('/api/catalogues')
export const listTalks = (query: Query, signal?: AbortSignal) => get<Page<TalkRead>>('/api/talks', query, signal)
export const listIncidents = (query: Query, signal?: AbortSignal) =>
  get<Page<IncidentRead>>('/api/incidents', query, signal)
export const countIncidents = () => get<Wire['IncidentCounts']>('/api/incidents/counts')
export const acknowledgeIncident = (id: string, version: number) =>
  post<IncidentRead>(`/api/incidents/${id}/acknowledge`, { version })
export const closeIncident = (id: string, note: string, version: number) =>
  post<IncidentRead>(`/api/incidents/${id}/close`, { note, version })
export const readTrack = (patrolId: string) => get<PatrolTrack>(`/api/patrols/${patrolId}/track`)
