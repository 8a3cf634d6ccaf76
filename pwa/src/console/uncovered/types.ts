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
  industry: string
  grade: string
  key_list: string
  not_visited_days: string
  near: string
}
export const UNCOVERED_DEFAULTS: UncoveredState = {
  page: 1,
  page_size: 50,
  sort: '',
  q: '',
  reason: '',
  grid_id: '',
  area: '',
  industry: '',
  grade: '',
  key_list: '',
  not_visited_days: '',
  near: '',
}

/** How many "the nearest" are. */
export const NEAREST = 50

/** What of the state is a condition, in the server's own names. */
export function conditionsOf(state: UncoveredState) {
  const { grid_id, reason, q, industry, grade, key_list, not_visited_days, near } = state
  return {
    grid_id,
    reason,
    q,
    industry: /^\d{1,4}$/.test(industry) ? industry : '',
    grade,
    key_list: key_list === '' ? '' : key_list === 'yes',
    not_visited_days: /^\d+$/.test(not_visited_days) ? Number(not_visited_days) : '',
    near,
    nearest: near ? NEAREST : '',
  }
}

/** The reasons in the order in which they are mended: first a file, then a place, then somebody, then a visit. */
export const REASONS = [
  'no_file',
  'incomplete_file',
  'no_position',
  'outside_all_grids',
  'grid_without_owner',
  'owner_uncertified',
  'never_visited',
  'overdue',
] as const
