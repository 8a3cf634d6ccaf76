/** A person's store as the browser keeps it: opened while the PIN is being typed, watched, closed, deleted. */
import { LocalDb, type PackRow } from '@/local/db'
import { takeFirstRead, type FirstRead } from '@/local/firstRead'
import { storeOf } from '@/local/names'
import { readFirstPack } from '@/local/packs'
import { noKey } from '@/local/storeCipher'
import { deviceId } from '../device'
import { noteSurprise } from '../errors'
import { storeTrouble, work } from './state'

interface WarmStore {
  db: LocalDb
  /** The first pack as it lies there; rejected when the store cannot be opened. */
  pack: Promise<PackRow[]>
  /** What was read before the store's own code was there; null where that was not asked for, or gave nothing. */
  first: Promise<FirstRead | null>
  device_id: Promise<string>
}

const closed = new WeakSet<LocalDb>()

let warm: { accountId: string; store: Promise<WarmStore> } | null = null

/** Open a store, and read its first pack, while the PIN is being typed and stretched. What is in it cannot be read yet. */
export function warmUp(accountId: string): Promise<WarmStore> {
  if (warm?.accountId === accountId) return warm.store
  coolDown()
  const store = import('@/local/cipher').then(({ makeCipher }) => {
    const db = new LocalDb(storeOf(accountId), makeCipher())
    watchStore(db, accountId)
    // What was read while this code was on its way, if anything was.
    const first = (takeFirstRead(accountId) ?? Promise.resolve(null)).catch(() => null)
    const pack = first.then((found) => found?.pack ?? readFirstPack(db))
    pack.catch(() => undefined) // whoever enters hears of it
    const device_id = deviceId()
    device_id.catch(() => undefined)
    return { db, pack, first, device_id }
  })
  warm = { accountId, store }
  return store
}

export function coolDown(): void {
  void warm?.store.then(({ db }) => closeStore(db))
  warm = null
}

/** What was opened in advance is taken by whoever enters. */
export async function takeWarm(accountId: string): Promise<WarmStore> {
  const store = await warmUp(accountId)
  warm = null
  return store
}

/** Close a store for good: its key leaves the memory. */
export function closeStore(db: LocalDb): void {
  closed.add(db)
  db.close()
  db.cipher.forget()
  db.opened.forget()
}

export async function deleteStore(accountId: string): Promise<void> {
  coolDown()
  const db = new LocalDb(storeOf(accountId), noKey)
  closed.add(db)
  await db.delete()
}

function watchStore(db: LocalDb, account_id: string): void {
  let wasOpen = false
  db.on('ready', () => void (wasOpen = true))
  db.on('blocked', () => {
    storeTrouble.value = { kind: 'blocked', rescue: null }
  })
  db.on('versionchange', (event) => {
    if (closed.has(db)) return
    if (event.newVersion) storeTrouble.value = { kind: 'newer', rescue: null }
    else location.reload() // erased in another tab
  })
  db.on('close', () => {
    // One that cannot be opened at all is told by whoever wanted it opened.
    if (!wasOpen || closed.has(db) || storeTrouble.value) return
    // Taken away by the browser (storage pressure, cleared data): mostly it gives it back at once.
    setTimeout(() => {
      if (closed.has(db) || db.isOpen()) return
      db.open().catch((error: unknown) => {
        noteSurprise(error)
        const isUnlocked = work.value?.db === db
        storeTrouble.value = { kind: 'closed', rescue: isUnlocked ? { account_id, cipher: db.cipher } : null }
      })
    })
  })
}

export async function nameTrouble(error: unknown, db: LocalDb, account_id: string): Promise<void> {
  noteSurprise(error)
  const { name } = error as Error
  const rescue = { account_id, cipher: db.cipher }
  closed.add(db)
  db.close()
  if (name === 'VersionError') storeTrouble.value = { kind: 'newer', rescue: null }
  else {
    const found = (await indexedDB.databases?.())?.find((one) => one.name === db.name)?.version ?? 0
    storeTrouble.value = { kind: found > 0 && found < db.verno * 10 ? 'upgrade' : 'cannot_open', rescue }
  }
}
