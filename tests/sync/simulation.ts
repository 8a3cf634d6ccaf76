/** One story: some phones, a desk, a bad network, crashes; at the end the invariants hold or it says which does not. */
import type { Pool } from 'pg'
import { actAtDesk } from './desk'
import { checkAllArrived, checkEditsSettled, checkNothingLeaked, checkNothingLost, checkProof, checkScope } from './invariants'
import { Phone } from './phone'
import { Chance } from './random'
import { makeWorld } from './world'

export interface Stage {
  pool: Pool
  baseUrl: string
  dataDir: string
  city: { grid: string; unit: string; planner: string }
}

export interface Figures {
  operations: number
  photos: number
  crashes: number
}

const PHONES = 5
const ROUNDS = 4

export async function playSeed(stage: Stage, seed: number, figures: Figures): Promise<void> {
  const { pool } = stage
  const chance = new Chance(seed * 7919 + 1)
  const world = await makeWorld(pool, stage.city, seed, chance, PHONES)
  const phones = world.supervisors.map((who, i) => new Phone(who, stage.baseUrl, new Chance(seed * 104_729 + i)))
  await Promise.all(phones.map((phone) => phone.sync()))
  for (let round = 0; round < ROUNDS; round++) {
    const desk = [actAtDesk(pool, world, chance), actAtDesk(pool, world, chance)]
    await Promise.all(
      phones.map(async (phone) => {
        phone.faultRate = chance.pick([0, 0.2, 0.5])
        await phone.act(world)
        if (chance.happens(0.7)) {
          const syncing = phone.sync()
          if (chance.happens(0.2)) {
            await new Promise((done) => setTimeout(done, chance.below(15)))
            syncing.catch(() => undefined)
            phone.crash()
            figures.crashes++
          } else await syncing
        }
        if (chance.happens(0.3)) await phone.act(world)
        await checkNothingLost(pool, phone)
      }),
    )
    await Promise.all(desk)
  }
  await Promise.all(phones.map((phone) => phone.syncUntilDone()))
  // what the last phones pushed may concern those that came to rest earlier
  await Promise.all(phones.map((phone) => phone.syncUntilDone()))
  await checkEditsSettled(pool, world.employers)
  for (const phone of phones) {
    await checkNothingLost(pool, phone)
    await checkAllArrived(pool, phone, stage.dataDir)
    await checkProof(pool, phone)
    await checkScope(pool, phone)
    await checkNothingLeaked(pool, phone)
    figures.operations += phone.captured.length
    figures.photos += await phone.db.photos.where('state').equals('announced').count()
    await phone.engine.stop()
    phone.db.close()
  }
}
