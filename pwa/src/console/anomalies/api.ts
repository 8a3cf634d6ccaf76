/** Odd field records, as the console asks for them. */
import type { components } from '@/api/schema.gen'
import { get, post, type QueryValue } from '../data/request'
import type { Page } from '../data/types'

export type AnomalyRead = components['schemas']['AnomalyRead']
export type AnomalyReason = components['schemas']['AnomalyReason']
export type AnomalyConclusion = components['schemas']['AnomalyReview']['conclusion']

export const ANOMALY_CODES = [
  'teleport',
  'frozen_position',
  'clock_jump',
  'ahead_of_time',
  'gallery',
  'same_file',
  'similar_photo',
] as const
export const ANOMALY_STATES = ['open', 'explained', 'confirmed', 'all'] as const

export const listAnomalies = (query: Record<string, QueryValue>, signal?: AbortSignal) =>
  get<Page<AnomalyRead>>('/api/anomalies', query, signal)
export const reviewAnomaly = (id: string, conclusion: AnomalyConclusion, note: string, version: number) =>
  post<AnomalyRead>(`/api/anomalies/${id}/review`, { conclusion, note, version })
