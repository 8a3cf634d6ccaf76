/**
 * What a list shows (filters, order, page) lives in the address bar, so that a clerk can send a colleague the link,
 * go back with the browser's button and reload without losing her place.
 * A value that equals its default is left out, so addresses stay short and readable.
 */
export type ListValue = string | number | string[]
export type ListState = Record<string, ListValue>
export type RawQuery = Record<string, string | null | (string | null)[] | undefined>

const PAGE_SIZE_MAX = 200

function firstText(raw: RawQuery[string]): string | undefined {
  const value = Array.isArray(raw) ? raw[0] : raw
  return value ?? undefined
}

function parseInteger(text: string | undefined, fallback: number, key: string): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return fallback
  const value = Number(text)
  if (value < 1) return fallback
  return key === 'page_size' ? Math.min(value, PAGE_SIZE_MAX) : value
}

/** Read the state a query describes; anything missing or unreadable takes its default. */
export function readListQuery<S extends ListState>(defaults: S, query: RawQuery): S {
  const state: ListState = {}
  for (const [key, fallback] of Object.entries(defaults)) {
    const text = firstText(query[key])
    if (Array.isArray(fallback)) state[key] = text ? text.split(',').filter(Boolean) : [...fallback]
    else if (typeof fallback === 'number') state[key] = parseInteger(text, fallback, key)
    else state[key] = text ?? fallback
  }
  return state as S
}

/** The query that describes `state`; keys that belong to others on the same address are kept. */
export function writeListQuery<S extends ListState>(defaults: S, state: S, others: RawQuery = {}): RawQuery {
  const query: RawQuery = {}
  for (const [key, value] of Object.entries(others)) if (!(key in defaults)) query[key] = value
  for (const [key, value] of Object.entries(state)) {
    const text = Array.isArray(value) ? value.join(',') : String(value)
    const fallback = defaults[key]
    const usual = Array.isArray(fallback) ? fallback.join(',') : String(fallback)
    if (text !== usual) query[key] = text
  }
  return query
}

/** Apply a change; a change of filter or order starts again at the first page, because the old page means nothing then. */
export function changeListState<S extends ListState>(state: S, change: Partial<S>): S {
  const next = { ...state, ...change }
  if ('page' in state && !('page' in change)) (next as ListState).page = 1
  return next
}
