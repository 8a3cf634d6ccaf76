/** S1 to S4 of docs/sync.md, checked against the database by its owner. */
import { existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pool } from 'pg'
import type { LocalDb } from '@/local/db'
import type { Captured } from './phone'
import type { Supervisor } from './world'

/** What is looked at of a phone. */
export interface Phone {
  who: Supervisor
  db: LocalDb
  captured: Captured[]
  /** Every employer row that a pull ever brought, with the grids it lay in. */
  received: Map<string, Set<string>>
}

const TABLES: Record<string, string> = {
  'employer.register': 'employers where id',
  'employer.edit': 'employer_edits where edit_id',
  'check_in.record': 'check_ins where id',
  'visit.record': 'visits where id',
  'evidence.announce': 'evidence where id',
}

/** Name the promise that was broken. */
export const fail = (invariant: string, what: string, more: unknown): never => {
  throw new Error(`${invariant}: ${what} ${JSON.stringify(more)}`)
}

/** S1 and S8 at any instant: what the phone counts as safe, the database has; the rest is still whole on the phone. */
export async function checkNothingLost(pool: Pool, phone: Phone): Promise<void> {
  const rows = new Map((await phone.db.outbox.toArray()).map((row) => [row.op_id, row]))
  const answered = [...rows.values()].filter((row) => row.receipt)
  const journal = await pool.query<{ op_id: string; op_sha256: string; received_at: Date }>(
    `select op_id, op_sha256, received_at from sync_operations where person_id = $1`,
    [phone.who.person_id],
  )
  const lines = new Map(journal.rows.map((line) => [line.op_id, line]))
  for (const row of answered) {
    const line = lines.get(row.op_id) ?? fail('S1', 'the phone holds a receipt, the journal no line', row.op_id)
    if (line.op_sha256 !== row.sha256) fail('S2', 'the journal holds another text', row.op_id)
    if (Math.abs(Date.parse(row.receipt!.received_at) - line.received_at.getTime()) > 1)
      fail('S2', 'another receipt than the first', { phone: row.receipt, journal: line.received_at })
  }
  for (const { op_id } of phone.captured) {
    if (!rows.has(op_id) && !lines.has(op_id)) fail('S1', 'captured, and neither on the phone nor in the database', op_id)
  }
}

/** At the end: every operation arrived sealed, in one unbroken chain, with a signed receipt, and once in the record log. */
export async function checkProof(pool: Pool, phone: Phone): Promise<void> {
  const person = phone.who.person_id
  const { rows } = await pool.query<{ op_id: string; device_seq: string; op_sha256: string; prev_sha256: string | null; sealed: boolean; receipted: boolean; flags: string[] }>(
    `select op_id, device_seq, op_sha256, prev_sha256, signature is not null as sealed, receipt_signature is not null as receipted, flags
     from sync_operations where person_id = $1 order by device_seq`,
    [person],
  )
  for (const [i, row] of rows.entries()) {
    if (!row.sealed || row.flags.includes('unsealed')) fail('seal', 'an operation arrived without its seal', row)
    if (!row.receipted) fail('receipt', 'an operation has no signed receipt', row)
    if (Number(row.device_seq) !== i + 1) fail('chain', 'a number is missing or doubled', row)
    if (row.prev_sha256 !== (rows[i - 1]?.op_sha256 ?? null)) fail('chain', 'a link does not lead to the operation before', row)
  }
  const entered = await pool.query<{ entries: string }>(
    `select count(*) as entries from (select subject_id, sha256 from log_entries union all select subject_id, sha256 from log_pending) l
     join sync_operations o on o.op_id = l.subject_id and o.op_sha256 = l.sha256 where o.person_id = $1`,
    [person],
  )
  if (Number(entered.rows[0]!.entries) !== rows.length) fail('log', 'operations and entries differ in number', { rows: rows.length, ...entered.rows[0] })
  const received = (await phone.db.outbox.toArray()).filter((row) => row.receipt)
  if (received.some((row) => !row.receipt!.signature)) fail('receipt', 'the phone holds an unsigned receipt', person)
}

