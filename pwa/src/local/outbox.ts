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
