/** What seals a store, as those see it who use it; the cipher itself (seal.ts) comes when a store is opened. */

export type Bytes = Uint8Array<ArrayBuffer>

/** Seals and opens for one account while she is at work: from `take`, with which it gets its key, to `forget`. */
export interface Sealer {
  /** The data key of 32 bytes, copied; the caller may clear its own. */
  take(dataKey: Bytes): void
  /** A row of a table as bytes that say nothing. */
  seal(table: string, key: unknown, row: object): Bytes
  /** The row again. Throws StoreDamaged when it is not what was sealed there, StoreLocked when the key is gone. */
  open(table: string, key: unknown, sealed: Uint8Array): object
  sealFile(id: string, bytes: ArrayBuffer): Promise<ArrayBuffer>
  openFile(id: string, sealed: ArrayBuffer): Promise<ArrayBuffer>
  /** The key leaves the memory. */
  forget(): void
}

/** The store is locked: its key is not in memory. */
export class StoreLocked extends Error {
  override name = 'StoreLocked'
}

/** What is stored is not what was sealed there: damaged, moved, or under another key. */
export class StoreDamaged extends Error {
  override name = 'StoreDamaged'
}

const refuse = () => {
  throw new StoreLocked('the store is locked')
}

/** For a store whose key nobody has given: it can be counted, and rows of before the seal can be read. */
export const noKey: Sealer = {
  take: refuse,
  seal: refuse,
  open: refuse,
  sealFile: refuse,
  openFile: refuse,
  forget: () => undefined,
}
