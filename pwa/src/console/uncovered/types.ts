import type { ListState } from '../lists/listQuery'

/** The question a clerk asks of the uncovered employers, as it stands in the address. */
export interface UncoveredState extends ListState {
  page: number
  page_size: number
  sort: string
  q: string
  reason: string
  grid_id: string
  area: string
}
export const UNCOVERED_DEFAULTS: UncoveredState = {
  page: 1,
  page_size: 50,
  sort: 'name',
  q: '',
  reason: '',
  grid_id: '',
  area: '',
}

/** The reasons of the first form of coverage, in the order of what a clerk can do about them. */
export const REASONS = ['never_visited', 'grid_without_owner', 'outside_all_grids', 'no_position'] as const
