/** The key that the server keeps, for a forgotten PIN. */
import { resultOf } from '@/api/client'
import { readMeta, writeMeta, type LocalDb } from '@/local/db'
import { device } from '@/local/deviceStore'
import type { Bytes } from '@/local/storeCipher'
import { addServerWrap, noteKept, type Vault } from '@/local/vault'
import { newId } from '@/shared/ids'
import { api } from './api'
import type { Work } from './state'

interface PendingStoreKey {
  key_id: string
  key: string
}

/** Wrap the data key once more, under a key for the server; it waits in the store until the server has it. */
export async function prepareStoreKey(db: LocalDb, accountId: string, dataKey: Bytes, vault?: Vault): Promise<void> {
  if (vault?.server.some(({ kept_at }) => kept_at) || (await readMeta<PendingStoreKey>(db, 'store_key'))) return
  const key_id = newId()
  const key = await addServerWrap(device, accountId, dataKey, key_id)
  if (key) await writeMeta(db, 'store_key', { key_id, key: btoa(String.fromCharCode(...key)) })
}

export async function handOverStoreKey({ me, db }: Work): Promise<void> {
  const pending = await readMeta<PendingStoreKey>(db, 'store_key')
  if (!pending) return
  const answer = await resultOf(api(me.account_id).PUT('/api/me/device/store-key', { body: pending }))
  if (!answer.ok) return // the next round asks again
  await noteKept(device, me.account_id, pending.key_id, answer.data.kept_at)
  await db.meta.delete('store_key')
}
