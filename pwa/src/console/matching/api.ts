/** The work queue of unsure matches, as the console asks for it. */
import type { components } from '@/api/schema.gen'
import { get, post, type QueryValue } from '../data/request'
import type { Page, Position } from '../data/types'

type Wire = components['schemas']
type Query = Record<string, QueryValue>
type Over<W, O> = Omit<W, keyof O> & O

export type MatchReason = Wire['MatchReason']
export type MatchChoice = Over<Wire['MatchChoice'], { position: Position | null }>
export type MatchItem = Over<Wire['MatchItem'], { position: Position | null; choices: MatchChoice[] }>
export type MatchDecision = Wire['MatchDecisionRead']
export type MatchVerdict = Wire['MatchVerdict']

export const listMatches = (query: Query, signal?: AbortSignal) => get<Page<MatchItem>>('/api/matches', query, signal)
export const decideMatch = (verdict: MatchVerdict) => post<MatchDecision>('/api/matches', verdict)
export const listDecisions = (query: Query, signal?: AbortSignal) =>
  get<Page<MatchDecision>>('/api/matches/decisions', query, signal)
export const undoDecision = (id: string) => post<MatchDecision>(`/api/matches/decisions/${id}/undo`)
