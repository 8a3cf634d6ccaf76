/** The shapes of the editor: grids under the pen, changes asked for, and what they would do. */
import type { LonLat } from './snapping'

export type GridFeature = GeoJSON.Feature<GeoJSON.Polygon | GeoJSON.MultiPolygon, GridProperties>
export type GridFeatures = GeoJSON.FeatureCollection<GeoJSON.Polygon | GeoJSON.MultiPolygon, GridProperties>
export interface GridProperties {
  id: string
  code: string
  name: string
  level: number
  role?: 'parent' | 'child'
  fate?: Fate
}

/** What a change does to a grid. */
export type Fate = 'kept' | 'new' | 'retired' | 'noded'
export interface Described {
  note?: string
  basis?: string
}
export type Command = Described &
  (
    | { kind: 'split'; grid_id: string; line: LonLat[]; names?: string[]; copy_duties?: boolean }
    | { kind: 'merge'; grid_ids: string[]; keep_id: string; name?: string }
    | { kind: 'move_boundary'; grid_ids: string[]; line: LonLat[] }
    | { kind: 'reshape'; grid_id: string; polygon: GeoJSON.Polygon | GeoJSON.MultiPolygon; give_to?: string }
    | { kind: 'draw'; parent_id: string; polygon: GeoJSON.Polygon; name: string }
    | { kind: 'rename'; grid_id: string; name: string }
    | { kind: 'mend'; parent_id: string; mend_m2: number }
  )
export type ChangeKind = Command['kind'] | 'replace' | 'undo'

export interface Fault {
  kind: 'gap' | 'overlap' | 'outside'
  names: string[]
  area_m2: number
  geom: GeoJSON.Geometry
}
export interface TilingReport {
  ok: boolean
  total: number
  faults: Fault[]
}
export interface PreviewProblem {
  field: string
  code: string
  detail: string
  geom: GeoJSON.Geometry | null
}
export interface GridEffect {
  id: string
  code: string
  name: string
  level: number
  fate: Fate
  before_km2: number | null
  after_km2: number | null
}
export interface Preview {
  ok: boolean
  basis: string
  problems: PreviewProblem[]
  grids: GridEffect[]
  employers: {
    moving: number
    staying: number
    sample: { id: string; name: string; from_name: string; to_name: string }[]
  }
  people: {
    id: string
    name: string
    grids_before: string[]
    grids_after: string[]
    employers_before: number
    employers_after: number
  }[]
  patrols: { open: number; sample: { id: string; title: string; assignee: string; planned_on: string }[] }
  phones: { device_id: string; person_id: string; person_name: string; last_contact_at: string }[]
  before: GridFeatures
  after: GridFeatures
  tiling: TilingReport
}

export interface ChangeItem {
  id: string
  kind: ChangeKind
  made_by: { id: string; name: string | null }
  made_at: string
  effective_on: string
  grid_id: string
  grid_name: string
  note: string
  summary: { grids?: { id: string; name: string; fate: Fate }[]; employers_moved?: number } & Record<string, unknown>
  undoes: string | null
  undone_by: string | null
}
export interface ChangeDetail extends ChangeItem {
  before: GridFeatures
  after: GridFeatures
}