/** S1 and S2 at the end: every capture is journalled once, and what was applied is there once. */
export async function checkAllArrived(pool: Pool, phone: Phone, dataDir: string): Promise<void> {
  const journal = await pool.query<{ op_id: string; op_sha256: string; outcome: string; lines: string }>(
    `select op_id, min(op_sha256) as op_sha256, min(outcome) as outcome, count(*) as lines
     from sync_operations where person_id = $1 group by op_id`,
    [phone.who.person_id],
  )
  const lines = new Map(journal.rows.map((line) => [line.op_id, line]))
  if (lines.size !== phone.captured.length)
    fail('S2', 'captures and journal differ in number', { captured: phone.captured.length, journal: lines.size })
  for (const capture of phone.captured) {
    const line = lines.get(capture.op_id) ?? fail('S1', 'never arrived', capture)
    if (line.op_sha256 !== capture.sha256 || line.lines !== '1') fail('S2', 'arrived changed or more than once', { capture, line })
    const table = TABLES[capture.kind]
    if (!table || !['applied', 'conflict'].includes(line.outcome)) continue
    const found = await pool.query(`select 1 from ${table} = $1`, [capture.entity_id])
    if (found.rowCount !== 1) fail('S1', 'journalled as applied, not in its table', { capture, rows: found.rowCount })
  }
  const photos = await pool.query<{ id: string; hashes: string[]; states: string[]; receipts: number }>(
    `select id, array_remove(array[copy_sha256, original_sha256, thumb_sha256], null) as hashes,
            array[copy_state, original_state, thumb_state] as states,
            (select count(*)::int from jsonb_object_keys(byte_receipts)) as receipts from evidence where person_id = $1`,
    [phone.who.person_id],
  )
  for (const photo of photos.rows) {
    if (photo.states.some((state) => state !== 'stored' && state !== 'none')) fail('S1', 'a photo did not arrive', photo)
    if (photo.receipts !== photo.hashes.length) fail('receipt', 'a stored file has no signed receipt', photo)
    for (const hash of photo.hashes) {
      const file = join(dataDir, 'evidence/store', hash.slice(0, 2), hash.slice(2, 4), hash)
      if (!existsSync(file)) fail('S1', 'a stored photo has no file', photo)
      if (createHash('sha256').update(readFileSync(file)).digest('hex') !== hash) fail('S1', 'a stored photo was altered', photo)
    }
  }
  const waiting = await phone.db.uploads.where('state').equals('waiting').toArray()
  for (const row of waiting) {
    if (!(await phone.db.photo_bytes.get(row.id))) fail('S1', 'a file that the server does not have is gone from the phone', row)
  }
}

