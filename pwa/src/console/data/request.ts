/**
 * One way to the server for every screen of the console.
 * An expected refusal is a value (`ok: false` with the server's own sentence); only a programming error is thrown.
 * When the session has ended, the request waits for the person to sign in again and is then sent once more, so that a
 * half-filled form is still there afterwards.
 */
import { failed, meansSignIn, ownProblem, problemFrom, type Result } from '@/api/problems'

export type { Result }
export type QueryValue = string | number | boolean | null | undefined | readonly string[]

export interface RequestOptions {
  query?: Record<string, QueryValue>
  body?: unknown
  /** A file to send as it is, in place of a body. */
  file?: Blob
  /** What is asked for is a file, not JSON. */
  asFile?: boolean
  signal?: AbortSignal
  /** Sign-in itself must not ask for sign-in. */
  withoutSession?: boolean
  /** The content that is here already: the server answers 304 while it is still the same. */
  etag?: string
}
/** An answer with the mark that it can be asked for again by; null: still the same. */
export type Fresh<T> = { body: T; etag: string } | null

interface Surroundings {
  language: () => string
  /** Resolves to true once the person is signed in again, to false when she gave up. */
  signInAgain: () => Promise<boolean>
}

let surroundings: Surroundings = { language: () => 'zh-CN', signInAgain: () => Promise.resolve(false) }

export function useSurroundings(given: Surroundings) {
  surroundings = given
}

let background = false

/** Ask without counting as use of the session: what a page asks by itself must not keep a desk signed in that nobody sits at. */
export function inBackground<T>(ask: () => T): T {
  background = true
  try {
    return ask()
  } finally {
    background = false
  }
}

/** The address with its query; empty values are left out, lists are joined by commas. */
export function addressOf(path: string, query: Record<string, QueryValue> = {}): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    if (typeof value === 'object') {
      if (value.length > 0) params.set(key, value.join(','))
    } else params.set(key, String(value))
  }
  const text = params.toString()
  return text ? `${path}?${text}` : path
}

type Read<T> = (response: Response) => Promise<T>
const asJson = <T>(response: Response): Promise<T> => response.json() as Promise<T>

async function once<T>(method: string, path: string, options: RequestOptions, read: Read<T>): Promise<Result<T>> {
  let response: Response
  try {
    response = await fetch(addressOf(path, options.query), {
      method,
      credentials: 'same-origin',
      signal: options.signal,
      headers: {
        Accept: 'application/json',
        'Accept-Language': surroundings.language(),
        'X-Wangge-Client': `console/${__APP_VERSION__}`,
        ...(background ? { 'X-Wangge-Background': '1' } : {}),
        ...(options.file ? { 'Content-Type': 'application/octet-stream' } : {}),
        ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(options.etag ? { 'If-None-Match': options.etag } : {}),
      },
      body: options.file ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return failed(ownProblem('aborted', 0))
    return failed(ownProblem('no_network', 0))
  }
  const isSame = response.status === 304
  if (!response.ok && !isSame) return failed(problemFrom(await response.json().catch(() => null), response))
  if (response.status === 204) return { ok: true, data: undefined as T }
  try {
    return { ok: true, data: await read(response) }
  } catch {
    return failed(ownProblem(options.signal?.aborted ? 'aborted' : 'unexpected_answer', response.status))
  }
}

async function sendAndRead<T>(
  method: string,
  path: string,
  options: RequestOptions,
  read: Read<T>,
): Promise<Result<T>> {
  const first = await once<T>(method, path, options, read)
  if (first.ok || options.withoutSession || !meansSignIn(first.problem)) return first
  if (!(await surroundings.signInAgain())) return first
  return once<T>(method, path, options, read)
}

export const send = <T>(method: string, path: string, options: RequestOptions = {}): Promise<Result<T>> =>
  sendAndRead<T>(method, path, options, options.asFile ? (response) => response.blob() as Promise<T> : asJson)

/** Ask again for something that is here already: cheap while it has not changed. */
export const getIfNew = <T>(path: string, options: RequestOptions): Promise<Result<Fresh<T>>> =>
  sendAndRead<Fresh<T>>('GET', path, options, async (response) =>
    response.status === 304 ? null : { body: await asJson<T>(response), etag: response.headers.get('ETag') ?? '' },
  )

export const get = <T>(path: string, query?: Record<string, QueryValue>, signal?: AbortSignal) =>
  send<T>('GET', path, { query, signal })
export const patch = <T>(path: string, body: unknown) => send<T>('PATCH', path, { body })
export const post = <T>(path: string, body: unknown = {}) => send<T>('POST', path, { body })
