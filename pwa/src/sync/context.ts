/** What the sync takes from its surroundings. In the browser they are the platform's; under Node, a fake phone's. */
import { makeApi, resultOf, type Api, type ApiOptions, type Fetch } from '@/api/client'
import { failed, ownProblem, type Result } from '@/api/problems'
import { readMeta, writeMeta, type LocalDb } from '@/local/db'

export type { Fetch } from '@/api/client'

/** The part of the Web Locks API that is used; `navigator.locks` fits. */
export interface Locks {
  request<T>(name: string, options: { signal?: AbortSignal }, work: () => Promise<T>): Promise<T>
}

export interface Network {
  /** `wifi`, `cellular`, …; null where the browser does not say. */
  type: string | null
  save_data: boolean
}

export interface SyncContext {
  db: LocalDb
  fetch: Fetch
  /** Milliseconds of the phone's clock. */
  now: () => number
  /** [0, 1) */
  random: () => number
  locks: Locks
  /** Origin of the API, such as `https://host`; empty for the page's own. */
  apiBase: string
  account_id: string
  app_version: string
  language: () => string
  network: () => Network
}

const TIMEOUT_MS = 60_000

export const apiOptions = (context: SyncContext): ApiOptions => ({
  fetch: context.fetch,
  origin: context.apiBase,
  app_version: context.app_version,
  language: context.language(),
  account_id: context.account_id,
})

/** One request, given up after a minute. Every expected failure is a value; only an abort by `signal` is thrown. */
export async function call<T>(
  context: SyncContext,
  ask: (api: Api, signal: AbortSignal) => Promise<{ data?: T; error?: unknown; response: Response }>,
  signal?: AbortSignal,
): Promise<Result<T>> {
  const sentAt = context.now()
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS)
  const forward = () => limit.abort()
  // Stopped before it began: an event that has passed would not come again.
  if (signal?.aborted) limit.abort()
  signal?.addEventListener('abort', forward, { once: true })
  try {
    const result = await resultOf(ask(makeApi(apiOptions(context)), limit.signal), signal)
    if (result.ok) await noteServerTime(context, result.data, sentAt)
    else if (limit.signal.aborted) return failed(ownProblem('server_slow'))
    return result
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', forward)
  }
}

/** Server clock minus phone clock, from an answer that tells its time; good to half the time the request took. */
async function noteServerTime(context: SyncContext, data: unknown, sentAt: number): Promise<void> {
  const time = data && typeof data === 'object' && 'server_time' in data ? Date.parse(String(data.server_time)) : NaN
  if (Number.isNaN(time)) return
  const offset = Math.round(time - (sentAt + context.now()) / 2)
  if ((await readMeta<number>(context.db, 'server_offset_ms')) !== offset) {
    await writeMeta(context.db, 'server_offset_ms', offset)
  }
}
