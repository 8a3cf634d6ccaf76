/**
 * One supervisor's day, always in the same order, told with the app's own store and sync: the first work package, captures
 * of every kind, a round, the desk at work meanwhile, more captures, another round.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { saveDraft } from '@/local/drafts'
import { keepNote, keepPhoto } from '@/local/photos'
import { editEmployer, finishPatrol, recordCheckIn, recordVisit, registerEmployer, startPatrol } from '@/local/records'
import { pullState } from '@/local/reference'
import { newId } from '@/shared/ids'
import { captureOf, noteOf, photoOf } from '../capturing'
import { giveRound } from '../desk'
import { checkAllArrived, checkEditsSettled, checkNothingLeaked, checkNothingLost, checkScope } from '../invariants'
import { Chance } from '../random'
import { giveDuty, makeWorld, type World } from '../world'
import { checkHonest, checkResumed, checkSettled, checkWhole } from './checks'
import { FaultyPhone, type Meeting } from './phone'
import { nameOf, type Fault, type Point } from './points'

export interface Stage {
  pool: Pool
  baseUrl: string
  dataDir: string
  city: { grid: string; unit: string; planner: string }
}

export interface Telling {
  seed: number
  /** Number of the world, another one each time. */
  place: number
  fault?: Fault | null
  meeting?: Meeting
  /** Where the phone reaches the server, if not directly. */
  baseUrl?: string
  /** Bytes of the photos' files. */
  sizes?: { copy: number; original: number }
  /** Bytes that have gone up so far: an upload that is cut goes on where it was. */
  passed?: () => number
  /** Something about the phone that this telling wants otherwise. */
  adjust?: (phone: FaultyPhone) => void
  /** Without a fault: look at the end only. With one, it is looked at as soon as it has struck, and at the end. */
  onlyEnd?: boolean
}

export interface Told {
  points: Point[]
  isStruck: boolean
  operations: number
}

interface Sizes {
  copy: number
  original: number
}

interface Day {
  acts: Act[]
  /** What she captures while the sync is at work. */
  meanwhile: () => Promise<unknown>
}

interface Act {
  step: string
  do: () => Promise<unknown>
  /** Whether it has been done, when it was interrupted: what is not done the person does again. */
  isDone?: () => Promise<boolean>
}

/** How often an act is tried that a single fault may hinder once. */
const TRIES = 4
/** Employers of the world that lie in the phone's own grid for the story to go to. */
const OWN = 4

/** A world in which the phone's person has four employers of her own to go to, and a patrol to two of them. */
export async function worldOf(stage: Stage, { seed, place }: Pick<Telling, 'seed' | 'place'>): Promise<World> {
  const world = await makeWorld(stage.pool, stage.city, place, new Chance(seed * 31 + 7), 1)
  const [home] = world.grids
  await stage.pool.query(`update employers set grid_id = $2, grid_path = $3 where id = any($1)`, [
    world.employers.slice(0, OWN),
    home!.id,
    home!.path,
  ])
  await giveRound(stage.pool, world, world.supervisors[0]!.person_id, world.employers.slice(0, 2))
  return world
}

