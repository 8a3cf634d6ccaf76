/** What the sync takes from its surroundings. In the browser they are the platform's; under Node, a fake phone's. */
import { failed, ownProblem, problemOf, type Result } from '@/api/problems'
import { readMeta, writeMeta, type LocalDb } from '@/local/db'

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>

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

/** Headers of every request: who asks, in which language, and for whom (a server may refuse when the cookie is another's). */
export function headersOf(context: SyncContext): Record<string, string> {
  return {
    Accept: 'application/json',
    'Accept-Language': context.language(),
    'X-Wangge-Client': `field/${context.app_version}`,
    'X-Wangge-Account': context.account_id,
  }
}

/** One JSON request. Every expected failure is a value; only `AbortError` of the caller's own signal is thrown. */
export async function call<T>(
  context: SyncContext,
  method: 'GET' | 'POST',
  path: string,
  options: { body?: unknown; signal?: AbortSignal } = {},
): Promise<Result<T>> {
  const sentAt = context.now()
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS)
  const forward = () => timeout.abort()
  options.signal?.addEventListener('abort', forward, { once: true })
  try {
    const response = await context.fetch(context.apiBase + path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: {
        ...headersOf(context),
        ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: timeout.signal,
    })
    if (!response.ok) {
      const problem = await problemOf(response)
      const retryAfter = Number(response.headers.get('retry-after'))
      if (retryAfter > 0) problem.retry_after_s = retryAfter
      return failed(problem)
    }
    const data = (await response.json()) as T
    await noteServerTime(context, data, sentAt)
    return { ok: true, data }
  } catch (error) {
    if (options.signal?.aborted) throw error
    if (error instanceof SyntaxError) return failed(ownProblem('unexpected_answer', 200))
    return failed(ownProblem(timeout.signal.aborted ? 'server_slow' : 'no_network'))
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', forward)
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
