/** Erasing this phone's store by order of an administrator, and telling the server of it. */
import { resultOf } from '@/api/client'
import { meansSignIn } from '@/api/problems'
import { device } from '@/local/deviceStore'
import { destroyVault, dropPin } from '@/local/vault'
import { gate } from '../gate'
import { forgetAccount } from '../lastAccount'
import { api } from './api'
import { leaveAccount } from './leaving'
import { wasErased } from './state'
import { deleteStore } from './store'
import { countUnsent } from './unsent'

/** Erase the store; a mark on the phone remembers to tell the server, should it be cut off just then. */
export async function eraseStore(accountId: string): Promise<void> {
  await device.put('erased', true)
  // The key first: should the rest be cut off, what is left says nothing.
  await destroyVault(device, accountId)
  await deleteStore(accountId)
  forgetAccount()
}

/** Tell the server, as often as needed, that the store is gone; it stops asking by refusing the session. */
export async function confirmErased(): Promise<void> {
  if (!(await device.get<boolean>('erased'))) return
  wasErased.value = true
  const answer = await resultOf(api().POST('/api/me/device/wiped', { body: { left_unsent: 0 } }))
  if (answer.ok || meansSignIn(answer.problem)) await device.delete('erased')
}

/**
 * Ask whether this phone is to be erased, though its store is locked: a stolen one stays so for ever.
 *
 * With nothing unsent it is erased at once. Else the PIN is taken away: whoever has it gets nowhere, and the person, signing in
 * with her password, hands over what is unsent before all of it goes.
 */
export async function hearOrders(): Promise<void> {
  const at = gate.value
  if (at?.step !== 'unlock') return
  const answer = await resultOf(api(at.account_id).GET('/api/me'))
  if (answer.ok || answer.problem.type !== 'device_wipe' || gate.value !== at) return
  if ((await countUnsent(at.account_id)).all === 0) {
    await eraseStore(at.account_id)
    wasErased.value = true
    leaveAccount()
    await confirmErased()
  } else if (await dropPin(device, at.account_id)) gate.value = { ...at, step: 'sign_in' }
}