/** What happens in the day; what has an `isDone` is a capture of the person's, or the desk at work. */
export function actsOf(stage: Stage, world: World, phone: FaultyPhone, chance: Chance, sizes: Sizes): Day {
  const { pool } = stage
  const [first = '', second = '', moved = ''] = world.employers
  const [visitId, laterVisitId, newEmployer] = [newId(), newId(), newId()]
  const [home, , , far] = world.grids
  // other bytes in each world: the server keeps the same file but once
  const bytes = new Chance(parseInt(newEmployer.slice(-7), 16))
  const capture = () => captureOf(phone.db, phone.device_id, phone.now())
  const patrol = async () => (await phone.db.patrols.toArray())[0]
  const link = async (employer: string) => {
    const round = await patrol()
    const stop = round?.stops.find(({ employer_id }) => employer_id === employer)
    return { patrol_id: round?.id ?? null, stop_id: stop?.id ?? null }
  }
  const checkInAt = async (employer: string) => (await phone.db.records.where('employer_id').equals(employer).toArray()).find(({ kind }) => kind === 'check_in') // prettier-ignore
  const draftPhotos = async (draft: string) => (await phone.db.photos.where('draft_key').equals(draft).toArray()).map(({ id }) => id) // prettier-ignore
  const hasRecord = async (id: string) => (await phone.db.records.get(id)) !== undefined
  const took = async (kind: string) => (await phone.db.records.toArray()).some((row) => row.kind === kind)
  const keep = async (draft_key: string, subject_kind: 'visit' | 'employer', employer_id: string | null) =>
    keepPhoto(phone.db, await capture(), photoOf(bytes, sizes), { draft_key, subject_kind, employer_id, source: 'camera' })
  const keepSaid = async (draft_key: string, employer_id: string) =>
    keepNote(phone.db, await capture(), noteOf(bytes, sizes.copy), { draft_key, subject_kind: 'visit', employer_id, source: 'recorder' })
  const checkIn = async (employer: string) => {
    const [lon, lat] = home!.centre
    const fix = { position: { lon, lat }, accuracy_m: 5 + chance.below(60), age_s: 1 }
    return recordCheckIn(phone.db, await capture(), { employer_id: employer, ...(await link(employer)), ...fix }, [lon, lat])
  }
  const visit = async (id: string, employer: string, draft: string) =>
    recordVisit(
      phone.db,
      await capture(),
      id,
      {
        employer_id: employer,
        ...(await link(employer)),
        check_in_id: (await checkInAt(employer))?.id ?? null,
        activities: ['collect'],
        people_met: '店长',
        findings: [{ id: newId(), kind: 'other', severity: 'note', note: '记下' }],
        note: draft,
        evidence_ids: await draftPhotos(draft),
      },
      draft,
    )
  const register = async (id = newEmployer, draft = 'register') => {
    const [lon, lat] = home!.centre
    await registerEmployer(
      phone.db,
      await capture(),
      id,
      {
        name: `新店 ${id.slice(-6)}`,
        uscc: null,
        no_uscc_reason: 'not_shown',
        address: '',
        contact_name: '',
        contact_phone: '',
        industry_code: null,
        employees: chance.below(50),
        position: { lon, lat },
        accuracy_m: 10,
        position_source: 'gps',
        declared_grid_id: home!.id,
        note: '',
      },
      await draftPhotos(draft),
      draft,
    )
  }
  const edit = async (employer: string, changes: Record<string, unknown>, draft: string) => {
    const version = (await phone.db.employers.get(employer))?.version ?? 0
    await editEmployer(phone.db, await capture(), version, { employer_id: employer, changes, survey: null, note: '' }, draft)
  }
  const hasEdit = async (employer: string, field: string) =>
    (await phone.db.records.where('employer_id').equals(employer).toArray()).some(
      ({ kind, payload }) => kind === 'employer_edit' && 'changes' in payload && field in payload.changes,
    )
  const desk = async () => {
    await pool.query(`update employers set note = '改', name = name || '改', version = version + 1 where id = $1`, [first])
    await pool.query(`update employers set grid_id = $2, grid_path = $3, version = version + 1 where id = $1`, [
      moved,
      far!.id,
      far!.path,
    ])
    // another scope: the next pull begins a new snapshot
    await giveDuty(pool, phone.who.person_id, world.grids[1]!)
  }
  const sync = () => phone.round()
  const meanwhile = async () => {
    if (await phone.db.employers.get(moved)) await checkIn(moved)
    await register(newId(), 'meanwhile')
  }
  const acts: Act[] = [
    { step: 'first package', do: sync, isDone: async () => (await pullState(phone.db)).complete_generation > 0 },
    { step: 'a draft', do: () => saveDraft(phone.db, 'visit-1', first, { note: '写' }, phone.now()), isDone: async () => Boolean(await phone.db.drafts.get('visit-1')) || hasRecord(visitId) }, // prettier-ignore
    { step: 'a photo', do: () => keep('visit-1', 'visit', first), isDone: async () => (await draftPhotos('visit-1')).length > 0 }, // prettier-ignore
    { step: 'a note in sound', do: () => keepSaid('visit-1', first), isDone: async () => (await draftPhotos('visit-1')).length > 1 }, // prettier-ignore
    { step: 'a patrol begun', do: async () => startPatrol(phone.db, await capture(), (await patrol())!.id), isDone: () => took('patrol_start') }, // prettier-ignore
    { step: 'a check-in', do: () => checkIn(first), isDone: async () => Boolean(await checkInAt(first)) },
    { step: 'a visit', do: () => visit(visitId, first, 'visit-1'), isDone: () => hasRecord(visitId) },
    { step: 'a photo of a new employer', do: () => keep('register', 'employer', null), isDone: async () => (await draftPhotos('register')).length > 0 }, // prettier-ignore
    { step: 'a registration', do: () => register(), isDone: () => hasRecord(newEmployer) },
    { step: 'an edit', do: () => edit(first, { on_roll: 3 }, 'form'), isDone: () => hasEdit(first, 'on_roll') },
    { step: 'an edit of the new employer', do: () => edit(newEmployer, { migrant: 1 }, 'form'), isDone: () => hasEdit(newEmployer, 'migrant') }, // prettier-ignore
    { step: 'a round', do: sync },
    { step: 'the desk', do: desk, isDone: () => Promise.resolve(true) },
    { step: 'a check-in at the new employer', do: () => checkIn(newEmployer), isDone: async () => Boolean(await checkInAt(newEmployer)) }, // prettier-ignore
    { step: 'a visit there', do: () => visit(laterVisitId, newEmployer, 'visit-2'), isDone: () => hasRecord(laterVisitId) },
    { step: 'a second edit', do: () => edit(first, { migrant: 2 }, 'form'), isDone: () => hasEdit(first, 'migrant') },
    { step: 'a check-in at the moved employer', do: () => checkIn(moved), isDone: async () => Boolean(await checkInAt(moved)) }, // prettier-ignore
    { step: 'a check-in at the next stop', do: () => checkIn(second), isDone: async () => Boolean(await checkInAt(second)) }, // prettier-ignore
    { step: 'a patrol finished', do: async () => finishPatrol(phone.db, await capture(), (await patrol())!.id, '完'), isDone: () => took('patrol_finish') }, // prettier-ignore
    { step: 'another round', do: sync },
  ]
  return { acts, meanwhile }
}

