/**
 * The phone's own store, one per account, so that a second person on the same phone neither sees nor sends the first one's work.
 *
 * Fields carry the names of the wire. Photo bytes are ArrayBuffers (Blobs failed on a WebKit version). A new shape is a
 * new version number, with an upgrade step where rows change, and a test that starts from the old data.
 *
 * On the disk every row is encrypted but for its key and its indexed columns (see encryption.ts): an index must never hold anything
 * that says who or what, and vault.spec.ts knows the list of those that do not.
 */
import Dexie, { type DexieOptions, type Table } from 'dexie'
import type { Problem } from '@/api/problems'
import type {
  Binding,
  ByteReceipt,
  CheckInPayload,
  Employer,
  EmployerEditPayload,
  EmployerForm,
  EmployerPayload,
  EvidenceSource,
  Grid,
  IncidentPayload,
  KeyListAcknowledgePayload,
  NoteMedium,
  NoteType,
  OperationKind,
  Outcome,
  Patrol,
  Receipt,
  SubjectKind,
  TalkPayload,
  TrackPoint,
  VisitPayload,
} from './shapes'
import type { BaseMapPart } from './baseMap'
import type { StoreCipher } from './storeCipher'
import { OpenedRows, encryption } from './encryption'

/** A row of the work package; `generation` says with which snapshot it last came. */
export interface Pulled {
  generation: number
}

export type GridRow = Grid & Pulled
export type PatrolRow = Patrol & Pulled
export type FormRow = EmployerForm & { id: string }
export type EmployerRow = Omit<Employer, 'form'> &
  Pulled & {
    /** Registered on this phone and not yet seen in a pull. */
    local: 0 | 1
    /** First letters of the name in pinyin: for searching and sorting. */
    initials: string
    /** Left the scope while unsent work still refers to it; only the name is kept. */
    gone: 0 | 1
  }

/** What the person has captured, as she sees it again. Kept for a while after it was sent. */
export interface RecordRow {
  id: string
  kind:
    | 'check_in'
    | 'visit'
    | 'employer'
    | 'employer_edit'
    | 'key_acknowledgement'
    | 'talk'
    | 'incident'
    | 'patrol_start'
    | 'patrol_pause'
    | 'patrol_resume'
    | 'patrol_finish'
  employer_id: string | null
  patrol_id: string | null
  stop_id: string | null
  captured_at: string
  captured_on: string
  binding: Binding
  payload:
    | CheckInPayload
    | VisitPayload
    | EmployerPayload
    | EmployerEditPayload
    | KeyListAcknowledgePayload
    | TalkPayload
    | IncidentPayload
    | { patrol_id: string; note?: string; pause_id?: string }
  /** Metres from the employer's point at capture, where both were known. */
  distance_m?: number | null
}

export type OutboxState = 'waiting' | 'sending' | 'sent' | 'needs_you'

/** One operation. `body` is the text that was hashed and signed; it is never written again. */
export interface OutboxRow {
  op_id: string
  device_seq: number
  kind: OperationKind
  entity_id: string
  employer_id: string | null
  patrol_id: string | null
  captured_at: string
  body: string
  sha256: string
  /** The seal over `body` (see seal.ts); null where the phone could not sign, absent in rows of releases before. */
  key_id?: string | null
  signature?: string | null
  state: OutboxState
  outcome: Outcome | null
  flags: string[]
  problem: Problem | null
  receipt: Receipt | null
  attempts: number
  /** Not before this moment (ms of the phone's clock). */
  next_at: number
  /** The operation that corrects this one. */
  corrected_by: string | null
  /** The person has read the problem and leaves it at that. */
  seen_at: string | null
}

export interface PhotoRow {
  /** Evidence id. */
  id: string
  /** A note in sound or picture: its one file stands as the copy, and it has neither preview nor original. Absent: a photo. */
  medium?: NoteMedium
  /** Of a note: its container's type, and its length where the phone could tell. */
  media_type?: NoteType
  seconds?: number | null
  /** `draft` until the record it belongs to is saved. */
  state: 'draft' | 'announced'
  draft_key: string | null
  subject_kind: SubjectKind
  subject_id: string | null
  employer_id: string | null
  captured_at: string
  source: EvidenceSource
  binding: Binding
  width: number
  height: number
  /** A small JPEG to look at; dropped with the record, not with the bytes. */
  preview: ArrayBuffer
  copy_sha256: string
  copy_bytes: number
  original_sha256: string
  original_bytes: number
  original_type: string
  /** The preview as a file that travels ahead; absent in rows of releases before. */
  thumb_sha256?: string
}

