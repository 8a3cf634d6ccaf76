/**
 * The cipher of the phone's store: one row, or one file, under the account's data key.
 *
 * Rows: XChaCha20-Poly1305, in one breath, because an IndexedDB transaction does not wait for the platform's own cipher
 * (docs/decisions/0017). Files: AES-256-GCM of the platform under a key of their own, outside of any transaction, so that a
 * photo of 12 MB never holds the screen. What is encrypted is bound to its place: it opens nowhere else.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { StoreDamaged, StoreLocked, type Bytes, type StoreCipher } from './storeCipher'

const NONCE = 24
const IV = 12
const BINARY = '$binary'
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Without a data key it is locked until it is given one. */
export function makeCipher(dataKey?: Bytes): StoreCipher {
  let key: Bytes | null = dataKey?.slice() ?? null
  let fileKey: Promise<CryptoKey> | null = null
  const keyNow = () => {
    if (!key) throw new StoreLocked('the store is locked')
    return key
  }
  const keyOfFiles = () => (fileKey ??= deriveFileKey(keyNow()))
  return {
    take(given) {
      key = given.slice()
      fileKey = null
    },
    encrypt(table, rowKey, row) {
      const nonce = freshNonce()
      const plain = pack(row)
      const encrypted = new Uint8Array(NONCE + plain.length + 16)
      encrypted.set(nonce)
      xchacha20poly1305(keyNow(), nonce, place(table, rowKey)).encrypt(plain, encrypted.subarray(NONCE))
      return encrypted
    },
    decrypt(table, rowKey, encrypted) {
      const cipher = xchacha20poly1305(keyNow(), encrypted.subarray(0, NONCE), place(table, rowKey))
      let plain
      try {
        plain = cipher.decrypt(encrypted.subarray(NONCE))
      } catch (error) {
        throw new StoreDamaged(`a row of ${table} cannot be opened`, { cause: error })
      }
      return unpack(plain)
    },
    async encryptFile(id, bytes) {
      const iv = crypto.getRandomValues(new Uint8Array(IV))
      const params = { name: 'AES-GCM', iv, additionalData: place('file', id) }
      const encrypted = await crypto.subtle.encrypt(params, await keyOfFiles(), bytes)
      const whole = new Uint8Array(IV + encrypted.byteLength)
      whole.set(iv)
      whole.set(new Uint8Array(encrypted), IV)
      return whole.buffer
    },
    async decryptFile(id, encrypted) {
      const params = { name: 'AES-GCM', iv: new Uint8Array(encrypted, 0, IV), additionalData: place('file', id) }
      const fileKeyNow = await keyOfFiles()
      try {
        return await crypto.subtle.decrypt(params, fileKeyNow, new Uint8Array(encrypted, IV))
      } catch (error) {
        throw new StoreDamaged('a file cannot be opened', { cause: error })
      }
    },
    forget() {
      key?.fill(0)
      key = null
      fileKey = null
    },
  }
}

/** Random bytes are drawn for a hundred rows at once: a page of employers is five hundred. */
const drawn = new Uint8Array(100 * NONCE)
let used = drawn.length

function freshNonce(): Bytes {
  if (used === drawn.length) {
    crypto.getRandomValues(drawn)
    used = 0
  }
  const nonce = drawn.slice(used, used + NONCE)
  used += NONCE
  return nonce
}

const place = (table: string, key: unknown) => encoder.encode(`${table}\n${String(key)}`)

async function deriveFileKey(dataKey: Bytes): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', dataKey, 'HKDF', false, ['deriveKey'])
  const params = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode('wangge files') }
  return crypto.subtle.deriveKey(params, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** A row as bytes: length of the JSON, the JSON, and behind it the binary columns, which JSON cannot carry. */
function pack(row: object): Uint8Array {
  const binary: [string, number, 0 | 1][] = []
  const files: Uint8Array[] = []
  let plain: Record<string, unknown> = row as Record<string, unknown>
  for (const [column, value] of Object.entries(row) as [string, unknown][]) {
    if (typeof value !== 'object' || value === null) continue
    const isBuffer = value instanceof ArrayBuffer
    if (isBuffer || value instanceof Uint8Array) {
      if (!binary.length) plain = { ...plain }
      const bytes = isBuffer ? new Uint8Array(value) : value
      binary.push([column, bytes.length, isBuffer ? 1 : 0])
      files.push(bytes)
      delete plain[column]
    } else if (!isPlain(value)) throw new TypeError(`${column} holds what cannot be encrypted`)
  }
  if (binary.length) plain[BINARY] = binary
  const json = encoder.encode(JSON.stringify(plain))
  const whole = new Uint8Array(4 + json.length + files.reduce((sum, { length }) => sum + length, 0))
  new DataView(whole.buffer).setUint32(0, json.length)
  whole.set(json, 4)
  let at = 4 + json.length
  for (const file of files) {
    whole.set(file, at)
    at += file.length
  }
  return whole
}

const isPlain = (value: object) => {
  const parent = Object.getPrototypeOf(value) as unknown
  return Array.isArray(value) || parent === null || Object.getPrototypeOf(parent) === null
}

function unpack(whole: Uint8Array): object {
  const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0)
  const row = JSON.parse(decoder.decode(whole.subarray(4, 4 + length))) as Record<string, unknown>
  const binary = row[BINARY] as [string, number, 0 | 1][] | undefined
  if (!binary) return row
  delete row[BINARY]
  let at = 4 + length
  for (const [column, size, isBuffer] of binary) {
    const bytes = whole.slice(at, at + size)
    row[column] = isBuffer ? bytes.buffer : bytes
    at += size
  }
  return row
}