/** Until the feed of changes has passed everything that is committed by now: others' transactions hold it up. */
async function feedHasPassed(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ tx: string }>('select pg_current_xact_id()::text as tx')
  for (;;) {
    const passed = await pool.query<{ ok: boolean }>('select feed_frontier() > $1::bigint as ok', [rows[0]!.tx])
    if (passed.rows[0]!.ok) return
    await pause(5)
  }
}

/** Tell the day once, with one fault or none. Throws when a promise of docs/sync.md is broken. */
export async function tell(stage: Stage, telling: Telling): Promise<Told> {
  const { seed, fault = null, meeting, sizes = { copy: 900, original: 2_400 } } = telling
  const chance = new Chance(seed * 104_729 + 17)
  const world = await worldOf(stage, telling)
  const phone = new FaultyPhone(world.supervisors[0]!, {
    baseUrl: telling.baseUrl ?? stage.baseUrl,
    pool: stage.pool,
    chance,
    fault,
    ...(meeting ? { meeting } : {}),
  })
  const look = async () => {
    await phone.remember()
    await checkWhole(phone)
    await checkNothingLost(stage.pool, phone)
    await checkHonest(stage.pool, phone, stage.dataDir)
  }
  const { acts, meanwhile } = actsOf(stage, world, phone, chance, sizes)
  phone.meanwhile = meanwhile
  telling.adjust?.(phone)
  // what comes before the fault has been looked at in the day without any
  let wasStruck = false
  try {
    for (const act of acts) {
      phone.step = act.step
      phone.moment()
      for (let tries = 0; ; ) {
        const ended = await phone.live(act.do)
        await phone.takeUp()
        const isNew = phone.isStruck !== wasStruck
        wasStruck = phone.isStruck
        if (fault ? isNew : !telling.onlyEnd) await look()
        if (!act.isDone || (await act.isDone())) break
        if (++tries === TRIES) throw new Error(`S1: ${act.step} cannot be done; it ${ended}`)
        await phone.waitOut()
      }
    }
    phone.step = 'the end'
    await phone.rest()
    await feedHasPassed(stage.pool)
    await phone.rest()
    await look()
    await checkAllArrived(stage.pool, phone, stage.dataDir)
    await checkScope(stage.pool, phone)
    await checkNothingLeaked(stage.pool, phone)
    await checkSettled(stage.pool, phone)
    await checkEditsSettled(stage.pool, world.employers)
    if (telling.passed) await checkResumed(phone, telling.passed())
    return { points: phone.counter.points, isStruck: phone.isStruck, operations: phone.captured.length }
  } finally {
    await phone.engine.stop()
    phone.page.die()
    meeting?.over().catch(() => undefined)
  }
}

/** The points that a fault can choose from: those of an undisturbed day, up to its last round. */
export async function pointsOf(stage: Stage, telling: Telling): Promise<Point[]> {
  const { points } = await tell(stage, telling)
  const names = new Set<string>()
  return points.filter((point) => point.step !== 'the end' && !names.has(nameOf(point)) && names.add(nameOf(point)))
}
