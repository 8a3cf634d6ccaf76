/** A store that this version of the app cannot open, opened as it lies there: to take the work out of it. */
import Dexie, { type DexieOptions } from 'dexie'
import type { LocalDb } from './db'
import { encryption } from './encryption'
import type { StoreCipher } from './storeCipher'

/** Whatever version the store has, its tables by name; nothing is upgraded, and nobody should write. */
export async function openAsItIs(name: string, cipher: StoreCipher, options: DexieOptions = {}): Promise<LocalDb> {
  const db = new Dexie(name, options)
  db.use(encryption(cipher))
  await db.open()
  const tables = Object.fromEntries(db.tables.map((table) => [table.name, table]))
  return Object.assign(db, tables, { cipher }) as unknown as LocalDb
}