export type Part = 'thumb' | 'copy' | 'original'

/** The way of one file to the server. */
export interface UploadRow {
  /** `${photo_id}:${part}` */
  id: string
  photo_id: string
  part: Part
  /** A note's file goes after the copies of photos. */
  is_note?: 1
  bytes: number
  sha256: string
  state: 'draft' | 'waiting' | 'stored' | 'needs_you'
  /** Hash that the server says it stored: the byte receipt. */
  stored_sha256: string | null
  /** What the server signed for these bytes; absent where it had no key to sign with. */
  receipt?: ByteReceipt | null
  stored_at: string | null
  upload_url: string | null
  sent_bytes: number
  attempts: number
  next_at: number
  problem: Problem | null
}

/** The bytes themselves, apart from their row, so that lists do not load them; read them by `readBytes`. */
export interface PhotoBytesRow {
  id: string
  type: string
  buffer: ArrayBuffer
  /** Missing on those that were stored before the store was encrypted. */
  encrypted?: 1
  /** On the first of several rows: how many the file has. */
  slices?: number
}

/** A slice of some rows that are encrypted together; see packs.ts. */
export interface PackRow {
  id: string
  buffer: ArrayBuffer
}

/** One stretch of her way while on duty: grows while `open`, is an operation once `sealed`. */
export interface TrackRow {
  id: string
  patrol_id: string
  seq: number
  state: 'open' | 'sealed'
  /** Day in China on which it began. */
  on: string
  began_at: string
  points: TrackPoint[]
  walked_m: number
}

export interface DraftRow {
  key: string
  employer_id: string | null
  value: unknown
  updated_at: string
}

export interface ReferenceRow {
  key: 'basemap' | 'places' | 'catalogues'
  etag: string | null
  fetched_at: string
  data: unknown
}

export interface MetaRow {
  key: string
  value: unknown
}

export class LocalDb extends Dexie {
  grids!: Table<GridRow, string>
  employers!: Table<EmployerRow, string>
  patrols!: Table<PatrolRow, string>
  records!: Table<RecordRow, string>
  outbox!: Table<OutboxRow, string>
  photos!: Table<PhotoRow, string>
  uploads!: Table<UploadRow, string>
  photo_bytes!: Table<PhotoBytesRow, string>
  drafts!: Table<DraftRow, string>
  reference!: Table<ReferenceRow, string>
  meta!: Table<MetaRow, string>
  packs!: Table<PackRow, string>
  readonly opened = new OpenedRows()
  tracks!: Table<TrackRow, string>
  base_parts!: Table<BaseMapPart, string>
  forms!: Table<FormRow, string>

  /** `cipher` is this account's; without her key the store can be counted and nothing else. */
  constructor(
    name: string,
    readonly cipher: StoreCipher,
    options: DexieOptions = {},
  ) {
    // Dexie's cache copies every row once more: 5,000 employers would cost twice.
    super(name, { cache: 'disabled', ...options })
    this.use(encryption(cipher, this.opened))
    // Versions before it are not named: none had rows to bring along, and Dexie compares with what is there. A cheap phone reads each
    // at every start. 5: files lie in slices, and a release that reads only the first must not open them.
    this.version(5).stores({
      grids: 'id, generation',
      // Initials of names are names: the list is sorted in memory.
      employers: 'id, generation',
      patrols: 'id, generation, planned_on',
      records: 'id, captured_on, employer_id, patrol_id',
      outbox: 'op_id, device_seq, state, entity_id, employer_id',
      photos: 'id, state, draft_key, subject_id, employer_id',
      uploads: 'id, photo_id, state',
      photo_bytes: 'id',
      drafts: 'key, employer_id',
      reference: 'key',
      meta: 'key',
      packs: 'id',
      tracks: 'id, patrol_id, state, on',
      base_parts: 'id',
      forms: 'id',
    })
  }
}

export async function readMeta<T>(db: LocalDb, key: string): Promise<T | undefined> {
  return (await db.meta.get(key))?.value as T | undefined
}

export async function writeMeta(db: LocalDb, key: string, value: unknown): Promise<void> {
  await db.meta.put({ key, value })
}
