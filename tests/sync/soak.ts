/** Many phones at work for long over a bad line, the server dying now and then: nothing lost, nothing doubled. */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { keepPhoto } from '@/local/photos'
import { recordCheckIn, recordVisit, registerEmployer } from '@/local/records'
import { newId } from '@/shared/ids'
import { Proxy } from '../support/proxy'
import type { TestServer } from '../support/server'
import { captureOf, photoOf } from './capturing'
import { checkHonest, checkWhole } from './faults/checks'
import { FaultyPhone } from './faults/phone'
import type { Stage } from './faults/story'
import { checkAllArrived, checkNothingLeaked, checkNothingLost, checkScope, fail } from './invariants'
import { Chance } from './random'
import { makeWorld, type World } from './world'

export interface SoakSize {
  phones: number
  operations: number
  photos: number
  restarts: number
  seed: number
  /** Round trip on the line, half of it each way. */
  latency_ms: number
  /** Probability that a piece of data is lost, and its connection with it. */
  loss: number
  /** Of the phones, the part on a slow line, and its rate. */
  slow_part: number
  slow_bytes_per_s: number
}

export interface SoakFigures {
  operations: number
  photos: number
  lost: number
  doubled: number
  receipts: number
  cuts: number
  restarts: number
  megabytes_up: number
  seconds: number
}

const PHONES_PER_WORLD = 10
const BYTES = { copy: 5_000, original: 11_000 }
/** Captures between two rounds. */
const BETWEEN_ROUNDS = 20
const ROUNDS_TO_REST = 400

interface Worker {
  phone: FaultyPhone
  world: World
  chance: Chance
  operations: number
  photos: number
}

export async function soak(server: TestServer, stage: Stage, size: SoakSize, firstPlace: number): Promise<SoakFigures> {
  const began = Date.now()
  const chance = new Chance(size.seed)
  const line = { latency_ms: size.latency_ms / 2, loss: size.loss, random: chance.next }
  const [fast, slow] = await Promise.all([
    Proxy.open(server.port, line),
    Proxy.open(server.port, { ...line, bytes_per_s: size.slow_bytes_per_s }),
  ])
  const workers: Worker[] = []
  for (let first = 0, place = firstPlace; first < size.phones; first += PHONES_PER_WORLD, place++) {
    const count = Math.min(PHONES_PER_WORLD, size.phones - first)
    const world = await makeWorld(stage.pool, stage.city, place, chance, count)
    for (const who of world.supervisors) {
      const at = workers.length
      const isSlow = at < size.phones * size.slow_part
      const own = new Chance(size.seed * 104_729 + at)
      const phone = new FaultyPhone(who, { baseUrl: (isSlow ? slow : fast).baseUrl, pool: stage.pool, chance: own, pageSize: 500 })
      const share = (whole: number) => Math.floor((whole * (at + 1)) / size.phones) - Math.floor((whole * at) / size.phones)
      workers.push({ phone, world, chance: own, operations: share(size.operations), photos: share(size.photos) })
    }
  }
  const progress = { captured: 0 }
  const restarting = restartAlong(server, progress, size)
  try {
    await Promise.all(workers.map((worker) => work(worker, progress)))
    await Promise.all(workers.map(({ phone }) => phone.rest(ROUNDS_TO_REST)))
    // what the last ones pushed may concern those that came to rest earlier
    await Promise.all(workers.map(({ phone }) => phone.rest(ROUNDS_TO_REST)))
    const restarts = await restarting
    const figures = await count(stage.pool, workers)
    for (const { phone } of workers) {
      await checkWhole(phone)
      await checkNothingLost(stage.pool, phone)
      await checkAllArrived(stage.pool, phone, stage.dataDir)
      await checkScope(stage.pool, phone)
      await checkNothingLeaked(stage.pool, phone)
      await checkHonest(stage.pool, phone, stage.dataDir)
    }
    return {
      ...figures,
      cuts: fast.cuts + slow.cuts,
      restarts,
      megabytes_up: Math.round((fast.passed.up + slow.passed.up) / 1e5) / 10,
      seconds: Math.round((Date.now() - began) / 1000),
    }
  } finally {
    for (const { phone } of workers) {
      await phone.engine.stop()
      phone.page.die()
    }
    await Promise.all([fast.close(), slow.close()])
  }
}