/** S3 and S4 at the end: the phone holds its scope, the whole of it and nothing else, as it now stands. */
export async function checkScope(pool: Pool, phone: Phone): Promise<void> {
  const person = phone.who.person_id
  const employers = await pool.query<{ id: string; name: string; version: number; grid_id: string; last_visited_at: Date | null }>(
    `select e.id, e.name, e.version, e.grid_id, e.last_visited_at from employers e
     where e.grid_path <@ array(select held_paths($1, china_today()))
        or e.id in (select employer_id from patrol_stops where assignee_id = $1 and is_open)`,
    [person],
  )
  const held = new Map((await phone.db.employers.toArray()).filter((row) => !row.gone && !row.local).map((row) => [row.id, row]))
  for (const row of employers.rows) {
    const mine = held.get(row.id) ?? fail('S3', 'an employer of the scope is missing on the phone', { person, row })
    const same =
      mine.name === row.name &&
      mine.version === row.version &&
      mine.grid_id === row.grid_id &&
      (mine.last_visited_at === null) === (row.last_visited_at === null) &&
      (!row.last_visited_at || Math.abs(Date.parse(mine.last_visited_at!) - row.last_visited_at.getTime()) <= 1)
    if (!same) fail('S3', 'an employer on the phone is out of date', { phone: mine, database: row })
  }
  const wanted = new Set(employers.rows.map((row) => row.id))
  for (const id of held.keys()) if (!wanted.has(id)) fail('S4', 'an employer outside the scope stayed on the phone', { person, id })

  const forms = await pool.query<{ id: string; answers: unknown; disputed: string[] }>(
    `select employer_id as id, answers, disputed from employer_forms where employer_id = any($1)`,
    [[...wanted]],
  )
  const kept = new Map((await phone.db.forms.toArray()).map((row) => [row.id, row]))
  const sorted = (values: unknown) => JSON.stringify(Object.entries(values as object).sort())
  for (const row of forms.rows) {
    const mine = kept.get(row.id) ?? fail('S3', 'a form of the scope is missing on the phone', row)
    if (sorted(mine.answers) !== sorted(row.answers) || mine.disputed.join() !== row.disputed.join())
      fail('S3', 'a form on the phone is out of date', { phone: mine, database: row })
  }
  for (const id of kept.keys()) if (!wanted.has(id)) fail('S4', 'a form outside the scope stayed on the phone', { person, id })

  const patrols = await pool.query<{ id: string; status: string; version: number; stops: { id: string; status: string }[] }>(
    `select p.id, p.status, p.version, coalesce((select json_agg(json_build_object('id', s.id, 'status', s.status) order by s.seq)
       from patrol_stops s where s.patrol_id = p.id), '[]') as stops
     from patrols p where p.assignee_id = $1`,
    [person],
  )
  const rounds = new Map((await phone.db.patrols.toArray()).map((row) => [row.id, row]))
  for (const row of patrols.rows) {
    const mine = rounds.get(row.id) ?? fail('S3', 'a patrol is missing on the phone', row)
    const stops = (list: { id: string; status: string }[]) => list.map((stop) => `${stop.id} ${stop.status}`).join()
    if (mine.status !== row.status || mine.version !== row.version || stops(mine.stops) !== stops(row.stops))
      fail('S3', 'a patrol on the phone is out of date', { phone: mine, database: row })
  }
  const grids = await pool.query<{ id: string }>(
    `select id from grids where path <@ array(select held_paths($1, china_today())) order by id`,
    [person],
  )
  const areas = (await phone.db.grids.toArray()).map((row) => row.id).sort()
  if (areas.join() !== grids.rows.map((row) => row.id).sort().join()) fail('S4', 'the phone holds other grids than its duties', { person, areas })
}

/**
 * S6: each field of a file says what its edits come to, whatever order they arrived in: those that nobody's later word has seen are
 * what stands, and where they differ there is one open work item with all of them.
 */
export async function checkEditsSettled(pool: Pool, employers: string[]): Promise<void> {
  const wrong = await pool.query(
    `with edits as (
       select employer_id, field, value, op_id, happened_at, arrived_version, base_version, store_id, store_seq from employer_edits
       where employer_id = any($1) and origin = 'phone' and field in ('on_roll', 'migrant')),
     heads as (
       select e.* from edits e where not exists (
         select from edits l where (l.employer_id, l.field) = (e.employer_id, e.field) and l.op_id <> e.op_id
           and case when l.store_id = e.store_id then (l.store_seq, l.op_id::text) > (e.store_seq, e.op_id::text)
                    else l.base_version >= e.arrived_version end)),
     settled as (
       select employer_id, field, count(distinct value) as values, (array_agg(value order by happened_at desc, op_id::text desc))[1] as stands
       from heads group by 1, 2)
     select s.*, f.answers -> s.field as found, c.id as conflict
     from settled s left join employer_forms f using (employer_id)
     left join employer_conflicts c on (c.employer_id, c.field) = (s.employer_id, s.field) and c.resolved_at is null
     where f.answers -> s.field is distinct from s.stands or (c.id is not null) <> (s.values > 1)
        or (f.disputed ? s.field) <> (s.values > 1)`,
    [employers],
  )
  if (wrong.rowCount) fail('S6', 'a file does not say what its edits come to', wrong.rows)
}

/** S4 all along: no pull ever brought an employer of a grid that the person never held, unless a patrol took her there. */
export async function checkNothingLeaked(pool: Pool, phone: Phone): Promise<void> {
  const allowed = await pool.query<{ id: string }>(
    `select grid_id as id from duties where person_id = $1 union select employer_id from patrol_stops where assignee_id = $1`,
    [phone.who.person_id],
  )
  const may = new Set(allowed.rows.map((row) => row.id))
  for (const [employer, grids] of phone.received) {
    for (const grid of grids) {
      if (!may.has(grid) && !may.has(employer)) fail('S4', 'a pull brought an employer out of scope', { employer, grid })
    }
  }
}
