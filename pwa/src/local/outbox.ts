/** Operations that wait for their receipts. Nothing here is ever deleted before the server has answered for it. */
import { canonicalJson } from '@/shared/canonical'
import { newId } from '@/shared/ids'
import { sha256OfText } from '@/shared/sha256'
import { isoMoment } from '@/shared/time'
import { readMeta, writeMeta, type LocalDb, type OutboxRow } from './db'
import { readBytes } from './photoBytes'
import type { Binding, Operation, OperationKind, Payloads } from './shapes'

/** Who captures, when and with what around her; made once per act, so that its parts carry the same moment. */
export interface Capture {
  device_id: string
  captured_at: string
  binding: Binding
}

export interface Intent<K extends OperationKind> {
  kind: K
  entity_id: string
  payload: Payloads[K]
  base_version?: number | null
  employer_id?: string | null
  patrol_id?: string | null
}

/** Tables that a transaction with `appendOperation` in it has to hold. */
export const OUTBOX_TABLES = ['outbox', 'meta'] as const

/** Add an operation as it will be sent, text and hash. Call it inside the transaction that stores the record itself. */
export async function appendOperation<K extends OperationKind>(
  db: LocalDb,
  capture: Capture,
  intent: Intent<K>,
): Promise<OutboxRow> {
  const device_seq = ((await readMeta<number>(db, 'device_seq')) ?? 0) + 1
  const operation: Operation<K> = {
    op_id: newId(),
    kind: intent.kind,
    v: 1,
    entity_id: intent.entity_id,
    base_version: intent.base_version ?? null,
    captured_at: capture.captured_at,
    device_id: capture.device_id,
    device_seq,
    payload: intent.payload,
    binding: capture.binding,
  }
  const body = canonicalJson(operation)
  const row: OutboxRow = {
    op_id: operation.op_id,
    device_seq,
    kind: intent.kind,
    entity_id: intent.entity_id,
    employer_id: intent.employer_id ?? null,
    patrol_id: intent.patrol_id ?? null,
    captured_at: capture.captured_at,
    body,
    sha256: sha256OfText(body),
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
  await db.outbox.add(row)
  await writeMeta(db, 'device_seq', device_seq)
  return row
}

export const operationOf = (row: OutboxRow) => JSON.parse(row.body) as Operation

/**
 * Send again what needed the person.
 *
 * Without a receipt it is the same operation once more. With one, the server keeps the first text as it came, so the
 * second try is a new operation about the same thing, with the moment and the place of the first capture.
 */
export async function resend(
  db: LocalDb,
  opId: string,
  changes: { payload?: Payloads[OperationKind] } = {},
): Promise<void> {
  await db.transaction('rw', db.outbox, db.meta, async () => {
    const row = await db.outbox.get(opId)
    if (!row || row.state !== 'needs_you') return
    if (!row.receipt && !changes.payload) {
      await db.outbox.update(opId, { state: 'waiting', attempts: 0, next_at: 0, problem: null })
      return
    }
    const old = operationOf(row)
    const next = await appendOperation(
      db,
      { device_id: old.device_id, captured_at: old.captured_at, binding: old.binding },
      {
        kind: old.kind,
        entity_id: old.entity_id,
        payload: changes.payload ?? old.payload,
        base_version: old.base_version,
        employer_id: row.employer_id,
        patrol_id: row.patrol_id,
      },
    )
    await db.outbox.update(opId, { corrected_by: next.op_id })
  })
}

/** The person has read why and leaves it at that; the server keeps what it got. */
export async function markSeen(db: LocalDb, opId: string, nowMs: number): Promise<void> {
  await db.transaction('rw', db.outbox, async () => {
    const row = await db.outbox.get(opId)
    if (row?.receipt) await db.outbox.update(opId, { seen_at: isoMoment(nowMs) })
  })
}

/** Whether a row still asks something of the person. */
export const asksForPerson = (row: OutboxRow) => row.state === 'needs_you' && !row.corrected_by && !row.seen_at

/** Whether the server has answered for it: a receipt with the phone's own hash. */
export const isReceived = (row: OutboxRow) => row.receipt?.op_sha256 === row.sha256

export interface Standing {
  /** Operations without a final answer; announcements of photos count with their photos. */
  records_waiting: number
  /** Evidence copies whose byte receipt is not here. */
  photos_waiting: number
  /** Originals still to go, as far as the policy lets them go at all. */
  originals_waiting: number
  /** Things that the person has to look at. */
  needs_you: number
  /** Of those, how many the server does not have. */
  unsafe: number
  drafts: number
}

/** What is where, by what receipts say (S8). */
export async function standing(db: LocalDb): Promise<Standing> {
  const [records_waiting, needing, uploads, stuck, drafts] = await Promise.all([
    db.outbox
      .where('state')
      .anyOf('waiting', 'sending')
      .filter((row) => row.kind !== 'evidence.announce')
      .count(),
    db.outbox.where('state').equals('needs_you').toArray(),
    db.uploads.where('state').equals('waiting').toArray(),
    db.uploads.where('state').equals('needs_you').toArray(),
    db.drafts.count(),
  ])
  const asking = needing.filter(asksForPerson)
  return {
    records_waiting,
    photos_waiting: uploads.filter((row) => row.part === 'copy').length,
    originals_waiting: uploads.filter((row) => row.part === 'original').length,
    needs_you: asking.length + stuck.length,
    unsafe: asking.filter((row) => !isReceived(row)).length + stuck.length,
    drafts,
  }
}

/**
 * What the server does not have yet, as one JSON text: the way out when a phone cannot send. Photos as base64.
 * With `only`, that operation alone.
 */
export async function exportUnsent(db: LocalDb, about: Record<string, unknown>, only?: string): Promise<string> {
  const [operations, uploads] = await Promise.all([
    db.outbox.filter((row) => (only ? row.op_id === only : row.state !== 'sent')).toArray(),
    db.uploads.filter((row) => !only && row.state !== 'stored' && row.part === 'copy').toArray(),
  ])
  const files = []
  for (const upload of uploads) {
    const bytes = await readBytes(db, upload.id)
    if (!bytes) continue
    files.push({
      evidence_id: upload.photo_id,
      part: upload.part,
      sha256: upload.sha256,
      type: bytes.type,
      base64: base64(new Uint8Array(bytes.buffer)),
    })
  }
  return JSON.stringify({ format: 'wangge.unsent', v: 1, ...about, operations, files })
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(text)
}
