/** S5: photos that do not get through hold back no record. */
import { isReceived } from '@/local/standing'
import { fail } from '../invariants'
import { tell, type Stage, type Telling } from './story'

/** The day with an upload path that never answers, or refuses everything, until its end. */
export async function tellWithoutUploads(stage: Stage, telling: Telling, bytes: 'hang' | 'refused'): Promise<void> {
  await tell(stage, {
    ...telling,
    adjust: (phone) => {
      phone.bytes = bytes
      const whole = phone.round
      phone.round = async () => {
        if (phone.step === 'the end' && phone.bytes !== 'pass') {
          phone.bytes = 'pass'
          await phone.restart()
        }
        if (phone.bytes === 'pass') return whole.call(phone)
        await phone.engine.sync()
        const held = (await phone.db.outbox.toArray()).filter((row) => !isReceived(row))
        if (held.length) fail('S5', 'records wait behind photos', held.map((row) => row.kind)) // prettier-ignore
      }
    },
  })
}
