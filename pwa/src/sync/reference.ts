/** Coast, rivers and places for the map without a network: public, slow to change, best effort. */
import { headersOf } from '@/api/client'
import type { ReferenceRow } from '@/local/db'
import { isoMoment } from '@/shared/time'
import { apiOptions, type SyncContext } from './context'

const FRESH_MS = 7 * 86_400_000

export async function refreshReference(context: SyncContext, signal?: AbortSignal): Promise<void> {
  for (const key of ['basemap', 'places'] as const) {
    const have = await context.db.reference.get(key)
    if (have && context.now() - Date.parse(have.fetched_at) < FRESH_MS) continue
    try {
      const response = await context.fetch(`${context.apiBase}/api/map/${key}`, {
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
      return // The map reads well without; the next round asks again.
    }
  }
}
