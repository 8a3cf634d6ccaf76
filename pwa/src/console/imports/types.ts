/** What the import room reads, made exact where the API's document says only "object". */
import type { components } from '@/api/schema.gen'
import type { Geometry, Position, Problem } from '../data/types'
import type { Bbox } from '../map/area'

type Wire = components['schemas']

export type Target = 'grids' | 'employer_points'
export type ImportState = 'reading' | 'needs_answer' | 'ready' | 'applying' | 'applied' | 'failed' | 'withdrawn'
export type Severity = 'error' | 'warning' | 'mended'
export type Answers = Wire['Answers']
export type RepairCode = Wire['Consent']['code']

export interface Counts {
  features: number
  errors: number
  warnings: number
  left_out: number
}
export interface Defect {
  code: string
  severity: Severity
  detail: string
  position: Position | null
  area_m2: number | null
}
export interface Choice {
  value: string
  axes: 'xy' | 'yx' | null
  columns: [string, string] | null
  detail: string
  position: Position | null
  /** Where the whole layer would lie by this answer, and a sketch of it; only for coordinate systems. */
  bounds?: Bbox | null
  shapes?: Geometry[]
}
export interface Question {
  kind: 'datum' | 'layer' | 'columns'
  detail: string
  choices: Choice[]
  fields: string[]
  sample: Record<string, unknown>[]
}
export interface Kind {
  code: string
  severity: Severity
  count: number
  repair: { code: RepairCode; detail: string } | null
}
export interface Parent {
  id: string
  code: string
  name: string
  features: number
}
export interface Blocker {
  code: 'open_question' | 'errors' | 'file_errors' | 'nothing'
  count: number
}
export interface Report {
  question?: Question
  format: string
  layer: string
  fields: string[]
  columns: Record<'code' | 'name' | 'parent' | 'match' | 'accuracy', string | null>
  datum: { code: string; detail: string; basis: 'asked' | 'file' | 'format' | 'no_position' }
  encoding: string | null
  counts: Counts
  codes: Kind[]
  defects: Defect[]
  bounds: Bbox | null
  parents: Parent[]
  outcomes?: Record<string, number>
  blockers: Blocker[]
}
export interface Result {
  changes?: { id: string; grid: string }[]
  unchanged?: number
  employers_moved?: number
  outcomes?: Record<string, number>
}
type Over<W, O> = Omit<W, keyof O> & O
export type ImportItem = Over<
  Wire['ImportItem'],
  { target: Target; state: ImportState; counts: Counts | null; result: Result | null }
>
export type ImportDetail = Over<
  Wire['ImportDetail'],
  {
    target: Target
    state: ImportState
    counts: Counts | null
    result: Result | null
    report: Report | null
    problem: Problem | null
  }
>
export interface RepairOffer {
  code: RepairCode
  detail: string
  before_m2: number
  after_m2: number
  agreed: boolean
  preview: Geometry | null
}
export type FeatureItem = Over<
  Wire['FeatureRead'],
  { defects: Defect[]; repairs: RepairOffer[]; spot: Position | null; severity: 'error' | 'warning' | 'none' }
>
export type ChangePreview = Wire['ChangePreview']
export interface PreviewMap {
  type: 'FeatureCollection'
  total: number
  shown: number
  features: { type: 'Feature'; geometry: Geometry; properties: Record<string, unknown> }[]
}
/** What a person changes before the file is checked again. */
export type Draft = Partial<Omit<Answers, 'columns'>> & { columns?: [string, string] | null }
