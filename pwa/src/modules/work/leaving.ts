import { gate } from '../gate'
import { forgetAccount } from '../lastAccount'
import { work } from './state'
import { coolDown } from './store'

/** Nobody is at work here; what is stored stays. */
export function leaveAccount(): void {
  forgetAccount()
  coolDown()
  gate.value = null
  work.value = null
}
