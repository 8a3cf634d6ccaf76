/** What a row of the board says, and what closes it. */
import type { GapItem, GapKind } from './kinds'

export type Action = 'assign' | 'person' | 'place' | 'editor' | 'people'

/** The act that closes a gap, the right it takes, and the page where it is done if that is another. */
export const ACTION_OF: Record<GapKind, { action: Action; right: string; page?: string }> = {
  grid_without_owner: { action: 'assign', right: 'duty.assign' },
  owner_uncertified: { action: 'person', right: 'people.read', page: 'person' },
  owner_expiring: { action: 'person', right: 'people.read', page: 'person' },
  employer_outside_all_grids: { action: 'place', right: 'employer.review' },
  employer_no_position: { action: 'place', right: 'employer.review' },
  grids_overlap_or_gap: { action: 'editor', right: 'grid.edit', page: 'gridEditor' },
  unit_without_people: { action: 'people', right: 'people.nominate', page: 'people' },
}

export const titleOf = (row: GapItem): string => row.employer?.name ?? row.unit?.name ?? row.grid.name

/** Where it is: the grids above it, the nearest last. */
export const placeOf = (row: GapItem): string => {
  const names = row.grid.path_names
  const isGrid = !row.employer && !row.unit
  return (isGrid ? names.slice(0, -1) : names).slice(-2).join(' › ')
}
