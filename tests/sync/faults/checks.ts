/** What must hold of a phone at every moment, whatever has just happened to it. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { statusOf } from '@/features/outbox/status'
import { readMeta, type OutboxRow } from '@/local/db'
import { isReceived, standing } from '@/local/standing'
import { FIRST_POLICIES, type Me } from '@/local/shapes'
import type { SyncEngine } from '@/sync/engine'
import { fail, type Phone } from '../invariants'

type Running = Phone & { engine: SyncEngine }

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const RECORD_OF: Record<string, string> = { check_in: 'check_in.record', visit: 'visit.record', employer: 'employer.register', employer_edit: 'employer.edit', patrol_start: 'patrol.start', patrol_finish: 'patrol.finish' } // prettier-ignore

/** S1: each capture is on the phone as a whole or not at all, its texts are untouched, and what is not receipted has its bytes. */
export async function checkWhole({ db }: Phone): Promise<void> {
  const [records, outbox, photos, uploads, bytes, employers] = await Promise.all([
    db.records.toArray(),
    db.outbox.toArray(),
    db.photos.toArray(),
    db.uploads.toArray(),
    db.photo_bytes.toArray(),
    db.employers.toArray(),
  ])
  const about = new Map<string, OutboxRow>(outbox.map((row) => [`${row.kind} ${row.entity_id}`, row]))
  for (const record of records) {
    if (!about.has(`${RECORD_OF[record.kind]} ${record.id}`)) fail('S1', 'a record on the phone has no operation', record)
  }
  const known = new Set(records.map(({ id }) => id))
  for (const row of outbox) {
    if (sha256(row.body) !== row.sha256) fail('S1', 'an operation is not the text that was sealed', row.op_id)
    if (row.kind !== 'evidence.announce' && !known.has(row.entity_id)) fail('S1', 'an operation has no record', row.op_id)
    if (row.state === 'sent' && !isReceived(row)) fail('S1', 'counted as sent without a receipt of its own', row.op_id)
  }
  checkNumbers(outbox)
  const held = new Map(bytes.map((row) => [row.id, row]))
  for (const photo of photos) {
    const parts = uploads.filter(({ photo_id }) => photo_id === photo.id)
    if (parts.length !== (photo.medium ? 1 : photo.thumb_sha256 ? 3 : 2)) fail('S1', 'a photo or note without its files', photo.id)
    if (photo.state === 'announced' && !about.has(`evidence.announce ${photo.id}`)) fail('S1', 'a photo was never announced', photo.id)
    for (const part of parts) {
      if ((part.state === 'draft') !== (photo.state === 'draft')) fail('S1', 'a photo is half announced', photo.id)
      const file = held.get(part.id)
      if (part.state === 'stored' && (part.stored_sha256 !== part.sha256 || !part.receipt?.signature)) fail('S1', 'stored without a byte receipt', part)
      if (part.state === 'stored') continue
      if (!file) fail('S1', 'bytes without a receipt are gone from the phone', part)
      const bytes = file!.encrypted ? await db.cipher.decryptFile(part.id, file!.buffer) : file!.buffer
      if (sha256(new Uint8Array(bytes)) !== part.sha256) fail('S1', 'bytes on the phone have changed', part.id)
    }
  }
  const names = new Set(employers.map(({ id }) => id))
  for (const row of outbox) {
    const isOpen = row.state === 'waiting' || row.state === 'sending'
    if (isOpen && row.employer_id && !names.has(row.employer_id))
      fail('S3', 'unsent work refers to an employer that the phone dropped', row.op_id)
    if (isOpen && row.kind === 'employer.register' && employers.some(({ id, gone }) => id === row.entity_id && gone))
      fail('S3', 'an employer that was registered here left the list before it was sent', row.op_id)
  }
}

function checkNumbers(outbox: OutboxRow[]): void {
  const numbers = outbox.map(({ device_seq }) => device_seq).sort((a, b) => a - b)
  numbers.forEach((number, i) => number === i + 1 || fail('S1', 'the numbers of the operations have a gap or a repeat', numbers))
}

const asKeys = { t: (key: string, named?: Record<string, unknown>) => `${key} ${JSON.stringify(named ?? {})}`, has: () => true }

/** The status sentence as the screen would say it now. */
export async function statusNow({ db, engine }: Running) {
  const policies = (await readMeta<Me>(db, 'me'))?.policies ?? FIRST_POLICIES
  return statusOf(
    {
      standing: await standing(db),
      sync: engine.state.value,
      synced_at: (await readMeta<string>(db, 'synced_at')) ?? null,
      original_upload: policies.original_upload,
      is_online: true,
    },
    asKeys,
  )
}

/** S8: when the screen says that all is safe, the server has every record and every photo that was announced. */
export async function checkHonest(pool: Pool, phone: Running, dataDir: string): Promise<void> {
  const status = await statusNow(phone)
  if (!status.says_safe) return
  const journal = await pool.query<{ op_id: string; op_sha256: string }>(
    `select op_id, op_sha256 from sync_operations where person_id = $1`,
    [phone.who.person_id],
  )
  const lines = new Map(journal.rows.map((line) => [line.op_id, line.op_sha256]))
  for (const { op_id, sha256, kind } of phone.captured) {
    if (lines.get(op_id) !== sha256) fail('S8', 'said to be safe, and not in the database', { op_id, kind, status })
  }
  const photos = phone.captured.filter(({ kind }) => kind === 'evidence.announce').map(({ entity_id }) => entity_id)
  const evidence = await pool.query<{ id: string; copy_sha256: string; copy_state: string }>(
    `select id, copy_sha256, copy_state from evidence where id = any($1)`,
    [photos],
  )
  if (evidence.rowCount !== photos.length) fail('S8', 'said to be safe, and photos are unknown to the server', { photos, status })
  for (const { copy_sha256, copy_state } of evidence.rows) {
    const isThere = existsSync(join(dataDir, 'evidence/store', copy_sha256.slice(0, 2), copy_sha256.slice(2, 4), copy_sha256))
    if (copy_state !== 'stored' || !isThere) fail('S8', 'said to be safe, and a photo is not there', { copy_sha256, status })
  }
}

/** At rest: nothing asks for the person without need, and the status says so. */
export async function checkSettled(pool: Pool, phone: Running): Promise<void> {
  const refused = await phone.db.outbox.where('state').equals('needs_you').toArray()
  const lines = await pool.query<{ op_id: string }>(
    `select op_id from sync_operations where person_id = $1 and outcome in ('conflict', 'quarantined')`,
    [phone.who.person_id],
  )
  const withReason = new Set(lines.rows.map(({ op_id }) => op_id))
  for (const row of refused) {
    if (!withReason.has(row.op_id)) fail('S8', 'asks the person about something that the server took', row)
  }
  const status = await statusNow(phone)
  if (!status.says_safe && refused.length === 0) fail('S8', 'all is safe and the screen does not say so', status)
}

/** Beside the files themselves: requests, and what was under way when a line was cut. */
const ROOM_BYTES = 60_000

/** S5: an upload that was cut has gone on from its last byte. */
export async function checkResumed({ db }: Phone, sentBytes: number): Promise<void> {
  const uploads = await db.uploads.toArray()
  const needed = uploads.reduce((sum, row) => sum + row.bytes, 0)
  if (sentBytes > needed + ROOM_BYTES) fail('S5', 'an interrupted upload was sent again from its start', { sentBytes, needed })
}
