/** Operations that wait for their receipts. Nothing here is ever deleted before the server has answered for it. */
import { isoMoment } from '@/shared/time'
import type { LocalDb, OutboxRow } from './db'
import { readBytes } from './photoBytes'
import { append, draftOf, type Alongside } from './seal'
import type { Operation, OperationKind, Payloads } from './shapes'

export type { Capture } from './seal'

export const operationOf = (row: OutboxRow) => JSON.parse(row.body) as Operation

/**
 * Send again what needed the person; with `payload`, corrected, and `alongside` what goes with the correction.
 *
 * Without a receipt it is the same operation once more. With one, the server keeps the first text as it came, so the
 * second try is a new operation about the same thing, with the moment and the place of the first capture.
 */
export async function resend(
  db: LocalDb,
  opId: string,
  changes: { payload?: Payloads[OperationKind] } = {},
  alongside: Alongside = { tables: [], write: async () => undefined },
): Promise<void> {
  const needing = async () => {
    const row = await db.outbox.get(opId)
    return row?.state === 'needs_you' ? row : undefined
  }
  const asItIs = await db.transaction('rw', db.outbox, async () => {
    const row = await needing()
    if (!row || row.receipt || changes.payload) return false
    await db.outbox.update(opId, { state: 'waiting', attempts: 0, next_at: 0, problem: null })
    return true
  })
  if (asItIs) return
  await append(
    db,
    async () => {
      const row = await needing()
      if (!row) return []
      const old = operationOf(row)
      const { device_id, captured_at, binding, kind, entity_id, base_version } = old
      const payload = changes.payload ?? old.payload
      const { employer_id, patrol_id } = row
      return [
        draftOf(
          { device_id, captured_at, binding },
          { kind, entity_id, payload, base_version, employer_id, patrol_id },
        ),
      ]
    },
    {
      tables: alongside.tables,
      write: async (rows) => {
        if (!(await needing())) return false
        await db.outbox.update(opId, { corrected_by: rows[0]!.op_id })
        return alongside.write(rows)
      },
    },
  )
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
  /** Notes in sound and picture whose byte receipt is not here. */
  notes_waiting: number
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
    photos_waiting: uploads.filter((row) => row.part === 'copy' && !row.is_note).length,
    notes_waiting: uploads.filter((row) => row.is_note).length,
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
