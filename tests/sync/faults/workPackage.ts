/** The first work package, cut off after each of its pages: it goes on where it was, and what is there can be used meanwhile. */
import { pullState } from '@/local/reference'
import { fail } from '../invariants'
import { Chance } from '../random'
import { giveDuty } from '../world'
import { FaultyPhone } from './phone'
import { nameOf, type Fault } from './points'
import { worldOf, type Stage } from './story'

const STEP = 'the package'
const PULL = 'GET /api/sync/pull'

interface Taken {
  pages: number
  /** Things on the phone after the cut, and how far it said it was. */
  usable: number
  progress: { done: number; total: number } | null
}

/** Take the package with the page killed at its `cutAt`-th request for more (0: never), open the app again, and take the rest. */
async function takePackage(stage: Stage, place: number, cutAt: number): Promise<Taken> {
  const world = await worldOf(stage, { seed: 1, place })
  const fault: Fault | null = cutAt ? { point: nameOf({ step: STEP, kind: 'request', label: PULL, nth: cutAt }), act: 'page_dies_before' } : null
  const phone = new FaultyPhone(world.supervisors[0]!, { baseUrl: stage.baseUrl, pool: stage.pool, chance: new Chance(place), fault, pageSize: 2 })
  phone.step = STEP
  try {
    await phone.live(() => phone.round())
    await phone.takeUp()
    const usable = (await phone.db.grids.count()) + (await phone.db.patrols.count()) + (await phone.db.employers.count())
    const { progress } = await pullState(phone.db)
    await phone.rest()
    const pages = phone.counter.points.filter(({ label, kind }) => kind === 'request' && label === PULL).length
    if ((await pullState(phone.db)).complete_generation !== 1) fail('S3', 'the package was begun anew', { cutAt })
    return { pages, usable, progress }
  } finally {
    await phone.engine.stop()
    phone.page.die()
  }
}

/** Cut it after every page; gives how often a page more left more to use. */
export async function checkPackageResumes(stage: Stage, place: () => number): Promise<number> {
  const whole = await takePackage(stage, place(), 0)
  let usable = -1
  let grew = 0
  for (let cutAt = 2; cutAt < whole.pages; cutAt++) {
    const cut = await takePackage(stage, place(), cutAt)
    // the request that was never sent, and the empty page that says "up to date" again
    if (cut.pages > whole.pages + 2) fail('S3', 'pages came twice after the app was opened again', { cutAt, whole, cut })
    if (cut.usable < usable) fail('S3', 'a page more left less that can be used', { cutAt, usable, cut })
    if (cut.progress && cut.progress.done !== cut.usable) fail('S8', 'the progress is not what is there', cut)
    if (cut.usable > usable) grew++
    usable = cut.usable
  }
  return grew
}

/** Another scope begins another snapshot: until it is complete, what is there stays. */
export async function checkOldPackageStays(stage: Stage, place: number): Promise<void> {
  const world = await worldOf(stage, { seed: 1, place })
  const fault: Fault = { point: nameOf({ step: STEP, kind: 'request', label: PULL, nth: 2 }), act: 'page_dies_before' }
  const phone = new FaultyPhone(world.supervisors[0]!, { baseUrl: stage.baseUrl, pool: stage.pool, chance: new Chance(place), fault, pageSize: 2 })
  try {
    await phone.round()
    const before = await phone.db.employers.toCollection().primaryKeys()
    await giveDuty(stage.pool, phone.who.person_id, world.grids[1]!)
    phone.step = STEP
    if ((await phone.live(() => phone.round())) !== 'died') throw new Error('the snapshot was not cut')
    await phone.takeUp()
    if ((await pullState(phone.db)).generation !== 2) throw new Error('no other snapshot has begun')
    const after = new Set(await phone.db.employers.toCollection().primaryKeys())
    const gone = before.filter((id) => !after.has(id))
    if (gone.length) fail('S3', 'employers left the phone before the new snapshot was complete', gone)
  } finally {
    await phone.engine.stop()
    phone.page.die()
  }
}
