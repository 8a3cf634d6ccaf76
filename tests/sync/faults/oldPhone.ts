/** S7: a phone that wrote its store and its operations with an earlier release, and is then given this one. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Dexie from 'dexie'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { makeCipher } from '@/local/cipher'
import { LocalDb } from '@/local/db'
import { DeviceStore } from '@/local/deviceStore'
import { encryptOld } from '@/local/encryptOld'
import { createVault } from '@/local/vault'
import { newId } from '@/shared/ids'
import { SyncEngine } from '@/sync/engine'
import { photoOf } from '../capturing'
import { fail } from '../invariants'
import { Chance } from '../random'
import { worldOf, type Stage } from './story'

interface Release {
  release: string
  version: number
  stores: Record<string, string>
  texts: Record<string, string>
}

const FOLDER = join(import.meta.dirname, '../old-phones')
const NAME = 'wangge-old'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

export const releases = (): string[] => readdirSync(FOLDER).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5))

/** Everything that the old release had not sent arrives, text for text, through the store as this release opens it. */
export async function checkOldPhone(stage: Stage, name: string, place: number): Promise<number> {
  const old = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Release
  const world = await worldOf(stage, { seed: 1, place })
  const who = world.supervisors[0]!
  const photo = photoOf(new Chance(place), { copy: 900, original: 1_800 })
  const patrol = await stage.pool.query<{ id: string }>('select id from patrols where assignee_id = $1', [who.person_id])
  const [lon, lat] = world.grids[0]!.centre
  const words: Record<string, string> = {
    at: new Date().toISOString(),
    lon: String(lon),
    lat: String(lat),
    patrol: patrol.rows[0]!.id,
    copy_bytes: String(photo.copy.buffer.byteLength),
    copy_sha256: photo.copy.sha256,
    original_bytes: String(photo.original.buffer.byteLength),
    original_sha256: photo.original.sha256,
  }
  words.device = who.device_id
  for (const id of ['registered', 'act', 'check_in', 'visit', 'photo', 'finding', 'finish']) words[id] = newId()
  const rows = Object.entries(old.texts).map(([kind, text], i) => rowOf(kind, text, { ...words, op: newId(), seq: String(i + 1) }))
  const disk = new IDBFactory()
  await writeOldStore(disk, old, rows, words, photo)

  // The release after it found the store plain: it asks for a PIN and encrypts what is there.
  const device = new DeviceStore(disk)
  const rules = { required: true, min_digits: 6, idle_minutes: 5, free_tries: 5, delay_s: 30, delay_max_s: 3_600, rounds: 1_000 }
  const key = await createVault(device, who.account_id, { label: '', rules, pin: '739205', isOld: true })
  const db = new LocalDb(NAME, makeCipher(key), { indexedDB: disk, IDBKeyRange })
  await encryptOld(db, device, who.account_id)
  device.close()
  const engine = new SyncEngine({
    db,
    account_id: who.account_id,
    apiBase: stage.baseUrl,
    random: () => 0,
    network: () => ({ type: 'wifi', save_data: false }),
    fetch: (input, init) => fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), Authorization: `Bearer ${who.token}` } }), // prettier-ignore
  })
  await engine.sync()
  await engine.settled()
  const journal = await stage.pool.query<{ op_id: string; op_sha256: string; body: string; outcome: string }>(
    'select op_id, op_sha256, body, outcome from sync_operations where person_id = $1',
    [who.person_id],
  )
  const lines = new Map(journal.rows.map((line) => [line.op_id, line]))
  for (const row of rows) {
    const line = lines.get(row.op_id)
    if (line?.body !== row.body || line.op_sha256 !== row.sha256) fail('S7', 'an operation of an old release did not arrive as it was', row.kind)
    if (line!.outcome !== 'applied') fail('S7', 'an operation of an old release is not understood', { kind: row.kind, line })
    const now = await db.outbox.get(row.op_id)
    if (now?.state !== 'sent' || now.receipt?.op_sha256 !== row.sha256) fail('S7', 'an old operation has no receipt', row.kind)
  }
  const stored = await stage.pool.query('select 1 from evidence where id = $1 and copy_state = $2 and original_state = $2', [words.photo, 'stored'])
  if (stored.rowCount !== 1) fail('S7', 'a photo of an old release did not arrive', words.photo)
  if (!(await db.drafts.get('visit-old'))) fail('S7', 'a draft of an old release is gone', 'visit-old')
  await engine.stop()
  db.close()
  return rows.length
}

function rowOf(kind: string, template: string, words: Record<string, string>) {
  const body = template.replace(/\{(\w+)\}/g, (all, word: string) => words[word] ?? all)
  const { op_id, device_seq, entity_id, captured_at, payload } = JSON.parse(body) as {
    op_id: string
    device_seq: number
    entity_id: string
    captured_at: string
    payload: { employer_id?: string; patrol_id?: string }
  }
  const about = { employer_id: payload.employer_id ?? null, patrol_id: payload.patrol_id ?? null }
  const fresh = { state: 'waiting', outcome: null, flags: [], problem: null, receipt: null, attempts: 0, next_at: 0, corrected_by: null, seen_at: null } // prettier-ignore
  return { op_id, device_seq, kind, entity_id, ...about, captured_at, body, sha256: sha256(body), ...fresh }
}

/** The store as that release left it: its own stores, its own rows. */
async function writeOldStore(
  disk: IDBFactory,
  old: Release,
  rows: ReturnType<typeof rowOf>[],
  words: Record<string, string>,
  photo: ReturnType<typeof photoOf>,
): Promise<void> {
  const db = new Dexie(NAME, { indexedDB: disk, IDBKeyRange })
  db.version(old.version).stores(old.stores)
  await db.table('outbox').bulkAdd(rows)
  await db.table('meta').bulkAdd([
    { key: 'device_seq', value: rows.length },
    { key: 'device_id', value: words.device },
  ])
  await db.table('drafts').add({ key: 'visit-old', employer_id: null, value: { note: '写了一半' }, updated_at: words.at })
  await db.table('photos').add({
    id: words.photo,
    state: 'announced',
    draft_key: null,
    subject_kind: 'visit',
    subject_id: words.visit,
    employer_id: words.registered,
    captured_at: words.at,
    source: 'camera',
    binding: {},
    width: 8,
    height: 8,
    preview: photo.preview,
    copy_sha256: photo.copy.sha256,
    copy_bytes: photo.copy.buffer.byteLength,
    original_sha256: photo.original.sha256,
    original_bytes: photo.original.buffer.byteLength,
    original_type: 'image/jpeg',
  })
  for (const part of ['copy', 'original'] as const) {
    const { buffer, sha256: hash } = photo[part]
    const id = `${words.photo}:${part}`
    await db.table('photo_bytes').add({ id, type: 'image/jpeg', buffer })
    await db.table('uploads').add({
      id,
      photo_id: words.photo,
      part,
      bytes: buffer.byteLength,
      sha256: hash,
      state: 'waiting',
      stored_sha256: null,
      stored_at: null,
      upload_url: null,
      sent_bytes: 0,
      attempts: 0,
      next_at: 0,
      problem: null,
    })
  }
  db.close()
}
