/** Receipts are believed by the server's signature, so that nothing between phone and server can make work count as safe. */
import type { components } from '@/api/schema.gen'
import type { ByteReceipt, Me, Receipt } from '@/local/shapes'
import { canonicalJson } from '@/shared/canonical'
import { canSign, holds, importKey } from '@/shared/signatures'

type ServerKey = components['schemas']['ServerKeyRead']

const imported = new Map<string, Promise<CryptoKey | null>>()
function verifierOf({ key_id, public_key }: ServerKey): Promise<CryptoKey | null> {
  const known = imported.get(key_id)
  if (known) return known
  const key = importKey(key_id, public_key)
  imported.set(key_id, key)
  return key
}

async function isBy(me: Me | undefined, by: { key_id: string; signature: string }, text: object): Promise<boolean> {
  const key = me?.receipt_keys.find(({ key_id }) => key_id === by.key_id)
  const verifier = key && (await verifierOf(key))
  return Boolean(verifier) && holds(verifier!, by.signature, canonicalJson(text))
}

/** Whether this phone can tell a receipt of the server's from another. */
const canVerify = (me: Me | undefined) => canSign() && (me?.receipt_keys ?? []).length > 0

/**
 * Whether a receipt is the server's own. Where the phone cannot verify (no WebCrypto, or a server that has told of no key yet),
 * the operation's hash alone decides, as in releases before.
 */
export async function isSigned(me: Me | undefined, receipt: Receipt): Promise<boolean> {
  if (!canVerify(me)) return true
  const { op_id, op_sha256, received_at, key_id } = receipt
  return isBy(me, receipt, { type: 'wangge.receipt', op_id, op_sha256, received_at, key_id })
}

/** The same of a receipt for a file's bytes; without one, only a phone that cannot verify goes by the hash alone. */
export async function areBytesSigned(me: Me | undefined, receipt: ByteReceipt | null): Promise<boolean> {
  if (!canVerify(me)) return true
  if (!receipt) return false
  const { signature: _, ...text } = receipt
  return isBy(me, receipt, { type: 'wangge.bytes', ...text })
}
