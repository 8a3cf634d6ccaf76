/** The server learns the public half of the store's key before it gets what was signed with it. */
import type { Problem } from '@/api/problems'
import { readMeta, writeMeta, type LocalDb } from '@/local/db'
import { SIGNING_KEY, type SigningKey } from '@/local/seal'
import type { Me } from '@/local/shapes'
import { canonicalJson } from '@/shared/canonical'
import { signText } from '@/shared/signatures'
import { call, type SyncContext } from './context'

/**
 * Make the key known, unless the server knows it. A problem that passes by itself is given back: what is pushed meanwhile would
 * count as unsealed for good. Where the server refuses (a session without a phone), work goes on unsealed.
 */
export async function makeKeyKnown(context: SyncContext, me: Me, signal?: AbortSignal): Promise<Problem | null> {
  const { db } = context
  const key = await readMeta<SigningKey>(db, SIGNING_KEY)
  if (!key || !me.seal_keys) return null
  const known = me.seal_keys.find(({ key_id }) => key_id === key.key_id)
  if (known?.is_revoked) {
    // This phone was stopped and enrolled again: the next capture makes a new key.
    await db.meta.delete(SIGNING_KEY)
    return null
  }
  if (known) return null
  const body = await registrationOf(key, me.account_id)
  const answer = await call(context, (api, signal) => api.POST('/api/me/device/key', { body, signal }), signal)
  if (answer.ok) {
    await writeMeta(db, 'me', { ...me, seal_keys: [...me.seal_keys, answer.data] })
    return null
  }
  const { problem } = answer
  const isRefusal = [404, 405, 409, 422].includes(problem.status)
  return isRefusal ? null : problem
}

/** The public half, and the proof that this store holds the private one. */
async function registrationOf({ device_id, public_key, private_key }: SigningKey, account_id: string) {
  const statement = canonicalJson({ type: 'wangge.key', account_id, device_id, public_key })
  return { public_key, proof: await signText(private_key, statement) }
}

/** The same for work that leaves as a file: whoever takes it in makes the key known first. Null where nothing was sealed. */
export async function sealKeyOf(db: LocalDb, accountId: string) {
  const key = await readMeta<SigningKey>(db, SIGNING_KEY)
  return key ? registrationOf(key, accountId) : null
}

/** What goes beside an operation's text: the seal, where the server knows its key. */
export function sealOf(me: Me | undefined, row: { key_id?: string | null; signature?: string | null }) {
  const isKnown = me?.seal_keys?.some(({ key_id }) => key_id === row.key_id)
  return isKnown && row.key_id && row.signature ? { key_id: row.key_id, signature: row.signature } : {}
}
