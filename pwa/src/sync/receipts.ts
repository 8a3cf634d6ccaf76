/** Receipts are believed by the server's signature, so that nothing between phone and server can make work count as safe. */
import type { components } from '@/api/schema.gen'
import type { Me, Receipt } from '@/local/shapes'
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

/**
 * Whether a receipt is the server's own. Where the phone cannot verify (no WebCrypto, or a server that has told of no key yet),
 * the operation's hash alone decides, as in releases before.
 */
export async function isSigned(me: Me | undefined, receipt: Receipt): Promise<boolean> {
  const keys = me?.receipt_keys ?? []
  if (!canSign() || keys.length === 0) return true
  const key = keys.find(({ key_id }) => key_id === receipt.key_id)
  const verifier = key && (await verifierOf(key))
  if (!verifier) return false
  const { op_id, op_sha256, received_at, key_id } = receipt
  return holds(
    verifier,
    receipt.signature,
    canonicalJson({ type: 'wangge.receipt', op_id, op_sha256, received_at, key_id }),
  )
}
