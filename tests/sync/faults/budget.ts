/** Mobile data: photos stop where the deployment says, records never do, and the person can send them all the same. */
import { uploadId } from '@/local/photos'
import { Chance } from '../random'
import { statusNow } from './checks'
import { FaultyPhone } from './phone'
import { actsOf, worldOf, type Stage } from './story'

/** A day's captures sent over one network after the other; gives how many evidence copies and notes have arrived after each. */
export async function sendOverNetworks(stage: Stage, { place, mbPerDay }: { place: number; mbPerDay: number }) {
  await stage.pool.query(`update policies set value = to_jsonb($1::float8) where key = 'photo_cellular_mb_per_day'`, [mbPerDay])
  const world = await worldOf(stage, { seed: 1, place })
  const chance = new Chance(place)
  const phone = new FaultyPhone(world.supervisors[0]!, { baseUrl: stage.baseUrl, pool: stage.pool, chance })
  const arrived = async () => {
    const photos = await phone.db.photos.toArray()
    const copies = await phone.db.uploads.bulkGet(photos.map(({ id }) => uploadId(id, 'copy')))
    return copies.filter((row) => row?.state === 'stored').length
  }
  const records = () => phone.db.outbox.where('state').anyOf('waiting', 'sending').count()
  const look = async () => ({ copies: await arrived(), records: await records(), status: (await statusNow(phone)).text })
  try {
    await phone.round()
    for (const act of actsOf(stage, world, phone, chance, { copy: 900, original: 2_400 }).acts) if (act.isDone) await act.do()
    phone.network = { type: 'wifi', save_data: true }
    await phone.round()
    const saving = await look()
    phone.network = { type: 'cellular', save_data: false }
    await phone.round()
    const cellular = await look()
    await phone.engine.sendPhotos({ copiesNow: true })
    const byHand = await look()
    phone.network = { type: 'wifi', save_data: false }
    await phone.rest()
    return { saving, cellular, byHand, wifi: await look() }
  } finally {
    await phone.engine.stop()
    phone.page.die()
  }
}
