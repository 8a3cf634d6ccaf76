/** A phone's store in memory and a server of scripted answers, for tests beside the code. */
import Dexie from 'dexie'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { LocalDb, writeMeta } from '@/local/db'
import { DeviceStore } from '@/local/deviceStore'
import type { Capture } from '@/local/outbox'
import { makeCipher } from '@/local/cipher'
import type { StoreCipher } from '@/local/storeCipher'
import { FIRST_POLICIES, type Employer, type EmployerPayload, type Me, type VisitPayload } from '@/local/shapes'
import type { PreparedPhoto } from '@/local/photos'
import { newId } from '@/shared/ids'
import { sha256OfBytes } from '@/shared/sha256'
import type { Fetch, SyncContext } from '@/sync/context'
import { ownLocks } from '@/sync/locks'

export const ACCOUNT = '01900000-0000-7000-8000-00000000000a'
export const DEVICE = '01900000-0000-7000-8000-00000000000d'
export const NOON = Date.parse('2026-11-24T04:00:00Z')

export const me = (changes: Partial<Me> = {}): Me => ({
  person: { id: newId(), name: '刘海梅', kind: 'legal_supervisor', phone_masked: '138****0000' },
  account_id: ACCOUNT,
  login: 'community',
  role: 'community',
  rights: ['field.capture', 'field.pull'],
  unit: { id: newId(), code: '370783001001', name: '北马范', level: 4 },
  scope: [],
  session_expires_at: '2026-12-08T00:00:00Z',
  session_kind: 'phone',
  session_idle_minutes: 20160,
  must: [],
  server_time: '2026-11-24T04:00:00Z',
  policies: FIRST_POLICIES,
  seal_keys: [],
  receipt_keys: [],
  retried: [],
  ...changes,
})

/** A store as a killed app finds it again: the same factory opens the same data. */
export function openStore(factory = new IDBFactory(), cipher: StoreCipher = makeCipher(DATA_KEY)): LocalDb {
  return new LocalDb('wangge-test', cipher, { indexedDB: factory, IDBKeyRange })
}

export const DATA_KEY = Uint8Array.from({ length: 32 }, (_, i) => i)

export const openDevice = (factory: IDBFactory) => new DeviceStore(factory)

/** What lies on the disk, as one text: every row of every table of every database, binary columns as their bytes. */
export async function dump(factory: IDBFactory): Promise<string> {
  const texts: string[] = []
  for (const { name } of await factory.databases()) {
    const db = await new Dexie(name!, { indexedDB: factory, IDBKeyRange }).open()
    for (const table of db.tables) for (const row of (await table.toArray()) as object[]) texts.push(spell(row))
    db.close()
  }
  return texts.join('\n')
}

function spell(value: unknown): string {
  if (value instanceof ArrayBuffer) return spell(new Uint8Array(value))
  if (value instanceof Uint8Array) return new TextDecoder('utf-8').decode(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([key, inner]) => `${key}=${spell(inner)}`)
    .join(';')
}

export async function phone(factory = new IDBFactory()) {
  const db = openStore(factory)
  await writeMeta(db, 'me', me())
  return { db, factory }
}

export const capture = (at = NOON): Capture => ({
  device_id: DEVICE,
  captured_at: new Date(at).toISOString(),
  binding: { server_offset_ms: 0, position: null, network: 'none', battery: 0.5, app_version: 'test' },
})

export const checkInOf = (employer_id: string) => ({
  employer_id,
  patrol_id: null,
  stop_id: null,
  position: { lon: 118.77, lat: 36.92 },
  accuracy_m: 12,
  age_s: 1,
})

export const visitOf = (employer_id: string, evidence_ids: string[] = []): VisitPayload => ({
  employer_id,
  patrol_id: null,
  stop_id: null,
  check_in_id: null,
  activities: ['observe'],
  people_met: '',
  findings: [],
  note: '',
  evidence_ids,
})

export const registrationOf = (name: string): EmployerPayload => ({
  name,
  uscc: null,
  no_uscc_reason: 'no_licence',
  address: '',
  contact_name: '',
  contact_phone: '',
  industry_code: null,
  employees: null,
  position: null,
  accuracy_m: null,
  position_source: null,
  declared_grid_id: null,
  note: '',
})

export const employerOf = (id: string, changes: Partial<Employer> = {}): Employer => ({
  id,
  name: `单位 ${id.slice(-4)}`,
  uscc: null,
  address: '东风街 1 号',
  contact_name: '王',
  contact_phone: '0536-1',
  industry_code: null,
  employees: 3,
  position: [118.77, 36.92],
  accuracy_m: 10,
  grid_id: null,
  review_state: 'accepted',
  duplicate_of: null,
  last_visited_at: null,
  version: 1,
  ...changes,
})

export async function photoOf(seed: number, size = 2_000): Promise<PreparedPhoto> {
  const copy = Uint8Array.from({ length: size }, (_, i) => (i * seed) & 0xff).buffer
  const original = Uint8Array.from({ length: size * 2 }, (_, i) => (i + seed) & 0xff).buffer
  return {
    copy: { buffer: copy, sha256: await sha256OfBytes(copy), width: 16, height: 12 },
    original: { buffer: original, sha256: await sha256OfBytes(original), type: 'image/jpeg' },
    preview: new ArrayBuffer(8),
  }
}

/** A receipt as a server without a key gives it. */
export const receiptOf = (op_id: string, op_sha256: string) => ({
  op_id,
  op_sha256,
  received_at: '2026-11-24T04:01:00Z',
  key_id: '',
  signature: '',
})

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', ...headers },
  })

export const problem = (type: string, status: number, extra: Record<string, unknown> = {}) =>
  json({ type, title: type, status, detail: type, ...extra }, status)

/** What the sync of such a phone takes from its surroundings, with a clock that stands still. */
export const contextOf = (db: LocalDb, fetch: Fetch, now = NOON): SyncContext => ({
  db,
  fetch,
  now: () => now,
  random: () => 0.5,
  locks: ownLocks(),
  apiBase: 'http://server',
  account_id: ACCOUNT,
  app_version: 'test',
  language: () => 'zh-CN',
  network: () => ({ type: null, save_data: false }),
})
