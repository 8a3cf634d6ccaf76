/**
 * Between Dexie and IndexedDB: rows are encrypted on their way in and opened on their way out, so that whoever reads and writes
 * the store never notices. On the disk a row is its key, its indexed columns, and `encrypted`.
 */
import type { DBCore, DBCoreCursor, DBCoreTable, Middleware } from 'dexie'
import type { StoreCipher } from './storeCipher'

interface Stored {
  encrypted?: Uint8Array
}

/** Tables that lie there as they are, because what is in them was encrypted before (photoBytes.ts, packs.ts) or is public (baseMap.ts); keys of the platform. */
const AS_THEY_ARE: ReadonlySet<string> = new Set(['photo_bytes', 'packs', 'base_parts'])
const PLATFORM_KEYS: ReadonlySet<unknown> = new Set(['signing_key'])
const isExempt = (table: string, key: unknown) => AS_THEY_ARE.has(table) || (table === 'meta' && PLATFORM_KEYS.has(key))

/** Tables that are read whole again and again: what was opened once is not opened again while it is the same. */
const REMEMBERED: ReadonlySet<string> = new Set(['employers'])

/** A row that has been opened, with the mark of the bytes it came from: another encryption has another nonce. */
export class OpenedRow<T extends object = object> {
  /** `from`: the row, or where its JSON is to be had, which is read when somebody looks at it. */
  constructor(
    readonly mark: number,
    private from: T | (() => string),
  ) {}

  get row(): T {
    if (typeof this.from === 'function') this.from = JSON.parse(this.from()) as T
    return this.from
  }
}

/** Rows that were opened at another time and kept. */
export interface KeptRows {
  /** By their keys. */
  all(): Iterable<[unknown, OpenedRow]>
  /** As a first look wants them: none is read before somebody looks at it. */
  inOrder(): OpenedRow[]
  /** How many there are when all have been opened. */
  total: number
}

export class OpenedRows {
  private readonly known = new Map<unknown, OpenedRow>()
  /** Those that were kept, until somebody asks for one. */
  private more: KeptRows | null = null
  /** Those that were kept, until all have been read. */
  kept: KeptRows | null = null
  /** Resolves when all that were kept are here: whoever wants every row waits for it. */
  all: Promise<void> = Promise.resolve()
  private isForgotten = false
  /** How many rows had to be opened by the cipher. */
  misses = 0

  get rows(): Map<unknown, OpenedRow> {
    const more = this.more?.all() ?? []
    this.more = null
    for (const [key, opened] of more) if (!this.known.has(key)) this.known.set(key, opened)
    return this.known
  }

  takeIn(kept: KeptRows): void {
    if (!this.isForgotten) this.more = this.kept = kept
  }

  forget(): void {
    this.isForgotten = true
    this.more = this.kept = null
    this.known.clear()
  }

  open(key: unknown, encrypted: Uint8Array, byCipher: () => object): object {
    const mark = markOf(encrypted)
    const known = this.rows.get(key)
    if (known?.mark === mark) return { ...known.row }
    this.misses++
    const row = byCipher()
    this.rows.set(key, new OpenedRow(mark, row))
    return { ...row }
  }
}

/** 48 bits of the nonce: enough to tell one encryption of a row from another one of the same row. */
const markOf = (encrypted: Uint8Array) => {
  const view = new DataView(encrypted.buffer, encrypted.byteOffset)
  return view.getUint32(0) * 65_536 + view.getUint16(4)
}

export const encryption = (cipher: StoreCipher, opened = new OpenedRows()): Middleware<DBCore> => ({
  stack: 'dbcore',
  name: 'wangge-encryption',
  // Innermost: hooks, live queries and Dexie's own caches compare rows as the app knows them.
  level: -10,
  create: (core) => ({ ...core, table: (name) => encryptedTable(core.table(name), cipher, opened) }),
})

function encryptedTable(table: DBCoreTable, cipher: StoreCipher, opened: OpenedRows): DBCoreTable {
  const { name, schema } = table
  const keyOf = schema.primaryKey.extractKey!
  const columns = [schema.primaryKey, ...schema.indexes].map(({ keyPath }) => keyPath as string)

  const encrypt = (row: Record<string, unknown>) => {
    const key = keyOf(row) as unknown
    if (isExempt(name, key)) return row
    const stored: Record<string, unknown> = {}
    for (const column of columns) if (row[column] !== undefined) stored[column] = row[column]
    stored.encrypted = cipher.encrypt(name, key, row)
    return stored
  }
  const open = (stored: Stored | undefined) => {
    const encrypted = stored?.encrypted
    // A row of before the encryption, or an exempt one, is its own answer.
    if (!(encrypted instanceof Uint8Array)) return stored
    const key = keyOf(stored) as unknown
    const byCipher = () => cipher.decrypt(name, key, encrypted)
    return REMEMBERED.has(name) ? opened.open(key, encrypted, byCipher) : byCipher()
  }

  return {
    ...table,
    mutate: (request) =>
      request.type === 'add' || request.type === 'put'
        ? table.mutate({ ...request, values: request.values.map(encrypt) })
        : table.mutate(request),
    get: (request) => table.get(request).then(open),
    getMany: (request) => table.getMany(request).then((rows) => rows.map(open)),
    query: (request) =>
      table.query(request).then((found) => (request.values ? { ...found, result: found.result.map(open) } : found)),
    openCursor: (request) =>
      table.openCursor(request).then((cursor) => (cursor && request.values ? openingCursor(cursor, open) : cursor)),
  }
}

/** The cursor, its value opened when somebody looks at it. */
const openingCursor = (cursor: DBCoreCursor, open: (stored: Stored) => unknown): DBCoreCursor =>
  new Proxy(cursor, {
    get(target, property) {
      const value = Reflect.get(target, property, target) as unknown
      if (property === 'value') return open(value as Stored)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
