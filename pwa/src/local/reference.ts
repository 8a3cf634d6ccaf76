/** The work package as screens read it. */
import type { EmployerRow, GridRow, LocalDb, PatrolRow } from './db'
import { readMeta } from './db'
import { asksForPerson } from './standing'

export interface PullState {
  cursor: string | null
  /** Number of the snapshot that rows are stamped with. */
  generation: number
  /** The last snapshot that was seen to its end; 0 when none was. */
  complete_generation: number
  progress: { done: number; total: number } | null
  up_to_date_at: string | null
  scope_grid_ids: string[]
}

export const EMPTY_PULL: PullState = {
  cursor: null,
  generation: 0,
  complete_generation: 0,
  progress: null,
  up_to_date_at: null,
  scope_grid_ids: [],
}

export const pullState = async (db: LocalDb) => (await readMeta<PullState>(db, 'pull')) ?? EMPTY_PULL

export const ownGrids = (db: LocalDb): Promise<GridRow[]> => db.grids.toArray()

export async function allEmployers(db: LocalDb): Promise<EmployerRow[]> {
  await db.opened.all
  return db.employers.toArray()
}

/** Patrols of a day and of the days after it, soonest first. */
export const patrolsFrom = (db: LocalDb, day: string): Promise<PatrolRow[]> =>
  db.patrols.where('planned_on').aboveOrEqual(day).sortBy('planned_on')

/** Employers that work the server has not answered for refers to, or that a draft is about. */
export async function employersInUse(db: LocalDb): Promise<Set<string>> {
  const [operations, drafts, uploads] = await Promise.all([
    db.outbox.where('state').anyOf('waiting', 'sending', 'needs_you').toArray(),
    db.drafts.toArray(),
    db.uploads.where('state').anyOf('waiting', 'needs_you', 'draft').toArray(),
  ])
  const photos = await db.photos.bulkGet([...new Set(uploads.map((row) => row.photo_id))])
  const open = operations.filter((row) => row.state !== 'needs_you' || asksForPerson(row))
  return new Set(
    [...open, ...drafts, ...photos].map((row) => row?.employer_id).filter((id): id is string => typeof id === 'string'),
  )
}

/** The same for patrols. */
export async function patrolsInUse(db: LocalDb): Promise<Set<string>> {
  const operations = await db.outbox.where('state').anyOf('waiting', 'sending', 'needs_you').toArray()
  const open = operations.filter((row) => row.state !== 'needs_you' || asksForPerson(row))
  return new Set(open.map((row) => row.patrol_id).filter((id): id is string => id !== null))
}
