/**
 * The shapes of the API as the console reads them: the generated ones, with what the API's document cannot say made exact
 * (a position is a pair, a state is one of four words). A field that the API no longer has fails to compile here.
 */
import type { Problem } from '@/api/problems'
import type { components } from '@/api/schema.gen'

export type { Problem }

type Wire = components['schemas']
type Narrow<W, Over extends { [K in keyof Over]: K extends keyof W ? unknown : never }> = Omit<W, keyof Over> & Over

export type Position = [number, number]
export type Role = 'city' | 'county' | 'street' | 'community' | 'auditor'
export type ReviewState = 'accepted' | 'waiting_review' | 'returned'
export type PatrolStatus = 'planned' | 'started' | 'finished' | 'cancelled'
export type StopStatus = 'planned' | 'visited' | 'skipped'
export type KeptOutcome = 'quarantined' | 'conflict' | 'waiting_for_parent'

export interface Page<T> {
  items: T[]
  total: number
  page: number
  page_size: number
}

export interface Policies {
  geofence_radius_m: number
  poor_accuracy_m: number
  position_max_age_s: number
  clock_skew_max_s: number
  [key: string]: unknown
}
export type Me = Narrow<Wire['Me'], { role: Role; policies: Policies }>

export interface Geometry {
  type: string
  coordinates: unknown
}
export type GridItem = Narrow<Wire['GridRead'], { label: Position }>
export type GridDetail = Narrow<Wire['GridDetail'], { label: Position; geom: Geometry }>

export interface Photo {
  id: string
  state: 'expected' | 'stored' | 'refused'
  thumbnail: boolean
  medium: 'photo' | 'audio' | 'video'
  /** Of a note. */
  seconds: number | null
}
export interface Finding {
  id: string
  kind: string
  severity: 'note' | 'minor' | 'major'
  note: string
}

export type EmployerItem = Narrow<Wire['EmployerItem'], { position: Position | null; review_state: ReviewState }>
export type EmployerDetail = Narrow<
  Wire['EmployerDetail'],
  { position: Position | null; review_state: ReviewState; evidence: Photo[] }
>
export type UncoveredItem = Narrow<Wire['UncoveredItem'], { position: Position | null; review_state: ReviewState }>
export type CoverageCounts = Wire['CoverageCounts']
export type CoverageTrend = Wire['CoverageTrend']
/** What a patrol is planned from: a row of any list of employers. */
export type Plannable = Pick<EmployerItem, 'id' | 'name' | 'address' | 'grid' | 'position' | 'reasons'>

export type CheckInRead = Narrow<Wire['CheckInRead'], { position: Position | null }>
export type VisitRead = Narrow<Wire['VisitRead'], { findings: Finding[]; evidence: Photo[] }>

export type PatrolItem = Narrow<Wire['PatrolItem'], { status: PatrolStatus }>
export type PatrolStop = Narrow<
  Wire['StopRead'],
  {
    status: StopStatus
    employer: Narrow<Wire['StopEmployer'], { position: Position | null }>
    check_ins: CheckInRead[]
    visits: VisitRead[]
  }
>
export type PatrolDetail = Narrow<Wire['PatrolDetail'], { status: PatrolStatus; stops: PatrolStop[] }>
export type AssignablePerson = Wire['Assignable']
export type NewPatrol = Wire['PatrolPlan']

export type EvidenceDetail = Wire['EvidenceRead']
export type KeptOperation = Narrow<Wire['OperationRead'], { outcome: KeptOutcome; problem: Problem | null }>
