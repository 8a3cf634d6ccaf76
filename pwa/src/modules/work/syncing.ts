/** Her sync: its engine, begun and stopped, and when it runs next. */
import { ownProblem, type Problem } from '@/api/problems'
import { device } from '@/local/deviceStore'
import { refreshPacks } from '@/local/packs'
import { noteRules } from '@/local/vault'
import { pause } from '@/shared/paint'
import type { Locks } from '@/sync/context'
import type { SyncEngine } from '@/sync/engine'
import { ownLocks, SYNC_LOCK, UPLOAD_LOCK } from '@/sync/locks'
import { noteSurprise } from '../errors'
import { labelOf } from '../gate'
import { language } from './api'
import { confirmErased, eraseStore } from './erasing'
import { networkNow } from './network'
import { rulesOf } from './rules'
import { isPersistent, syncState, wasErased, work, type Work } from './state'
import { closeStore } from './store'
import { handOverStoreKey } from './storeKey'

export const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('wangge-account') : null
const locks: Locks = 'locks' in navigator ? (navigator.locks as unknown as Locks) : ownLocks()
const TIMER_MS = 60_000
/** Time for a quiet moment before tidying. */
const TIDY_AFTER_MS = 20_000
const BETWEEN_PACKS_MS = 30

let engine: SyncEngine | null = null
/** Counts starts and stops, so that a start whose code comes late is no start any more. */
let starts = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Ask the browser not to clear the store by itself; what it says shows on the account page. */
function askToPersist(): void {
  const { storage } = navigator
  if (!storage?.persist) {
    isPersistent.value = false
    return
  }
  storage
    .persisted()
    .then((is) => is || storage.persist())
    .then(
      (is) => (isPersistent.value = is),
      () => (isPersistent.value = false),
    )
}

/** Begin to sync. Its code comes now: the first page does not wait for it. */
export function startEngine(): void {
  const starting = ++starts
  if (engine || !work.value) return
  import('@/sync/engine')
    .then((code) => {
      if (starting === starts && !engine && work.value)
        runEngine(new code.SyncEngine(engineOptions(work.value)), work.value)
    })
    .catch(noteSurprise)
}

function engineOptions({ me, db }: Work): ConstructorParameters<typeof SyncEngine>[0] {
  return {
    db,
    account_id: me.account_id,
    fetch: (input, init) => fetch(input, init),
    locks,
    apiBase: location.origin,
    app_version: __APP_VERSION__,
    language,
    network: networkNow,
    erase: async () => {
      // Closed first: a query that still follows the store would make it anew.
      closeStore(db)
      await eraseStore(me.account_id)
    },
  }
}

function runEngine(fresh: SyncEngine, { db }: Work): void {
  engine = fresh
  syncState.value = fresh.state.value
  fresh.state.watch((state) => {
    if (engine !== fresh) return
    syncState.value = state
    if (state.wipe === 'erased') leaveErased(fresh)
  })
  setTimeout(() => {
    if (engine !== fresh) return
    fresh
      .tidy()
      .then(() => refreshPacks(db, () => pause(BETWEEN_PACKS_MS)))
      .catch((error: unknown) => engine === fresh && noteSurprise(error))
  }, TIDY_AFTER_MS)
  askToPersist()
  requestSync()
}

/** Nobody is at work here any more, and the sign-in page says why. */
function leaveErased(erased: SyncEngine): void {
  wasErased.value = true
  work.value = null
  channel?.postMessage({ type: 'signed', account_id: null })
  void erased
    .settled()
    .then(() => confirmErased())
    .then(() => erased.stop())
    .catch(noteSurprise)
  engine = null
}

export async function stopEngine(): Promise<void> {
  clearTimeout(timer)
  starts++
  const old = engine
  engine = null
  await old?.stop()
}

/** Sync soon; called on every occasion. What it meets shows in `syncState`. */
export function requestSync(): void {
  const current = engine
  if (!current) return
  current
    .sync()
    .catch(noteSurprise)
    .then(async () => {
      if (engine !== current) return
      const me = await current.me()
      if (me && work.value && engine === current) {
        work.value = { ...work.value, me }
        const { db } = work.value
        await noteRules(device, me.account_id, rulesOf(me), labelOf(me.person.name))
        await handOverStoreKey(work.value)
        await import('@/features/outbox/export').then(({ learnServerKey }) => learnServerKey(db))
      }
      await schedule(current)
    })
    .catch(noteSurprise)
}

/** Bring the offline pack up to date; gives why it could not be. */
export async function refreshAll(): Promise<Problem | null> {
  return engine ? engine.refreshPack() : ownProblem('no_network')
}

export function sendOriginalsNow(): void {
  void engine?.sendPhotos({ originalsNow: true }).catch(noteSurprise)
}

/** Photos that wait for Wi-Fi or for tomorrow: the person knows what it costs. */
export function sendPhotosNow(): void {
  void engine?.sendPhotos({ copiesNow: true }).catch(noteSurprise)
}

/** The next try by itself: when something is due, and once a minute while the app is looked at. */
async function schedule(current: SyncEngine): Promise<void> {
  const due = await current.nextDue()
  if (engine !== current) return
  clearTimeout(timer)
  const waitForPerson = ['signed_out', 'other_account'].includes(current.state.value.session)
  if (waitForPerson) return
  const wait = due === null ? TIMER_MS : Math.min(TIMER_MS, Math.max(1_000, due - Date.now()))
  timer = setTimeout(() => {
    if (document.visibilityState === 'visible') requestSync()
    else void schedule(current).catch(noteSurprise)
  }, wait)
}

/** Hold both of the sync's locks: nothing is sent meanwhile, from any tab. */
export async function withNothingUnderWay<T>(act: () => Promise<T>): Promise<T> {
  channel?.postMessage({ type: 'signing' })
  await stopEngine()
  return locks.request(SYNC_LOCK, {}, () => locks.request(UPLOAD_LOCK, {}, act))
}
