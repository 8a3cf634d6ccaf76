/** Two tabs of the app on one phone: they share store and locks, and never send the same thing at the same time. */
import { tell, type Stage, type Telling } from './story'
import { fail } from '../invariants'

/** Each round of the day is asked for in two tabs at once. */
export async function tellInTwoTabs(stage: Stage, telling: Telling): Promise<void> {
  const told = await tell(stage, {
    ...telling,
    adjust: (phone) => {
      const second = phone.secondTab()
      const alone = phone.round
      phone.round = async () => {
        await Promise.all([alone.call(phone), second.sync().then(() => second.settled())])
        if (phone.pushesAtOnce > 1) fail('S2', 'two pushes of one phone at the same time', phone.pushesAtOnce)
      }
    },
  })
  if (told.operations === 0) throw new Error('nothing was captured')
}

