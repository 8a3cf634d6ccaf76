/** The last way out: what the server does not have, as a file the person can hand in and only the server can open. */
import { resultOf } from '@/api/client'
import type { components } from '@/api/schema.gen'
import { readMeta, writeMeta, type LocalDb } from '@/local/db'
import { storeOf } from '@/local/names'
import { exportUnsent } from '@/local/outbox'
import { openAsItIs } from '@/local/rescue'
import type { Bytes } from '@/local/storeCipher'
import type { Me } from '@/local/shapes'
import { api, atWork, type StoreTrouble } from '@/modules/work'
import { saveFile } from '@/shared/saveFile'
import { chinaDay } from '@/shared/time'
import { sealKeyOf } from '@/sync/sealKey'

type ServerKey = components['schemas']['UnsentFilesKeyRead']
const KEY = 'unsent_files_key'

export const exportAll = () => exportFrom(atWork().db)

export const exportOperation = (opId: string) => exportFrom(atWork().db, opId)

/** From a store that this version of the app cannot open: as it lies there, with the person's key. */
export async function exportFromBroken({ account_id, cipher }: NonNullable<StoreTrouble['rescue']>): Promise<string> {
  const db = await openAsItIs(storeOf(account_id), cipher)
  try {
    return await exportFrom(db)
  } finally {
    db.close()
  }
}

async function exportFrom(db: LocalDb, only?: string): Promise<string> {
  const me = (await readMeta<Me>(db, 'me'))!
  const key = await serverKey(db)
  const about = {
    account_id: me.account_id,
    login: me.login,
    person: me.person.name,
    device_id: await readMeta<string>(db, 'device_id'),
    app_version: __APP_VERSION__,
    exported_at: new Date().toISOString(),
    seal_key: await sealKeyOf(db, me.account_id),
  }
  const name = `wangge-${me.login}-${only ?? chinaDay(Date.now())}.wangge`
  saveFile(name, await encryptForServer(await exportUnsent(db, about, only), key))
  return name
}

/** The server's public key, asked for now or as it was last heard. Throws where it never was. */
async function serverKey(db: LocalDb): Promise<ServerKey> {
  const known = await readMeta<ServerKey>(db, KEY)
  const answer = await resultOf(api().GET('/api/unsent-files/key'))
  if (answer.ok) return answer.data
  if (!known) throw new Error('the key of the server has never been heard')
  return known
}

/** Learn the key while there is a network: the day it is needed there is none. */
export async function learnServerKey(db: LocalDb): Promise<void> {
  if (await readMeta<ServerKey>(db, KEY)) return
  const answer = await resultOf(api().GET('/api/unsent-files/key'))
  if (answer.ok) await writeMeta(db, KEY, answer.data)
}

/** A line of JSON that says how, and the encrypted bytes (backend/wangge/unsent_files/key.py). */
export async function encryptForServer(text: string, { key_id, public_key }: ServerKey): Promise<Blob> {
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  const point = Uint8Array.from(atob(public_key), (c) => c.charCodeAt(0))
  const theirs = await crypto.subtle.importKey('raw', point, curve, false, [])
  const ours = (await crypto.subtle.generateKey(curve, false, ['deriveBits'])) as CryptoKeyPair
  const ephemeral = new Uint8Array(await crypto.subtle.exportKey('raw', ours.publicKey))
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, ours.privateKey, 256)
  const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const info = new Uint8Array([...new TextEncoder().encode('wangge unsent v1'), ...ephemeral, ...point])
  const params = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  const key = await crypto.subtle.deriveKey(params, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const encrypted = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(text))
  const head = { format: 'wangge.unsent.encrypted', v: 1, key_id, ephemeral: base64(ephemeral), iv: base64(iv) }
  return new Blob([`${JSON.stringify(head)}\n`, encrypted], { type: 'application/octet-stream' })
}

const base64 = (bytes: Bytes) => btoa(String.fromCharCode(...bytes))
