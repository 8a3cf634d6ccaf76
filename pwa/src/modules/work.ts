/**
 * Who is at work on this phone: her store, her sync, and the occasions on which it runs.
 *
 * The session's cookie is shared by all tabs, so signing in and out takes the sync's own locks: no record of one person can
 * leave while the cookie becomes another's.
 */
import { shallowRef } from 'vue'
import { makeApi, resultOf } from '@/api/client'
import { meansSignIn, ownProblem, type Problem, type Result } from '@/api/problems'
import { DeviceDb, LocalDb, readMeta, storeOf, writeMeta } from '@/local/db'
import type { Capture } from '@/local/outbox'
import { FIRST_POLICIES, type Binding, type Me } from '@/local/shapes'
import { newId } from '@/shared/ids'
import { isoMoment } from '@/shared/time'
import type { Locks, Network } from '@/sync/context'
import { ownLocks, SYNC_LOCK, SyncEngine, UPLOAD_LOCK } from '@/sync/engine'
import { FIRST_STATE, type SyncState } from '@/sync/state'
import { noteSurprise } from './errors'
import { lastFix } from './position'

export interface Work {
  me: Me
  db: LocalDb
  device_id: string
}

/** The person at work; null when nobody is signed in on this phone. */
export const work = shallowRef<Work | null>(null)
export const syncState = shallowRef<SyncState>(FIRST_STATE)
/** Whether the browser promised not to clear the store by itself; null while nobody asked. */
export const isPersistent = shallowRef<boolean | null>(null)

/** This phone was erased by order of an administrator; said until somebody signs in here again. */
export const wasErased = shallowRef(false)

/** The phone's store cannot be opened: nothing could be kept, so nothing is offered. */
export const storeTrouble = shallowRef(false)

const device = new DeviceDb()
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('wangge-account') : null
const locks: Locks = 'locks' in navigator ? (navigator.locks as unknown as Locks) : ownLocks()
const TIMER_MS = 60_000

let engine: SyncEngine | null = null
let language: () => string = () => 'zh-CN'
let timer: ReturnType<typeof setTimeout> | undefined

/** What the store of the person at work holds; use it where somebody must be at work. */
export function atWork(): Work {
  if (!work.value) throw new Error('Nobody is at work')
  return work.value
}

export const policies = () => ({ ...FIRST_POLICIES, ...work.value?.me.policies })

const ACCOUNT_KEY = 'wangge.account'
/** Time for the first page to be there before the sync begins, and for a quiet moment before tidying. */
const SYNC_AFTER_MS = 700
const TIDY_AFTER_MS = 20_000

/** Take up the work of whoever was last signed in here, without a network. */
export async function resumeWork(languageOf: () => string): Promise<void> {
  language = languageOf
  listenForOccasions()
  await confirmErased()
  const accountId = localStorage.getItem(ACCOUNT_KEY)
  if (!accountId) return
  const db = new LocalDb(storeOf(accountId))
  const [me, device_id] = await db.meta.bulkGet(['me', 'device_id'])
  if (!me) return
  work.value = { me: me.value as Me, db, device_id: (device_id?.value as string | undefined) ?? (await deviceId()) }
  setTimeout(startEngine, SYNC_AFTER_MS)
}

/** Begin with what a sign-in brought. */
async function begin(me: Me, db: LocalDb): Promise<void> {
  const device_id = await deviceId()
  await writeMeta(db, 'me', me)
  await writeMeta(db, 'device_id', device_id)
  localStorage.setItem(ACCOUNT_KEY, me.account_id)
  work.value = { me, db, device_id }
  startEngine()
}

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

async function deviceId(): Promise<string> {
  return device.transaction('rw', device.meta, async () => {
    const known = await readMeta<string>(device, 'device_id')
    if (known) return known
    const made = newId()
    await writeMeta(device, 'device_id', made)
    return made
  })
}

function startEngine(): void {
  if (engine || !work.value) return
  const { me, db } = work.value
  const fresh = new SyncEngine({
    db,
    account_id: me.account_id,
    fetch: (input, init) => fetch(input, init),
    locks,
    apiBase: location.origin,
    app_version: __APP_VERSION__,
    language,
    network: networkNow,
    erase: () => eraseStore(db),
  })
  engine = fresh
  syncState.value = fresh.state.value
  fresh.state.watch((state) => {
    if (engine !== fresh) return
    syncState.value = state
    if (state.wipe === 'erased') leaveErased(fresh)
  })
  setTimeout(() => {
    if (engine === fresh) fresh.tidy().catch(noteSurprise)
  }, TIDY_AFTER_MS)
  askToPersist()
  requestSync()
}

