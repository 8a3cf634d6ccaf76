/** Shapes that travel: what the phone receives of its scope and what it sends. Names are those of the wire (docs/sync.md). */
import type { components } from '@/api/schema.gen'
import type { LonLat } from '@/shared/geo'
import type { KeyFacts } from '@/shared/keyFacts'

export interface Area {
  type: 'Polygon' | 'MultiPolygon'
  coordinates: number[][][] | number[][][][]
}

export interface Grid {
  id: string
  code: string
  name: string
  level: number
  path: string
  parent_id: string | null
  geom: Area
  label: LonLat
  own: boolean
}

export type ReviewState = 'accepted' | 'waiting_review' | 'returned'

/** What the survey form of an employer says, besides the employer's own fields; see shared/survey. */
export interface EmployerForm {
  answers: Record<string, unknown>
  filled_on: string | null
  /** Fields of which two values wait for somebody's choice. */
  disputed: string[]
  is_complete: boolean
}

export interface Employer {
  id: string
  name: string
  uscc: string | null
  no_uscc_reason?: string | null
  system_no?: string | null
  note?: string | null
  /** Kept apart on the phone (`forms`): a list of 5,000 employers must not carry their forms. */
  form?: EmployerForm
  address: string
  contact_name: string
  contact_phone: string
  industry_code: string | null
  employees: number | null
  position: LonLat | null
  accuracy_m: number | null
  grid_id: string | null
  review_state: ReviewState
  duplicate_of: string | null
  last_visited_at: string | null
  /** The last day on which the next visit is in time; absent where it was never visited. */
  visit_due_on?: string
  /** Its survey form is not complete; absent where it is. */
  is_incomplete?: true
  version: number
  /** Of its last published rating; absent where there is none. */
  grade?: string
  /** Why it is on the key supervision list; absent where it is not. */
  key_list?: KeyCriterion[]
  /** Of these, what somebody who answers for it takes note of; absent where there is nothing of the kind. */
  key_entries?: KeyEntry[]
}

/** Why and since when an employer is on the key list for one criterion; `is_waiting` until somebody has taken note. */
export interface KeyEntry {
  id: string
  criterion: KeyCriterion
  entered_on: string
  facts: KeyFacts
  is_waiting: boolean
}

export const KEY_CRITERIA = [
  'unsupervised',
  'wage_arrears',
  'premium_arrears',
  'complaints',
  'collective_petition',
  'low_grade',
] as const
export type KeyCriterion = (typeof KEY_CRITERIA)[number]

export interface Stop {
  id: string
  employer_id: string
  seq: number
  status: 'planned' | 'visited' | 'skipped'
  name: string | null
  position: LonLat | null
}

export interface Patrol {
  id: string
  title: string
  planned_on: string
  status: 'planned' | 'started' | 'finished' | 'cancelled'
  note: string
  version: number
  assignee_id: string
  stops: Stop[]
}

export interface Fix {
  lon: number
  lat: number
  accuracy_m: number
  age_s: number
}

/** What is bound to every operation at capture. */
export interface Binding {
  server_offset_ms: number | null
  position: Fix | null
  network: string | null
  battery: number | null
  app_version: string
}

export interface PlainPosition {
  lon: number
  lat: number
}

export interface CheckInPayload {
  employer_id: string
  patrol_id: string | null
  stop_id: string | null
  position: PlainPosition | null
  accuracy_m: number | null
  age_s: number | null
}

export const ACTIVITIES = ['collect', 'publicise', 'observe'] as const
export type Activity = (typeof ACTIVITIES)[number]
export const FINDING_KINDS = [
  'no_contract',
  'wage_arrears',
  'no_insurance',
  'overtime',
  'child_labour',
  'no_ledger',
  'other',
] as const
export type FindingKind = (typeof FINDING_KINDS)[number]
export const SEVERITIES = ['note', 'minor', 'major'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface FindingPayload {
  id: string
  kind: FindingKind
  severity: Severity
  note: string
}

export interface VisitPayload {
  employer_id: string
  patrol_id: string | null
  stop_id: string | null
  check_in_id: string | null
  activities: Activity[]
  people_met: string
  findings: FindingPayload[]
  note: string
  evidence_ids: string[]
}

export interface EmployerPayload {
  name: string
  uscc: string | null
  no_uscc_reason: 'no_licence' | 'not_shown' | null
  address: string
  contact_name: string
  contact_phone: string
  industry_code: string | null
  employees: number | null
  position: PlainPosition | null
  accuracy_m: number | null
  position_source: 'gps' | 'map' | null
  declared_grid_id: string | null
  note: string
}

/** Changes of an employer's file by field; null: no longer known. With `survey` where the whole form was filled in. */
export interface EmployerEditPayload {
  employer_id: string
  changes: Record<string, unknown>
  survey: {
    filled_on: string
    filler: string
    answers: Record<string, unknown>
    kept: Record<string, string>
  } | null
  note: string
}

export interface TalkPayload {
  topics: string[]
  employer_id: string | null
  patrol_id: string | null
  grid_id: string | null
  place: string
  position: PlainPosition | null
  accuracy_m: number | null
  audience: string
  people_count: number
  materials: { kind: string; count: number }[]
  note: string
  evidence_ids: string[]
}

export const INCIDENT_SEVERITIES = ['normal', 'serious', 'critical'] as const
export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number]