/** One phone's work: captures, a round now and then, whatever becomes of it. */
async function work(worker: Worker, progress: { captured: number }): Promise<void> {
  const { phone } = worker
  await phone.round()
  while (!(await phone.db.employers.count())) {
    await phone.waitOut()
    await phone.round()
  }
  let done = 0
  let sinceRound = 0
  let photosLeft = worker.photos
  while (done < worker.operations) {
    const left = worker.operations - done
    // photos are spread over the work by chance, and come at the latest when there is just room for them: two operations each
    const isTurn = worker.chance.next() < (photosLeft * 2) / left
    const made = await captureOne(worker, left, photosLeft > 0 && (isTurn || photosLeft * 2 >= left - 1))
    photosLeft -= made.photos
    done += made.operations
    sinceRound += made.operations
    progress.captured += made.operations
    if (sinceRound < BETWEEN_ROUNDS) continue
    sinceRound = 0
    await phone.round()
    await phone.waitOut()
  }
  await phone.remember()
}

async function captureOne({ phone, world, chance }: Worker, room: number, withPhoto: boolean): Promise<{ operations: number; photos: number }> {
  const { db } = phone
  const capture = await captureOf(db, phone.device_id, phone.now())
  const employers = await db.employers.filter((row) => !row.gone).toArray()
  const employer = chance.pick(employers)
  const link = { patrol_id: null, stop_id: null }
  if (room < 2 || (!withPhoto && chance.happens(0.45))) {
    await recordCheckIn(db, capture, { employer_id: employer.id, ...link, position: null, accuracy_m: null, age_s: null }, null)
    return { operations: 1, photos: 0 }
  }
  if (!withPhoto && chance.happens(0.06)) {
    await registerEmployer(db, capture, newId(), registration(world, chance), [], 'register')
    return { operations: 1, photos: 0 }
  }
  const photos: string[] = []
  const draft = newId()
  if (withPhoto) {
    const kept = await keepPhoto(db, capture, photoOf(chance, BYTES), { draft_key: draft, subject_kind: 'visit', employer_id: employer.id, source: 'camera' })
    photos.push(kept.id)
  }
  const rest = { activities: ['collect' as const], people_met: '', findings: [], note: '', evidence_ids: photos }
  await recordVisit(db, capture, newId(), { employer_id: employer.id, ...link, check_in_id: null, ...rest }, draft)
  return { operations: 1 + photos.length, photos: photos.length }
}

function registration(world: World, chance: Chance) {
  const grid = chance.pick(world.grids)
  return {
    name: `新店 ${newId().slice(-8)}`,
    uscc: null,
    no_uscc_reason: 'not_shown' as const,
    address: '',
    contact_name: '',
    contact_phone: '',
    industry_code: null,
    employees: 3,
    position: { lon: grid.centre[0], lat: grid.centre[1] },
    accuracy_m: 10,
    position_source: 'gps' as const,
    declared_grid_id: null,
    note: '',
  }
}

/** Kill and start the server as the work goes on, spread evenly over it. */
async function restartAlong(server: TestServer, progress: { captured: number }, size: SoakSize): Promise<number> {
  for (let restart = 1; restart <= size.restarts; restart++) {
    while (progress.captured < (size.operations * restart) / (size.restarts + 1)) await pause(100)
    await server.stop('SIGKILL')
    await pause(500)
    await server.start()
  }
  return size.restarts
}

/** What phones captured against what the database holds. */
async function count(pool: Pool, workers: Worker[]) {
  const people = workers.map(({ phone }) => phone.who.person_id)
  const journal = await pool.query<{ op_id: string; op_sha256: string; received_at: Date }>(
    `select op_id, op_sha256, received_at from sync_operations where person_id = any($1)`,
    [people],
  )
  const evidence = await pool.query<{ n: string }>(
    `select count(*) as n from evidence where person_id = any($1) and copy_state = 'stored' and original_state = 'stored'`,
    [people],
  )
  const lines = new Map(journal.rows.map((line) => [line.op_id, line]))
  const figures = { operations: 0, photos: Number(evidence.rows[0]!.n), lost: 0, doubled: journal.rows.length - lines.size, receipts: 0 }
  for (const { phone } of workers) {
    for (const row of await phone.db.outbox.toArray()) {
      figures.operations++
      const line = lines.get(row.op_id)
      if (!line) figures.lost++
      const sha256 = createHash('sha256').update(row.body).digest('hex')
      if (line && row.receipt?.op_sha256 === sha256 && line.op_sha256 === sha256) figures.receipts++
    }
  }
  if (lines.size !== figures.operations) fail('S2', 'captures and journal differ in number', { journal: lines.size, captured: figures.operations })
  return figures
}
