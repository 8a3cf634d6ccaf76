/** Pull: pages of the scope until up to date. A page's items and its cursor are stored together or not at all. */
import { ownProblem, type Problem } from '@/api/problems'
import type { components } from '@/api/schema.gen'
import { writeMeta, type FormRow, type LocalDb } from '@/local/db'
import { employersInUse, patrolsInUse, pullState, type PullState } from '@/local/reference'
import type { Employer, Grid, Patrol } from '@/local/shapes'
import { initialsOf } from '@/shared/pinyin'
import { isoMoment } from '@/shared/time'
import { call, type SyncContext } from './context'

export type PullItem =
  | { kind: 'grid'; id: string; data: Grid | null }
  | { kind: 'employer'; id: string; data: Employer | null }
  | { kind: 'patrol'; id: string; data: Patrol | null }

/** The page as the API describes it, with what is in its items. */
export type PullPage = Omit<components['schemas']['PullPage'], 'items'> & { items: PullItem[] }

export interface PullReport {
  items: number
  problem: Problem | null
}

/**
 * How many things are asked for at once: more after each page that came and was stored quickly, for on a slow line what is cut off
 * comes again whole, and on a good one every request is a wait.
 */
const FIRST_PAGE = 500
const LARGEST_PAGE = 2000
const QUICK_MS = 3_000
const MAX_RESETS = 3

export async function pull(
  context: SyncContext,
  onPage: (state: PullState) => void = () => undefined,
  signal?: AbortSignal,
  /** Between two pages: a first work package takes minutes, and something urgent may have come up. */
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<PullReport> {
  let items = 0
  let resets = 0
  let limit = FIRST_PAGE
  for (;;) {
    const began = context.now()
    const before = await pullState(context.db)
    const query = { limit, ...(before.cursor ? { cursor: before.cursor } : {}) }
    const result = await call(
      context,
      (api, signal) => api.GET('/api/sync/pull', { params: { query }, signal }),
      signal,
    )
    if (!result.ok) return { items, problem: result.problem }
    const after = await storePage(context.db, before, result.data as PullPage, context.now())
    items += result.data.items.length
    onPage(after)
    limit = context.now() - began < QUICK_MS ? Math.min(2 * limit, LARGEST_PAGE) : FIRST_PAGE
    if (result.data.up_to_date) return { items, problem: null }
    await between()
    if (result.data.reset && ++resets > MAX_RESETS) {
      return { items, problem: ownProblem('unexpected_answer', 200) }
    }
  }
}

/** Store one page. Nothing is stored when another page came in between (another tab): its answer would be out of order. */
export async function storePage(db: LocalDb, before: PullState, page: PullPage, nowMs: number): Promise<PullState> {
  return db.transaction(
    'rw',
    [db.grids, db.employers, db.forms, db.patrols, db.meta, db.outbox, db.drafts, db.uploads, db.photos],
    async () => {
      const now = await pullState(db)
      if (now.cursor !== before.cursor || now.generation !== before.generation) return now
      const generation = page.reset ? now.generation + 1 : Math.max(1, now.generation)
      await storeItems(db, page.items, generation)
      let { complete_generation } = now
      if (page.up_to_date) {
        if (complete_generation < generation) await purgeOlder(db, generation)
        else await purgeReleased(db)
        complete_generation = generation
      }
      const next: PullState = {
        cursor: page.cursor,
        generation,
        complete_generation,
        progress: page.up_to_date ? null : page.progress,
        up_to_date_at: page.up_to_date ? isoMoment(nowMs) : now.up_to_date_at,
        scope_grid_ids: page.scope_grid_ids,
      }
      await writeMeta(db, 'pull', next)
      return next
    },
  )
}

async function storeItems(db: LocalDb, items: PullItem[], generation: number): Promise<void> {
  const grids = []
  const employers = []
  const forms: FormRow[] = []
  const formless: string[] = []
  const patrols = []
  const exits = { grid: [] as string[], employer: [] as string[], patrol: [] as string[] }
  for (const item of items) {
    if (item.data === null) exits[item.kind]?.push(item.id)
    else if (item.kind === 'grid') grids.push({ ...item.data, generation })
    else if (item.kind === 'employer') {
      const { form, ...row } = item.data
      if (form) forms.push({ id: item.id, ...form })
      else formless.push(item.id)
      employers.push({
        ...row,
        initials: initialsOf(item.data.name),
        generation,
        local: 0 as const,
        gone: 0 as const,
      })
    } else if (item.kind === 'patrol') patrols.push({ ...item.data, generation })
  }
  await Promise.all([db.grids.bulkPut(grids), db.employers.bulkPut(employers), db.patrols.bulkPut(patrols)])
  if (forms.length) await db.forms.bulkPut(forms)
  if (formless.length && (await db.forms.count()) > 0) await db.forms.bulkDelete(formless)
  if (exits.grid.length) await db.grids.bulkDelete(exits.grid)
  if (exits.employer.length) await letGo(db, exits.employer)
  if (exits.patrol.length) await letGoPatrols(db, exits.patrol)
}

/** Rows that a finished snapshot did not bring have left the scope. */
async function purgeOlder(db: LocalDb, generation: number): Promise<void> {
  await db.grids.where('generation').below(generation).delete()
  await letGo(db, await db.employers.where('generation').below(generation).primaryKeys())
  await letGoPatrols(db, await db.patrols.where('generation').below(generation).primaryKeys())
}

/** What was kept only for unsent work goes once that work is through. */
async function purgeReleased(db: LocalDb): Promise<void> {
  await letGo(db, await db.employers.where('generation').equals(-1).primaryKeys())
  await letGoPatrols(db, await db.patrols.where('generation').equals(-1).primaryKeys())
}

/** Remove employers; of one that unsent work refers to, the name stays so that the person still knows what it is about. */
async function letGo(db: LocalDb, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  const inUse = await employersInUse(db)
  await db.forms.bulkDelete(ids)
  await db.employers.bulkDelete(ids.filter((id) => !inUse.has(id)))
  for (const id of ids.filter((id) => inUse.has(id))) {
    await db.employers.update(id, {
      generation: -1,
      gone: 1,
      uscc: null,
      address: '',
      contact_name: '',
      contact_phone: '',
      industry_code: null,
      employees: null,
      position: null,
      accuracy_m: null,
      grade: undefined,
      key_list: undefined,
      key_entries: undefined,
    })
  }
}

async function letGoPatrols(db: LocalDb, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  const inUse = await patrolsInUse(db)
  await db.patrols.bulkDelete(ids.filter((id) => !inUse.has(id)))
  for (const id of ids.filter((id) => inUse.has(id)))
    await db.patrols.update(id, { generation: -1, stops: [], note: '' })
}
