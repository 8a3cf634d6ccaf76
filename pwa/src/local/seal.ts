/**
 * Sealing: what an account's store records is numbered, linked to what it recorded before, and signed with a key of its own.
 *
 * Signing takes a promise of the platform's, for which an IndexedDB transaction does not wait. So operations are made and signed
 * first, on the chain's head as it stands, and stored with all that belongs to them in one transaction that first looks whether
 * the head is still the same; where another tab was quicker, they are made anew.
 */
import { canonicalJson } from '@/shared/canonical'
import { newId } from '@/shared/ids'
import { canSign, makeKey, signText, type FreshKey } from '@/shared/signatures'
import { sha256OfText } from '@/shared/sha256'
import type { Table } from 'dexie'
import { readMeta, writeMeta, type LocalDb, type OutboxRow } from './db'
import type { Binding, Operation, OperationKind, Payloads } from './shapes'

/** Who captures, when and with what around her; made once per act, so that its parts carry the same moment. */
export interface Capture {
  device_id: string
  captured_at: string
  binding: Binding
}

export interface Intent<K extends OperationKind = OperationKind> {
  kind: K
  entity_id: string
  payload: Payloads[K]
  base_version?: number | null
  employer_id?: string | null
  patrol_id?: string | null
}

/** An operation before it has its number: what is recorded, and what is bound to it. */
export interface Draft {
  capture: Capture
  intent: Intent
}

export const draftOf = <K extends OperationKind>(capture: Capture, intent: Intent<K>): Draft => ({ capture, intent })

/** The store's key. The account's store holds it as it is (a CryptoKey has no bytes), under this name in `meta`. */
export const SIGNING_KEY = 'signing_key'
export interface SigningKey extends FreshKey {
  device_id: string
}

/** The last operation of the store's chain; a store made anew begins a chain of its own. */
const CHAIN = 'chain'
interface Head {
  chain_id: string
  device_seq: number
  sha256: string | null
}

/** Stores of before had a number and no chain: theirs begins where they are. */
async function headOf(db: LocalDb, stored: Head | undefined): Promise<Head> {
  return stored ?? { chain_id: newId(), device_seq: (await readMeta<number>(db, 'device_seq')) ?? 0, sha256: null }
}

/** The key for this phone, made at the first use; null where the platform has none. */
async function signingKey(db: LocalDb, deviceId: string): Promise<SigningKey | null> {
  if (!canSign()) return null
  const known = await readMeta<SigningKey>(db, SIGNING_KEY)
  if (known?.device_id === deviceId) return known
  const made = { ...(await makeKey()), device_id: deviceId }
  return db.transaction('rw', db.meta, async () => {
    const meanwhile = await readMeta<SigningKey>(db, SIGNING_KEY)
    if (meanwhile?.device_id === deviceId) return meanwhile
    await writeMeta(db, SIGNING_KEY, made)
    return made
  })
}

async function sealOne(db: LocalDb, head: Head, { capture, intent }: Draft): Promise<OutboxRow> {
  const device_seq = head.device_seq + 1
  const operation: Operation = {
    op_id: newId(),
    kind: intent.kind,
    v: 1,
    entity_id: intent.entity_id,
    base_version: intent.base_version ?? null,
    captured_at: capture.captured_at,
    device_id: capture.device_id,
    device_seq,
    chain_id: head.chain_id,
    prev_sha256: head.sha256,
    payload: intent.payload,
    binding: capture.binding,
  }
  const body = canonicalJson(operation)
  const key = await signingKey(db, capture.device_id)
  return {
    op_id: operation.op_id,
    device_seq,
    kind: intent.kind,
    entity_id: intent.entity_id,
    employer_id: intent.employer_id ?? null,
    patrol_id: intent.patrol_id ?? null,
    captured_at: capture.captured_at,
    body,
    sha256: sha256OfText(body),
    key_id: key?.key_id ?? null,
    signature: key ? await signText(key.private_key, body) : null,
    state: 'waiting',
    outcome: null,
    flags: [],
    problem: null,
    receipt: null,
    attempts: 0,
    next_at: 0,
    corrected_by: null,
    seen_at: null,
  }
}

/** Operations as they will be sent, linked to the head and among themselves. */
async function sealAll(db: LocalDb, head: Head, drafts: Draft[]): Promise<OutboxRow[]> {
  const rows: OutboxRow[] = []
  let last = head
  for (const draft of drafts) {
    const row = await sealOne(db, last, draft)
    rows.push(row)
    last = { chain_id: head.chain_id, device_seq: row.device_seq, sha256: row.sha256 }
  }
  return rows
}

/** One at a time within this page; between tabs the head decides. */
const turns = new WeakMap<LocalDb, Promise<unknown>>()
function inTurn<T>(db: LocalDb, work: () => Promise<T>): Promise<T> {
  const run = (turns.get(db) ?? Promise.resolve()).then(work)
  turns.set(db, run.catch(() => undefined)) // prettier-ignore
  return run
}

type TableName = { [K in keyof LocalDb]: LocalDb[K] extends Table ? K & string : never }[keyof LocalDb]

export interface Alongside {
  /** Tables that `write` touches, besides the outbox. */
  tables: TableName[]
  /** Writes what belongs to the operations, in their transaction. False: what they were made of has changed; make them anew. */
  write: (rows: OutboxRow[]) => Promise<void | false>
}

class MadeOfOldThings extends Error {}

/**
 * Append operations to the outbox, sealed, with what belongs to them: after a kill at any moment there is all of it or nothing.
 * `draftsNow` may be asked again; with none, nothing is written.
 */
export function append(
  db: LocalDb,
  draftsNow: () => Promise<Draft[]>,
  { tables, write }: Alongside,
): Promise<OutboxRow[]> {
  const store = async (): Promise<OutboxRow[] | null> => {
    const drafts = await draftsNow()
    if (drafts.length === 0) return []
    const stored = await readMeta<Head>(db, CHAIN)
    const head = await headOf(db, stored)
    const rows = await sealAll(db, head, drafts)
    const { device_seq, sha256 } = rows.at(-1)!
    try {
      return await db.transaction('rw', [db.outbox, db.meta, ...tables.map((name) => db.table(name))], async () => {
        const now = await readMeta<Head>(db, CHAIN)
        if (now?.sha256 !== stored?.sha256 || now?.chain_id !== stored?.chain_id) return null
        if ((await write(rows)) === false) throw new MadeOfOldThings()
        await db.outbox.bulkAdd(rows)
        await writeMeta(db, CHAIN, { chain_id: head.chain_id, device_seq, sha256 })
        return rows
      })
    } catch (error) {
      if (error instanceof MadeOfOldThings) return null
      throw error
    }
  }
  return inTurn(db, async () => {
    for (;;) {
      const rows = await store()
      if (rows) return rows
    }
  })
}
