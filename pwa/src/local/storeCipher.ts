/** What encrypts a store, as those see it who use it; the cipher itself (cipher.ts) comes when a store is opened. */

export type Bytes = Uint8Array<ArrayBuffer>

/** Encrypts and decrypts for one account while she is at work: from `take`, with which it gets its key, to `forget`. */
export interface StoreCipher {
  /** The data key of 32 bytes, copied; the caller may clear its own. */
  take(dataKey: Bytes): void
  /** A row of a table as bytes that say nothing. */
  encrypt(table: string, key: unknown, row: object): Bytes
  /** The row again. Throws StoreDamaged when it is not what was encrypted there, StoreLocked when the key is gone. */
  decrypt(table: string, key: unknown, encrypted: Uint8Array): object
  encryptFile(id: string, bytes: ArrayBuffer): Promise<ArrayBuffer>
  decryptFile(id: string, encrypted: ArrayBuffer): Promise<ArrayBuffer>
  /** The key leaves the memory. */
  forget(): void
}

/** The store is locked: its key is not in memory. */
export class StoreLocked extends Error {
  override name = 'StoreLocked'
}

/** What is stored is not what was encrypted there: damaged, moved, or under another key. */
export class StoreDamaged extends Error {
  override name = 'StoreDamaged'
}

const refuse = () => {
  throw new StoreLocked('the store is locked')
}

/** For a store whose key nobody has given: it can be counted, and rows of before the encryption can be read. */
export const noKey: StoreCipher = {
  take: refuse,
  encrypt: refuse,
  decrypt: refuse,
  encryptFile: refuse,
  decryptFile: refuse,
  forget: () => undefined,
}