/** Names no record that must arrive first: a report waits for nothing. */
export interface IncidentPayload {
  kind: string
  severity: IncidentSeverity
  people_count: number | null
  employer_id: string | null
  grid_id: string | null
  place: string
  position: PlainPosition | null
  accuracy_m: number | null
  note: string
  evidence_ids: string[]
}

/** Seconds since the stretch began, lon, lat, accuracy in metres. */
export type TrackPoint = [s: number, lon: number, lat: number, accuracy_m: number]

export interface TrackPayload {
  patrol_id: string
  seq: number
  began_at: string
  points: TrackPoint[]
}

export type SubjectKind = 'visit' | 'employer' | 'check_in' | 'talk' | 'incident'

export type EvidenceSource = 'camera' | 'gallery' | 'recorder' | 'file'
export type NoteMedium = 'audio' | 'video'
export type NoteType =
  `${NoteMedium}/${'webm' | 'mp4' | '3gpp'}` | 'audio/ogg' | 'audio/mpeg' | 'audio/wav' | 'video/quicktime'

/** That she knows why the employer is on the key list, entry by entry. */
export interface KeyListAcknowledgePayload {
  employer_id: string
  entry_ids: string[]
  note: string
}

export interface EvidencePayload {
  subject_kind: SubjectKind
  subject_id: string
  /** Null only for a talk or an incident that is at no employer. */
  employer_id: string | null
  media_type: 'image/jpeg' | NoteType
  source: EvidenceSource
  /** A photo's evidence copy; a note's one file, which has no width and height. */
  copy: { sha256: string; bytes: number; width?: number; height?: number }
  original?: { sha256: string; bytes: number }
  thumb?: { sha256: string; bytes: number }
  seconds?: number | null
}

export interface Payloads {
  'employer.register': EmployerPayload
  'employer.edit': EmployerEditPayload
  'key_list.acknowledge': KeyListAcknowledgePayload
  'patrol.start': { patrol_id: string }
  'patrol.pause': { patrol_id: string }
  'patrol.resume': { patrol_id: string; pause_id: string }
  'patrol.finish': { patrol_id: string; note: string }
  'check_in.record': CheckInPayload
  'visit.record': VisitPayload
  'talk.record': TalkPayload
  'incident.report': IncidentPayload
  'track.record': TrackPayload
  'evidence.announce': EvidencePayload
}
export type OperationKind = keyof Payloads

export interface Operation<K extends OperationKind = OperationKind> {
  op_id: string
  kind: K
  v: number
  entity_id: string
  base_version: number | null
  captured_at: string
  device_id: string
  device_seq: number
  /** Which store this is a link of; absent in texts of releases before. */
  chain_id?: string
  /** SHA-256 of the text before it in the chain; null for the first. */
  prev_sha256?: string | null
  payload: Payloads[K]
  binding: Binding
}

export type Outcome = components['schemas']['OperationOutcome']['outcome']

export type Receipt = components['schemas']['Receipt']
export type ByteReceipt = components['schemas']['ByteReceipt']

/** Limits in force, as the server last said. */
export interface Policies {
  geofence_radius_m: number
  poor_accuracy_m: number
  position_max_age_s: number
  clock_skew_max_s: number
  evidence_copy_max_px: number
  evidence_max_bytes: number
  original_upload: 'wifi' | 'never' | 'always'
  push_operations_max: number
  /** MB (1e6 bytes) that photos may use of mobile data in a day by themselves; 0: none. */
  photo_cellular_mb_per_day: number
  track_min_distance_m: number
  track_min_interval_s: number
  track_max_accuracy_m: number
  track_chunk_points: number
  track_step_m: number
  [key: string]: unknown
}

/** For the time before the first answer; the server's own values replace them at sign-in. */
export const FIRST_POLICIES: Policies = {
  geofence_radius_m: 100,
  poor_accuracy_m: 200,
  position_max_age_s: 60,
  clock_skew_max_s: 300,
  evidence_copy_max_px: 1600,
  evidence_max_bytes: 52_428_800,
  original_upload: 'wifi',
  push_operations_max: 200,
  phone_pin_required: true,
  phone_pin_min_digits: 6,
  phone_pin_rounds: 600_000,
  phone_pin_free_tries: 5,
  phone_pin_delay_s: 30,
  phone_pin_delay_max_s: 3_600,
  phone_lock_idle_minutes: 5,
  phone_space_reserve_bytes: 20_971_520,
  phone_photo_keep_days: 0,
  phone_record_keep_days: 30,
  photo_cellular_mb_per_day: 30,
  note_audio_max_s: 300,
  note_audio_max_bytes: 10_485_760,
  note_audio_bits_per_s: 32_000,
  note_video_max_s: 60,
  note_video_max_bytes: 41_943_040,
  track_min_distance_m: 30,
  track_min_interval_s: 60,
  track_max_accuracy_m: 100,
  track_chunk_points: 100,
  track_step_m: 30,
  base_map_refresh_days: 7,
}

/** Words that records choose from, as the server lists them. */
export type Catalogues = components['schemas']['Catalogues']
export type CatalogueWord = components['schemas']['CatalogueWord']

export type Me = Omit<components['schemas']['Me'], 'policies'> & { policies: Policies }