/** Erase the store; a mark on the phone remembers to tell the server, should it be cut off just then. */
async function eraseStore(db: LocalDb): Promise<void> {
  await writeMeta(device, 'erased', true)
  await db.delete()
  localStorage.removeItem(ACCOUNT_KEY)
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

/** Tell the server, as often as needed, that the store is gone; it stops asking by refusing the session. */
async function confirmErased(): Promise<void> {
  if (!(await readMeta<boolean>(device, 'erased'))) return
  wasErased.value = true
  const answer = await resultOf(api().POST('/api/me/device/wiped', { body: { left_unsent: 0 } }))
  if (answer.ok || meansSignIn(answer.problem)) await device.meta.delete('erased')
}

async function stopEngine(): Promise<void> {
  clearTimeout(timer)
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
      if (me && work.value && engine === current) work.value = { ...work.value, me }
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

function listenForOccasions(): void {
  addEventListener('online', requestSync)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') requestSync()
  })
  channel?.addEventListener('message', ({ data }: MessageEvent<{ type: string; account_id?: string | null }>) => {
    if (data.type === 'signing') void stopEngine()
    if (data.type === 'signed') {
      if (data.account_id === work.value?.me.account_id) startEngine()
      else location.reload()
    }
  })
}

/** Hold both of the sync's locks: nothing is sent meanwhile, from any tab. */
async function withNothingUnderWay<T>(act: () => Promise<T>): Promise<T> {
  channel?.postMessage({ type: 'signing' })
  await stopEngine()
  return locks.request(SYNC_LOCK, {}, () => locks.request(UPLOAD_LOCK, {}, act))
}

export const api = () =>
  makeApi({
    fetch: (input, init) => fetch(input, init),
    origin: location.origin,
    app_version: __APP_VERSION__,
    language: language(),
  })

/** Sign in. Another person than before gets her own store; the first one's work stays in hers and waits for her. */
export async function signIn(
  login: string,
  password: string,
  more: { totp?: string; enrolment_code?: string } = {},
): Promise<Result<Me>> {
  const device_id = await deviceId()
  const before = work.value
  const result = await withNothingUnderWay(async (): Promise<Result<Me>> => {
    const body = {
      login,
      password,
      device_id,
      device_name: deviceName(),
      device_model: await deviceModel(),
      totp: more.totp ?? '',
      enrolment_code: more.enrolment_code ?? '',
    }
    const answer = await resultOf(api().POST('/api/auth/sign-in', { body }))
    if (!answer.ok) return answer
    const me = answer.data as Me
    wasErased.value = false
    const db = before?.me.account_id === me.account_id ? before.db : new LocalDb(storeOf(me.account_id))
    if (before && before.db !== db) before.db.close()
    await begin(me, db)
    return { ok: true, data: me }
  })
  channel?.postMessage({ type: 'signed', account_id: work.value?.me.account_id ?? null })
  if (!result.ok && work.value) startEngine()
  return result
}

/** Sign out. The store with all unsent work stays on this phone for the next time she signs in here. */
export async function signOut(): Promise<void> {
  await withNothingUnderWay(async () => {
    await resultOf(api().POST('/api/auth/sign-out'))
    localStorage.removeItem(ACCOUNT_KEY)
    work.value?.db.close()
    work.value = null
    syncState.value = FIRST_STATE
  })
  channel?.postMessage({ type: 'signed', account_id: null })
}

function deviceName(): string {
  const { userAgent } = navigator
  return (/\(([^)]+)\)/.exec(userAgent)?.[1] ?? userAgent).slice(0, 120)
}

/** The phone's model where the browser tells it (Chromium on Android); empty elsewhere. */
async function deviceModel(): Promise<string> {
  const { userAgentData } = navigator as {
    userAgentData?: { getHighEntropyValues: (hints: string[]) => Promise<{ model?: string }> }
  }
  const told = await userAgentData?.getHighEntropyValues(['model']).catch(() => undefined)
  return (told?.model ?? '').slice(0, 120)
}

/** A new password of one's own; what must come first is then asked anew. */
export async function changePassword(current_password: string, new_password: string): Promise<Result<void>> {
  const answer = await resultOf(api().POST('/api/me/password', { body: { current_password, new_password } }))
  if (!answer.ok) return answer
  if (work.value) work.value = { ...work.value, me: { ...work.value.me, must: [] } }
  requestSync()
  return { ok: true, data: undefined }
}

interface NetworkInformation {
  type?: string
  effectiveType?: string
  saveData?: boolean
}

function networkNow(): Network {
  const connection = (navigator as { connection?: NetworkInformation }).connection
  return { type: connection?.type ?? null, save_data: connection?.saveData ?? false }
}

/** The moment of capture, with what is around it. */
export async function captureNow(): Promise<Capture> {
  const { db, device_id } = atWork()
  const now = Date.now()
  const connection = (navigator as { connection?: NetworkInformation }).connection
  const binding: Binding = {
    server_offset_ms: (await readMeta<number>(db, 'server_offset_ms')) ?? null,
    position: lastFix(now),
    network: navigator.onLine ? (connection?.type ?? connection?.effectiveType ?? 'online') : 'none',
    battery: await batteryLevel(),
    app_version: __APP_VERSION__,
  }
  return { device_id, captured_at: isoMoment(now), binding }
}

async function batteryLevel(): Promise<number | null> {
  const { getBattery } = navigator as { getBattery?: () => Promise<{ level: number }> }
  try {
    return getBattery ? (await getBattery.call(navigator)).level : null
  } catch {
    return null
  }
}
