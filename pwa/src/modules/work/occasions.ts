/** The occasions on which something is to be done: the app starts, a network is there, the page is looked at, another tab signs in. */
import { lastAccount } from '../lastAccount'
import { gate } from '../gate'
import { noteSurprise } from '../errors'
import { speakIn } from './api'
import { enterByDoor, meet, SYNC_AFTER_MS } from './entering'
import { confirmErased, hearOrders } from './erasing'
import { work } from './state'
import { channel, requestSync, startEngine, stopEngine } from './syncing'

/** Take up the work of whoever was last signed in here, without a network. */
export async function resumeWork(languageOf: () => string): Promise<void> {
  speakIn(languageOf)
  listenForOccasions()
  if (await enterByDoor()) {
    void confirmErased().catch(noteSurprise)
    return
  }
  await confirmErased()
  const accountId = lastAccount()
  if (!accountId) return
  await meet(accountId, null)
  if (gate.value?.step === 'unlock') setTimeout(() => void hearOrders().catch(noteSurprise), SYNC_AFTER_MS)
}

function listenForOccasions(): void {
  const occasion = () => {
    requestSync()
    void hearOrders().catch(noteSurprise)
  }
  addEventListener('online', occasion)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') occasion()
  })
  channel?.addEventListener('message', ({ data }: MessageEvent<{ type: string; account_id?: string | null }>) => {
    if (data.type === 'signing') void stopEngine()
    if (data.type === 'signed') {
      if (data.account_id === (work.value?.me.account_id ?? gate.value?.account_id)) startEngine()
      else location.reload()
    }
  })
}
