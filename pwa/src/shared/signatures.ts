/**
 * Signatures as the phone and the server make them: ECDSA over P-256 with SHA-256, r and s one after the other (IEEE P1363),
 * keys as SubjectPublicKeyInfo; all as base64url. A page that did not come over HTTPS has no WebCrypto and signs nothing.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' }
const HOW = { name: 'ECDSA', hash: 'SHA-256' }

export const canSign = () => globalThis.crypto?.subtle !== undefined

export interface FreshKey {
  /** SHA-256 of the public key, so that an id cannot belong to another key. */
  key_id: string
  public_key: string
  /** Cannot be taken out of the browser. */
  private_key: CryptoKey
}

export async function makeKey(): Promise<FreshKey> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify'])
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  return { key_id: bytesToHex(sha256(spki)), public_key: toBase64url(spki), private_key: privateKey }
}

export async function signText(key: CryptoKey, text: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.sign(HOW, key, utf8ToBytes(text) as BufferSource)))
}

/** The key of a text, or null where it is none of ours or not the one with this id. */
export async function importKey(keyId: string, publicKey: string): Promise<CryptoKey | null> {
  try {
    const spki = fromBase64url(publicKey)
    if (bytesToHex(sha256(spki)) !== keyId) return null
    return await crypto.subtle.importKey('spki', spki as BufferSource, CURVE, false, ['verify'])
  } catch {
    return null
  }
}

export async function holds(key: CryptoKey, signature: string, text: string): Promise<boolean> {
  try {
    return await crypto.subtle.verify(
      HOW,
      key,
      fromBase64url(signature) as BufferSource,
      utf8ToBytes(text) as BufferSource,
    )
  } catch {
    return false // no base64url at all
  }
}

export const toBase64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

export function fromBase64url(text: string): Uint8Array {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (character) => character.charCodeAt(0))
}
