/** What is the same for everybody and changes slowly: coast, rivers and places for the map, the words that records choose from. Best effort. */
import { headersOf } from '@/api/client'
import type { ReferenceRow } from '@/local/db'
import { isoMoment } from '@/shared/time'
import { apiOptions, type SyncContext } from './context'

const DAY_MS = 86_400_000
/** The words first: without them nothing can be reported. */
const SOURCES = [
  { key: 'catalogues', path: '/api/catalogues', fresh_ms: DAY_MS },
  { key: 'basemap', path: '/api/map/basemap', fresh_ms: 7 * DAY_MS },
  { key: 'places', path: '/api/map/places', fresh_ms: 7 * DAY_MS },
] as const

/** Fetch what has grown old; with `now`, whatever its age, because the person asked for it. */
export async function refreshReference(context: SyncContext, signal?: AbortSignal, now = false): Promise<void> {
  for (const { key, path, fresh_ms } of SOURCES) {
    const have = await context.db.reference.get(key)
    if (!now && have && context.now() - Date.parse(have.fetched_at) < fresh_ms) continue
    try {
      const response = await context.fetch(`${context.apiBase}${path}`, {
        credentials: 'same-origin',
        headers: { ...headersOf(apiOptions(context)), ...(have?.etag ? { 'If-None-Match': have.etag } : {}) },
        signal,
      })
      const fetched_at = isoMoment(context.now())
      if (response.status === 304 && have) await context.db.reference.put({ ...have, fetched_at })
      else if (response.ok) {
        const row: ReferenceRow = { key, etag: response.headers.get('etag'), fetched_at, data: await response.json() }
        await context.db.reference.put(row)
      }
    } catch {
      return // All of it can wait; the next round asks again.
    }
  }
}
