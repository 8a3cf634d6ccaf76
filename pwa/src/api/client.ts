/** The API by its own description: paths, parameters and answers are typed from the server's OpenAPI document (`scripts/gen`). */
import createClient, { type Client } from 'openapi-fetch'
import { failed, ownProblem, problemFrom, type Result } from './problems'
import type { paths } from './schema.gen'

export type Api = Client<paths>
/** `fetch` by address, so that a test or a simulated phone can stand in for the network. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>

export interface ApiOptions {
  fetch: Fetch
  /** Origin of the API, such as `https://host`. */
  origin: string
  app_version: string
  language: string
  /** For whom the request is meant: the cookie might be another person's by now. */
  account_id?: string
}

/** Headers of every request, of an upload's too. */
export function headersOf(options: ApiOptions): Record<string, string> {
  return {
    'Accept-Language': options.language,
    'X-Wangge-Client': `field/${options.app_version}`,
    ...(options.account_id ? { 'X-Wangge-Account': options.account_id } : {}),
  }
}

export function makeApi(options: ApiOptions): Api {
  return createClient<paths>({
    baseUrl: options.origin,
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { Accept: 'application/json', ...headersOf(options) },
    fetch: async (request: Request) => {
      const { url, method, credentials, cache, signal } = request
      const body = method === 'GET' ? undefined : await request.text()
      const headers = Object.fromEntries(request.headers)
      return options.fetch(url, { method, headers, body, credentials, cache, signal })
    },
  })
}

/** An answer as a value. Only an abort by the caller is thrown on. */
export async function resultOf<T>(
  request: Promise<{ data?: T; error?: unknown; response: Response }>,
  signal?: AbortSignal,
): Promise<Result<T>> {
  try {
    const { data, error, response } = await request
    if (response.ok) return { ok: true, data: data as T }
    return failed(problemFrom(error, response))
  } catch (error) {
    if (signal?.aborted) throw error
    // A page of some Wi-Fi's own instead of an answer; or nothing at all.
    return failed(error instanceof SyntaxError ? ownProblem('unexpected_answer', 200) : ownProblem('no_network'))
  }
}
