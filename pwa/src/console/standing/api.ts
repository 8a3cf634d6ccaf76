/** How employers stand: signals, the key supervision list and ratings, as the console asks for them. */
import type { components } from '@/api/schema.gen'
import { get, post, type QueryValue } from '../data/request'
import type { Page } from '../data/types'

export type EmployerStanding = components['schemas']['EmployerStanding']
export type StandingRules = components['schemas']['StandingRules']
export type SignalRead = components['schemas']['SignalRead']
export type KeyListItem = components['schemas']['KeyListItem']
export type KeyListFacts = components['schemas']['KeyListFacts']
export type RatingItem = components['schemas']['RatingItem']
export type RatingDetail = components['schemas']['RatingDetail']
export type RatingRound = components['schemas']['RatingRoundRead']

export const CRITERIA = [
  'unsupervised',
  'wage_arrears',
  'premium_arrears',
  'complaints',
  'collective_petition',
  'low_grade',
] as const
export const KEY_LIST_STATES = ['waiting', 'open', 'left', 'all'] as const
export const RATING_STATES = ['proposed', 'reviewed', 'published'] as const

type Query = Record<string, QueryValue>
type Body<Name extends keyof components['schemas']> = components['schemas'][Name]

export const readStanding = (employerId: string) => get<EmployerStanding>(`/api/employers/${employerId}/standing`)
export const recordSignal = (employerId: string, body: Body<'SignalRecord'>) =>
  post<SignalRead>(`/api/employers/${employerId}/signals`, body)
export const endSignal = (employerId: string, id: string, body: Body<'SignalEnd'>) =>
  post<SignalRead>(`/api/employers/${employerId}/signals/${id}/end`, body)
export const withdrawSignal = (employerId: string, id: string, body: Body<'SignalWithdraw'>) =>
  post<SignalRead>(`/api/employers/${employerId}/signals/${id}/withdraw`, body)

export const listKeyList = (query: Query, signal?: AbortSignal) =>
  get<Page<KeyListItem>>('/api/key-list', query, signal)
export const acknowledge = (id: string, body: Body<'KeyListAcknowledge'>) =>
  post<KeyListItem>(`/api/key-list/${id}/acknowledge`, body)

export const listRounds = () => get<Page<RatingRound>>('/api/rating-rounds', { page_size: 200 })
export const readRound = (id: string) => get<RatingRound>(`/api/rating-rounds/${id}`)
export const beginRound = (body: Body<'RatingRoundStart'>) => post<RatingRound>('/api/rating-rounds', body)
export const acceptProposals = (id: string, body: Body<'RatingRoundAccept'>) =>
  post<RatingRound>(`/api/rating-rounds/${id}/accept`, body)
export const publishRound = (id: string, body: Body<'RatingRoundPublish'>) =>
  post<RatingRound>(`/api/rating-rounds/${id}/publish`, body)

export const listRatings = (query: Query, signal?: AbortSignal) => get<Page<RatingItem>>('/api/ratings', query, signal)
export const readRating = (id: string) => get<RatingDetail>(`/api/ratings/${id}`)
export const decideRating = (id: string, body: Body<'RatingDecide'>) =>
  post<RatingDetail>(`/api/ratings/${id}/decide`, body)
export const fileObjection = (id: string, body: Body<'RatingObjectionFile'>) =>
  post<RatingDetail>(`/api/ratings/${id}/objections`, body)
export const decideObjection = (id: string, objectionId: string, body: Body<'RatingObjectionDecide'>) =>
  post<RatingDetail>(`/api/ratings/${id}/objections/${objectionId}/decide`, body)

let rules: Promise<StandingRules | null> | null = null
/** The words and rules in force; asked for once a page load, and again after a failure. */
export function standingRules(): Promise<StandingRules | null> {
  rules ??= get<StandingRules>('/api/standing/rules').then((result) => {
    if (result.ok) return result.data
    rules = null
    return null
  })
  return rules
}
