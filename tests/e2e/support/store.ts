/**
 * A phone's store read from outside the app, with the person's PIN: rows as they lie on the disk, opened here by the format that
 * docs/phone-store.md describes and not by the app's own code.
 */
import type { Page } from '@playwright/test'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'

interface RawRow {
  database: string
  key: string
  encrypted: string | null
  plain: unknown
}

const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'))

/** All rows of a table as they lie there, of every person who has a store on this phone; binary columns in base64. */
export const rawRows = (page: Page, table: string): Promise<RawRow[]> =>
  page.evaluate(async (table) => {
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done, fail) => {
        request.onsuccess = () => done(request.result)
        request.onerror = () => fail(request.error)
      })
    const base64 = (bytes: Uint8Array) => {
      let text = ''
      for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
      return btoa(text)
    }
    const found = []
    for (const { name } of await indexedDB.databases()) {
      if (!/^wangge-[0-9a-f]{8}-/.test(name ?? '')) continue
      const db = await asked(indexedDB.open(name!))
      try {
        const store = db.transaction(table).objectStore(table)
        for (const row of (await asked(store.getAll())) as Record<string, unknown>[]) {
          const { encrypted, ...plain } = row
          found.push({
            database: name!,
            key: String(row[store.keyPath as string]),
            encrypted: encrypted instanceof Uint8Array ? base64(encrypted) : null,
            plain,
          })
        }
      } finally {
        db.close()
      }
    }
    return found
  }, table)

/** The data key that a PIN unwraps, in base64; null when it does not. */
export const dataKeyOf = (page: Page, database: string, pin: string): Promise<string | null> =>
  page.evaluate(
    async ([accountId, pin]) => {
      const db = await new Promise<IDBDatabase>((done, fail) => {
        const request = indexedDB.open('wangge-device')
        request.onsuccess = () => done(request.result)
        request.onerror = () => fail(request.error)
      })
      const row = await new Promise<{ value: Record<string, never> } | undefined>((done) => {
        const request = db.transaction('meta').objectStore('meta').get(`vault:${accountId}`)
        request.onsuccess = () => done(request.result as never)
      })
      db.close()
      const vault = row?.value as unknown as {
        device_key: CryptoKey
        pin: { salt: BufferSource; rounds: number; iv: BufferSource; wrapped: BufferSource } | null
      }
      if (!vault?.pin) return null
      const text = new TextEncoder()
      const base = await crypto.subtle.importKey('raw', text.encode(pin), 'PBKDF2', false, ['deriveBits'])
      const { salt, rounds: iterations, iv, wrapped } = vault.pin
      const known = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, base, 256)
      const mixed = await crypto.subtle.sign(
        'HMAC',
        vault.device_key,
        new Uint8Array([...text.encode('wangge pin\n'), ...new Uint8Array(known)]),
      )
      const key = await crypto.subtle.importKey('raw', mixed, 'AES-GCM', false, ['decrypt'])
      try {
        const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: text.encode(accountId) }, key, wrapped)
        return btoa(String.fromCharCode(...new Uint8Array(opened)))
      } catch {
        return null
      }
    },
    [database.replace('wangge-', ''), pin] as const,
  )

/** The row that was encrypted, its binary columns left out. */
export function openRow(dataKey: string, table: string, { key, encrypted }: { key: string; encrypted: string }): Record<string, unknown> {
  const bytes = bytesOf(encrypted)
  const place = new TextEncoder().encode(`${table}\n${key}`)
  const whole = xchacha20poly1305(bytesOf(dataKey), bytes.subarray(0, 24), place).decrypt(bytes.subarray(24))
  const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0)
  const row = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + length))) as Record<string, unknown>
  delete row.$binary
  return row
}
