/**
 * Where a phone can be hurt, found by counting: every writing transaction of its store, every request, and the moments
 * between two acts of the person.
 */

export interface Point {
  /** What the person or the sync was doing. */
  step: string
  kind: 'write' | 'request' | 'moment'
  /** The tables of the transaction; method and path; `clock` for a moment between acts. */
  label: string
  /** Which one of this label within the step, from 1. */
  nth: number
}

/** What may happen at a writing transaction. */
export const WRITE_ACTS = ['page_dies_before', 'page_dies_within', 'page_dies_after', 'disk_full'] as const

/** What may happen at a request while everybody else goes on. */
export const REQUEST_ACTS = [
  'page_dies_before',
  'page_dies_after',
  'cut_before_it_arrives',
  'cut_before_the_answer',
  'gateway_before',
  'gateway_after',
  'another_page',
  'sent_twice',
  'signed_out',
  'a_capture_meanwhile',
] as const

/** At requests that carry something of which a receipt is given. */
export const PUSH_ACTS = ['receipt_of_another_text'] as const
export const BYTES_ACTS = ['a_byte_turned', 'kept_by_a_proxy', 'bytes_receipt_forged', 'half_then_again'] as const

/** What may happen to server and database: at a request that is about to go, under way, done but not heard of, or answered. */
export const KILL_ACTS = ['killed_before', 'killed_during', 'killed_after', 'killed_once_answered'] as const

/** What may happen to the phone's clock between two acts. */
export const CLOCK_ACTS = ['clock_3_hours_back', 'clock_3_hours_ahead', 'clock_2_days_back', 'clock_2_days_ahead'] as const

export type Act =
  | (typeof CLOCK_ACTS)[number]
  | (typeof WRITE_ACTS)[number]
  | (typeof REQUEST_ACTS)[number]
  | (typeof PUSH_ACTS)[number]
  | (typeof BYTES_ACTS)[number]
  | (typeof KILL_ACTS)[number]

/** One fault: this, there; and after it, perhaps, a second one. */
export interface Fault {
  point: string
  act: Act
  then?: { point: string; act: Act }
}

export const nameOf = ({ step, kind, label, nth }: Point) => `${step}: ${kind} ${label} #${nth}`

/** What can happen at a point without touching the server itself. */
export function actsAt({ kind, label }: Point): Act[] {
  if (kind === 'write') return [...WRITE_ACTS]
  if (kind === 'moment') return [...CLOCK_ACTS]
  const more: Act[] = label === 'POST /api/sync/push' ? [...PUSH_ACTS] : label.startsWith('PATCH') ? [...BYTES_ACTS] : []
  return [...REQUEST_ACTS, ...more]
}

/** Names the points of one life of a phone as they come. */
export class Counter {
  readonly points: Point[] = []
  private readonly seen = new Map<string, number>()

  note(step: string, kind: Point['kind'], label: string): Point {
    const key = `${step} ${kind} ${label}`
    const nth = (this.seen.get(key) ?? 0) + 1
    this.seen.set(key, nth)
    const point = { step, kind, label, nth }
    this.points.push(point)
    return point
  }
}
