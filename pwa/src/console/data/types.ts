/** The shapes of the API that the console reads. */
import type { Problem } from '@/api/problems'

export type { Problem }
export type Position = [number, number]
export type Role = 'city' | 'county' | 'street' | 'community'

export interface Page<T> {
  items: T[]
  total: number
  page: number
  page_size: number
}
export interface Named {
  id: string
  name: string
}
/** The name is null where one may not see the thing itself. */
export interface NamedOrHidden {
  id: string
  name: string | null
}
export interface ScopeGrid {
  grid_id: string
  code: string
  name: string
  level: number
  path: string
}
export interface Policies {
  geofence_radius_m: number
  poor_accuracy_m: number
  position_max_age_s: number
  clock_skew_max_s: number
  [key: string]: unknown
}
export interface Me {
  person: { id: string; name: string; kind: string; phone_masked: string }
  account_id: string
  login: string
  role: Role
  rights: string[]
  unit: { id: string; code: string; name: string; level: number }
  scope: ScopeGrid[]
  session_expires_at: string
  server_time: string
  policies: Policies
}

export interface GridItem {
  id: string
  code: string
  name: string
  level: number
  path: string
  parent_id: string | null
  label: Position
  area_km2: number
  employers: number
  owners: Named[]
  synthetic: boolean
  has_children: boolean
}
export interface Geometry {
  type: string
  coordinates: unknown
}
export interface GridDetail extends GridItem {
  geom: Geometry
}

export interface GridOf extends Named {
  path_names?: string[]
}
export type ReviewState = 'accepted' | 'waiting_review' | 'returned'
export interface EmployerItem {
  id: string
  name: string
  uscc: string | null
  address: string
  grid: GridOf | null
  position: Position | null
  employees: number | null
  review_state: ReviewState
  last_visited_at: string | null
  registered_by: NamedOrHidden | null
  registered_at: string
  duplicate_of: string | null
  reasons: string[]
}
export interface Finding {
  id: string
  kind: string
  severity: 'note' | 'minor' | 'major'
  note: string
}
export interface EmployerDetail extends EmployerItem {
  contact_name: string
  contact_phone: string
  industry_code: string | null
  no_uscc_reason: string | null
  accuracy_m: number | null
  position_source: string | null
  note: string
  review_reason: string
  reviewed_by: NamedOrHidden | null
  reviewed_at: string | null
  /** The employer on file with the same credit code; nameless where one may not see it. */
  duplicate: NamedOrHidden | null
  evidence: VisitEvidence[]
  version: number
}

export interface CoverageCounts {
  total: number
  covered: number
  uncovered: number
  by_reason: Record<string, number>
  children: { grid: { id: string; name: string; level: number }; total: number; uncovered: number }[]
}

export interface CheckInRead {
  id: string
  employer_id: string
  employer_name: string | null
  person: Named
  patrol_id: string | null
  position: Position | null
  accuracy_m: number | null
  distance_m: number | null
  is_on_site: boolean
  flags: string[]
  /** The phone's clock. */
  captured_at: string
  /** The best estimate of the true moment. */
  happened_at: string
  received_at: string
}
export interface VisitEvidence {
  id: string
  state: 'expected' | 'stored' | 'refused'
  thumbnail: boolean
}
export interface VisitRead {
  id: string
  employer_id: string
  employer_name: string | null
  person: Named
  patrol_id: string | null
  check_in_id: string | null
  captured_at: string
  happened_at: string
  received_at: string
  activities: string[]
  people_met: string
  findings: Finding[]
  note: string
  evidence: VisitEvidence[]
  expected: number
  arrived: number
}

export type PatrolStatus = 'planned' | 'started' | 'finished' | 'cancelled'
export interface PatrolItem {
  id: string
  title: string
  planned_on: string
  status: PatrolStatus
  assignee: Named
  grid_name: string | null
  stops_total: number
  stops_visited: number
  started_at: string | null
  finished_at: string | null
  version: number
}
export interface PatrolStop {
  id: string
  seq: number
  status: 'planned' | 'visited' | 'skipped'
  employer: { id: string; name: string; position: Position | null }
  check_ins: CheckInRead[]
  visits: VisitRead[]
}
export interface PatrolDetail extends PatrolItem {
  note: string
  /** Written at the end, or the reason for cancelling. */
  closing_note: string
  planned_by: NamedOrHidden
  planned_at: string
  stops: PatrolStop[]
}
export interface AssignablePerson {
  id: string
  name: string
  kind: string
  unit_name: string | null
  grids: Named[]
  stops_that_day: number
}

export interface EvidencePart {
  sha256: string
  bytes: number
  width?: number | null
  height?: number | null
  state: 'expected' | 'stored' | 'refused'
  stored_at: string | null
}
export interface EvidenceDetail {
  id: string
  subject_kind: string
  subject_id: string
  employer_id: string
  person: Named
  captured_at: string
  source: 'camera' | 'gallery'
  copy: EvidencePart
  original: EvidencePart
  thumbnail: boolean
  problem: string | null
}

export type KeptOutcome = 'quarantined' | 'conflict' | 'waiting_for_parent'
export interface KeptOperation {
  op_id: string
  kind: string
  v: number
  entity_id: string
  person: Named
  captured_at: string
  received_at: string
  outcome: KeptOutcome
  problem: Problem | null
  body: string
  grid_name: string | null
}
