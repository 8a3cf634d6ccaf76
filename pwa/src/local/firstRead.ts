/**
 * What the first page is made of, read while the code that opens the store is still on its way: by IndexedDB itself, as it lies there.
 *
 * Begun when the door stands: what it reads is encrypted, and of no use to whoever does not come in.
 */
import type { PackRow } from './db'
import { packId, slicesOf, storeOf } from './names'

export interface FirstRead {
  /** Slices of the first pack. */
  pack: PackRow[]
  /** Encrypted rows of `meta` by their keys. */
  meta: Map<string, Uint8Array>
}

/** The rows of `meta` that say who is at work. */
export const WHO = ['me', 'device_id']

let begun: { accountId: string; read: Promise<FirstRead | null> } | null = null

export function beginFirstRead(accountId: string): void {
  const read = readRaw(storeOf(accountId))
  read.catch(() => undefined) // whoever takes it hears of it
  begun = { accountId, read }
}

/** Take what was begun; null where nothing was, or where the store is not there yet. */
export function takeFirstRead(accountId: string): Promise<FirstRead | null> | null {
  const taken = begun?.accountId === accountId ? begun.read : null
  begun = null
  return taken
}

const done = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })

async function readRaw(name: string): Promise<FirstRead | null> {
  const opening = indexedDB.open(name)
  // None is there: it is not made here.
  opening.onupgradeneeded = () => opening.transaction!.abort()
  const db = await done(opening)
  db.onversionchange = () => db.close()
  try {
    if (!db.objectStoreNames.contains('packs')) return null
    const reading = db.transaction(['packs', 'meta'])
    const meta = reading.objectStore('meta')
    const [pack, ...rows] = await Promise.all([
      done<PackRow[]>(reading.objectStore('packs').getAll(IDBKeyRange.bound(...slicesOf(packId(0))))),
      ...WHO.map((key) => done<{ encrypted?: Uint8Array } | undefined>(meta.get(key))),
    ])
    const found = new Map<string, Uint8Array>()
    for (const [i, row] of rows.entries()) if (row?.encrypted) found.set(WHO[i]!, row.encrypted)
    return { pack, meta: found }
  } finally {
    db.close()
  }
}
