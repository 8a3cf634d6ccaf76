/** SHA-256 as lower-case hex. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** Of a text's UTF-8 bytes, at once: inside an IndexedDB transaction there is no waiting for a promise of another kind. */
export const sha256OfText = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

/** Of bytes, by the platform's own code: quick on photos. */
export async function sha256OfBytes(bytes: ArrayBuffer): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
