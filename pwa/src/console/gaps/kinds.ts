import type { components } from '@/api/schema.gen'
import type { Position } from '../data/types'

type Wire = components['schemas']

/** The kinds of gap, in the order of the board: first who, then where. */
export const GAP_KINDS = [
  'grid_without_owner',
  'owner_uncertified',
  'owner_expiring',
  'employer_outside_all_grids',
  'employer_no_position',
  'grids_overlap_or_gap',
  'unit_without_people',
] as const
export type GapKind = (typeof GAP_KINDS)[number]

export const isGapKind = (text: unknown): text is GapKind => GAP_KINDS.includes(text as GapKind)

export type GapCounts = Wire['GapCounts']
export type GapGrid = Wire['GapGrid']
export type GapItem = Omit<Wire['GapItem'], 'employer'> & {
  employer?: (Omit<NonNullable<Wire['GapItem']['employer']>, 'position'> & { position: Position | null }) | null
}

/** A kind that asks for care before it is a gap. */
export const isWarning = (kind: GapKind) => kind === 'owner_expiring'

/** How many gaps there are altogether; what only expires soon is none yet. */
export function totalOf(kinds: Record<string, number>): number {
  return GAP_KINDS.reduce((sum, kind) => (isWarning(kind) ? sum : sum + (kinds[kind] ?? 0)), 0)
}

/** What lies in the grid itself and in none below it. */
export function ownNumbers(counts: GapCounts): Record<GapKind, number> {
  const own = (kind: GapKind) =>
    counts.children.reduce((left, child) => left - (child.kinds[kind] ?? 0), counts.kinds[kind] ?? 0)
  return Object.fromEntries(GAP_KINDS.map((kind) => [kind, own(kind)])) as Record<GapKind, number>
}

/** Which numbers are others than before, as "grid kind" keys: the board marks them for a moment. */
export function changedNumbers(before: GapCounts | null, now: GapCounts): Set<string> {
  const changed = new Set<string>()
  if (!before || before.grid?.id !== now.grid?.id) return changed
  const compare = (id: string, old: Record<string, number>, fresh: Record<string, number>) => {
    for (const kind of GAP_KINDS) if ((old[kind] ?? 0) !== (fresh[kind] ?? 0)) changed.add(`${id} ${kind}`)
  }
  compare('all', before.kinds, now.kinds)
  const old = new Map(before.children.map((child) => [child.grid.id, child.kinds]))
  for (const child of now.children) {
    const was = old.get(child.grid.id)
    if (was) compare(child.grid.id, was, child.kinds)
  }
  return changed
}
