/** Bringing the base map of her area to the phone, piece by piece: what has arrived is kept, and a cut costs one piece. */
import { headersOf } from '@/api/client'
import { ownProblem, problemFrom, type Problem } from '@/api/problems'
import { baseMapState, keepBaseMap, PART_BYTES, partId, type BaseMapState } from '@/local/baseMap'
import { isoMoment } from '@/shared/time'
import { apiOptions, type SyncContext } from './context'
import { isMetered } from './dataBudget'

const PATH = '/api/map/base/own'
const DAY_MS = 86_400_000
const TIMEOUT_MS = 60_000
/** The server has another one by now, or does not know of pieces: begun anew so often. */
const BEGINNINGS = 3

/**
 * Fetch what is missing or has grown old; with `now`, whatever its age and whatever the network, because the person asked for it.
 *
 * Gives why it could not be; a deployment without a base map is no problem.
 */
export async function refreshBaseMap(
  context: SyncContext,
  refreshDays: number,
  signal: AbortSignal,
  now = false,
): Promise<Problem | null> {
  const { db } = context
  let state = await baseMapState(db)
  const isNew = state.checked_at && context.now() - Date.parse(state.checked_at) < refreshDays * DAY_MS
  const isDear = isMetered(context) || context.network().save_data
  if (!now && ((isNew && !state.coming) || isDear)) return null
  for (let begun = 0; begun < BEGINNINGS;) {
    const answer = await ask(context, state, signal)
    if ('type' in answer) return answer.type === 'no_base_map' ? keepNone(context) : answer
    const { response, data } = answer
    if (response.status === 304) {
      await keepBaseMap(db, { ...state, checked_at: isoMoment(context.now()) })
      return null
    }
    const next = data && pieceOf(response, data, state)
    if (!next) {
      begun++
      state = { ...state, coming: null }
      continue
    }
    const isWhole = next.coming.received === next.coming.bytes
    const after: BaseMapState = isWhole
      ? { current: { etag: next.coming.etag, bytes: next.coming.bytes }, coming: null, checked_at: isoMoment(context.now()), is_none: false } // prettier-ignore
      : { ...state, coming: next.coming, is_none: false }
    state = await keepBaseMap(db, after, { id: partId(next.coming.etag, next.n), buffer: data })
    if (isWhole) return null
  }
  return ownProblem('unexpected_answer', 200)
}

async function keepNone({ db, now }: SyncContext): Promise<null> {
  await keepBaseMap(db, { current: null, coming: null, checked_at: isoMoment(now()), is_none: true })
  return null
}

/** The next piece, or the first one of something newer than what is here. */
async function ask(
  context: SyncContext,
  { current, coming }: BaseMapState,
  signal: AbortSignal,
): Promise<Problem | { response: Response; data: ArrayBuffer | null }> {
  const from = coming?.received ?? 0
  const condition: Record<string, string> = coming
    ? { 'If-Range': coming.etag }
    : current
      ? { 'If-None-Match': current.etag }
      : {}
  const limit = new AbortController()
  const stop = () => limit.abort()
  const timer = setTimeout(stop, TIMEOUT_MS)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const response = await context.fetch(`${context.apiBase}${PATH}`, {
      credentials: 'same-origin',
      // Its own copy is kept here; the browser need not keep another.
      cache: 'no-store',
      headers: {
        ...headersOf(apiOptions(context)),
        ...condition,
        Range: `bytes=${from}-${from + PART_BYTES - 1}`,
      },
      signal: limit.signal,
    })
    if (response.status === 206) return { response, data: await response.arrayBuffer() }
    // All of it at once: not what was asked for, and too much to hold.
    if (response.ok || response.status === 304) {
      await response.body?.cancel()
      return { response, data: null }
    }
    return problemFrom(await response.json().catch(() => null), response)
  } catch {
    return ownProblem('no_network')
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** Which piece of which archive an answer is; null when it does not follow on what is here. */
function pieceOf(response: Response, data: ArrayBuffer, { coming }: BaseMapState) {
  const etag = response.headers.get('etag')
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
  if (!etag || !range) return null
  const [from, to, bytes] = range.slice(1).map(Number) as [number, number, number]
  const isNext = from === (coming?.received ?? 0) && (!coming || coming.etag === etag)
  const isFull = data.byteLength === to - from + 1 && (data.byteLength === PART_BYTES || to + 1 === bytes)
  return isNext && isFull ? { n: from / PART_BYTES, coming: { etag, bytes, received: to + 1 } } : null
}
