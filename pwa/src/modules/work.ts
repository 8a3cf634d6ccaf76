/**
 * Who is at work on this phone: her store, her sync, and the occasions on which it runs.
 *
 * The session's cookie is shared by all tabs, so signing in and out takes the sync's own locks: no record of one person can
 * leave while the cookie becomes another's. Her store opens with a key that only her PIN unwraps (local/vault.ts); where it is
 * missing, `gate` says what is asked for first.
 */
import Dexie from 'dexie'
import { shallowRef } from 'vue'
import { makeApi, resultOf } from '@/api/client'
import { meansSignIn, ownProblem, type Problem, type Result } from '@/api/problems'
import { LocalDb, readMeta, writeMeta, type MetaRow, type PackRow } from '@/local/db'
import { storeOf } from '@/local/names'
import type { Capture } from '@/local/outbox'
import { triedAtDoor } from '@/door/door'
import { takeFirstRead, WHO, type FirstRead } from '@/local/firstRead'
import { pinRules } from '@/local/pin'
import { loadPacks, readFirstPack, refreshPacks } from '@/local/packs'
import { noKey, StoreLocked, type Bytes, type StoreCipher } from '@/local/storeCipher'
import { FIRST_POLICIES, type Binding, type Me } from '@/local/shapes'
import {
  addServerWrap,
  createVault,
  destroyVault,
  dropPin,
  noteKept,
  noteRules,
  readVault,
  unlockBare,
  type Vault,
} from '@/local/vault'
import { newId } from '@/shared/ids'
import { isoMoment } from '@/shared/time'
import type { Locks, Network } from '@/sync/context'
import type { SyncEngine } from '@/sync/engine'
import { ownLocks, SYNC_LOCK, UPLOAD_LOCK } from '@/sync/locks'
import { FIRST_STATE, type SyncState } from '@/sync/state'
import { device } from '@/local/deviceStore'
import { pause } from '@/shared/paint'
import { deviceId } from './device'
import { noteSurprise } from './errors'
import { gate, labelOf } from './gate'
import { forgetAccount, lastAccount, rememberAccount } from './lastAccount'
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

/** The phone's store cannot be used: nothing could be kept, so nothing is offered but a way out. */
export interface StoreTrouble {
  /**
   * `closed`: the browser took it away; `blocked`: another tab holds an older version open; `newer`: another tab has made a
   * newer version of it; `upgrade`: its own upgrade failed, the data is as it was; `cannot_open`: anything else.
   */
  kind: 'closed' | 'blocked' | 'newer' | 'upgrade' | 'cannot_open'
  /** With what the store's work can still be saved as a file; null where nobody has unlocked it. */
  rescue: { account_id: string; cipher: StoreCipher } | null
}
export const storeTrouble = shallowRef<StoreTrouble | null>(null)

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('wangge-account') : null
const locks: Locks = 'locks' in navigator ? (navigator.locks as unknown as Locks) : ownLocks()
const TIMER_MS = 60_000

let engine: SyncEngine | null = null
/** Counts starts and stops, so that a start whose code comes late is no start any more. */
let starts = 0
let language: () => string = () => 'zh-CN'
let timer: ReturnType<typeof setTimeout> | undefined

/** What the store of the person at work holds; use it where somebody must be at work. */
export function atWork(): Work {
  if (!work.value) throw new Error('Nobody is at work')
  return work.value
}

export const policies = () => ({ ...FIRST_POLICIES, ...work.value?.me.policies })

/** Time for the first page to be there before the sync begins, and for a quiet moment before tidying. */
const SYNC_AFTER_MS = 700
const TIDY_AFTER_MS = 20_000
const BETWEEN_PACKS_MS = 30

/** Take up the work of whoever was last signed in here, without a network. */
export async function resumeWork(languageOf: () => string): Promise<void> {
  language = languageOf
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

/**
 * Go in with the PIN that was given at the door while the app was loading. False where none was, or where it does not open: the
 * gate asks then, and the lock screen says what came of the try.
 */
async function enterByDoor(): Promise<boolean> {
  const [accountId, tried] = [lastAccount(), triedAtDoor()]
  if (!accountId || !tried) return false
  warmUp(accountId).catch(() => undefined) // whoever enters hears of it
  const result = await tried.catch(() => null)
  if (!result?.ok) return false
  result.settled.catch(noteSurprise)
  await enter(accountId, result.dataKey, null, result.vault)
  return true
}

/** Open an account's store, or ask for what opens it. `me` is what a sign-in has just brought. */
async function meet(accountId: string, me: Me | null): Promise<void> {
  const vault = await readVault(device, accountId)
  if (!vault) return meetWithoutVault(accountId, me)
  const of = { account_id: accountId, label: vault.label, me }
  rememberAccount(accountId)
  const dataKey = await unlockBare(vault, accountId)
  const rules = me ? rulesOf(me) : vault.rules
  if (!dataKey) gate.value = vault.pin ? { ...of, step: 'unlock', isClosing: false } : { ...of, step: 'sign_in' }
  else if (rules.required) gate.value = { ...of, step: 'choose', why: 'first', rules, dataKey }
  else await enter(accountId, dataKey, me)
}

const rulesOf = (me: Me) => pinRules({ ...FIRST_POLICIES, ...me.policies })

/** A first sign-in on this phone, or a store of before the encryption. */
async function meetWithoutVault(accountId: string, me: Me | null): Promise<void> {
  const found = await storeWithoutVault(accountId)
  const isOld = found !== null
  const known = me ?? found?.me
  if (!known) return
  const rules = rulesOf(known)
  const label = labelOf(known.person.name)
  rememberAccount(accountId)
  if (rules.required) {
    gate.value = {
      account_id: accountId,
      label,
      me,
      step: 'choose',
      why: isOld ? 'old_store' : 'first',
      rules,
      dataKey: null,
    }
  } else await enter(accountId, await createVault(device, accountId, { label, rules, pin: null, isOld }), me)
}

/** What a store of before says of its person; null where there is no such store. */
async function storeWithoutVault(accountId: string): Promise<{ me?: Me } | null> {
  if (!(await Dexie.exists(storeOf(accountId)))) return null
  const db = new LocalDb(storeOf(accountId), noKey)
  try {
    return { me: await readMeta<Me>(db, 'me') }
  } catch (error) {
    if (!(error instanceof StoreLocked)) throw error
    // Sealed, and its key is gone: the rest of an erasing that was cut off. Nobody can ever read it.
    db.close()
    await deleteStore(accountId)
    return null
  } finally {
    db.close()
  }
}

interface WarmStore {
  db: LocalDb
  /** The first pack as it lies there; rejected when the store cannot be opened. */
  pack: Promise<PackRow[]>
  /** What was read before the store's own code was there; null where that was not asked for, or gave nothing. */
  first: Promise<FirstRead | null>
  device_id: Promise<string>
}

let warm: { accountId: string; store: Promise<WarmStore> } | null = null

/** Open a store, and read its first pack, while the PIN is being typed and stretched. What is in it cannot be read yet. */
export function warmUp(accountId: string): Promise<WarmStore> {
  if (warm?.accountId === accountId) return warm.store
  coolDown()
  const store = import('@/local/cipher').then(({ makeCipher }) => {
    const db = new LocalDb(storeOf(accountId), makeCipher())
    watchStore(db, accountId)
    // What was read while this code was on its way, if anything was.
    const first = (takeFirstRead(accountId) ?? Promise.resolve(null)).catch(() => null)
    const pack = first.then((found) => found?.pack ?? readFirstPack(db))
    pack.catch(() => undefined) // whoever enters hears of it
    const device_id = deviceId()
    device_id.catch(() => undefined)
    return { db, pack, first, device_id }
  })
  warm = { accountId, store }
  return store
}

function coolDown(): void {
  void warm?.store.then(({ db }) => closeStore(db))
  warm = null
}

/** Open the store with its key and go to work. The key is cleared: it lives on in the store's cipher alone. `known`: its vault, where it has just been read. */
export async function enter(accountId: string, dataKey: Bytes, me: Me | null, known?: Vault): Promise<void> {
  const { db, pack, first, device_id: id } = await warmUp(accountId)
  warm = null
  db.cipher.take(dataKey)
  let packed
  try {
    packed = await pack
  } catch (error) {
    dataKey.fill(0)
    await nameTrouble(error, db, accountId)
    return
  }
  if (storeTrouble.value?.kind === 'blocked') storeTrouble.value = null
  const vault = known ?? (await readVault(device, accountId))
  if (vault?.encrypting) {
    const of = { account_id: accountId, label: vault.label, me }
    const { encryptOld } = await import('@/local/encryptOld')
    await encryptOld(db, device, accountId, (done, total) => {
      gate.value = { ...of, step: 'encrypting', share: done / Math.max(1, total) }
    })
  }
  await prepareStoreKey(db, accountId, dataKey, vault)
  dataKey.fill(0)
  // What was read at the door is old by the time a lock screen is opened.
  const [device_id, who] = await Promise.all([id, whoIsAtWork(db, known ? await first : null), loadPacks(db, packed)])
  const person = me ?? who.me
  if (!person) {
    // Killed between making the vault and the first word about her: she signs in once more.
    closeStore(db)
    leaveAccount()
    return
  }
  if (me) await writeMeta(db, 'me', me)
  if (who.device_id !== device_id) await writeMeta(db, 'device_id', device_id)
  rememberAccount(accountId)
  work.value = { me: person, db, device_id }
  gate.value = null
  db.open().catch((error: unknown) => {
    if (work.value?.db === db) work.value = null
    return nameTrouble(error, db, accountId)
  })
  if (me) startEngine()
  else setTimeout(startEngine, SYNC_AFTER_MS)
}

/** What the store says of its person and of this phone; of what was read before, where all of it was there, encrypted. */
async function whoIsAtWork(db: LocalDb, first: FirstRead | null): Promise<{ me?: Me; device_id?: string }> {
  const rows =
    first?.meta.size === WHO.length
      ? [...first.meta].map(([key, encrypted]) => db.cipher.decrypt('meta', key, encrypted) as MetaRow)
      : (await db.meta.bulkGet(WHO)).filter((row) => row !== undefined)
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
}

/** Close a store for good: its key leaves the memory. */
export function closeStore(db: LocalDb): void {
  closed.add(db)
  db.close()
  db.cipher.forget()
  db.opened.forget()
}

/** Nobody is at work here; what is stored stays. */
export function leaveAccount(): void {
  forgetAccount()
  coolDown()
  gate.value = null
  work.value = null
}

export async function deleteStore(accountId: string): Promise<void> {
  coolDown()
  const db = new LocalDb(storeOf(accountId), noKey)
  closed.add(db)
  await db.delete()
}

export interface Unsent {
  records: number
  photos: number
  /** All of it, announcements and originals too. */
  all: number
}

/** What the server has not answered for, of a store that may be locked: keys and indexes say it without the rows. */
export async function countUnsent(accountId: string): Promise<Unsent> {
  const db = new LocalDb(storeOf(accountId), noKey)
  try {
    const operations = await db.outbox.where('state').notEqual('sent').primaryKeys()
    const files = await db.uploads.where('state').anyOf('waiting', 'needs_you').primaryKeys()
    const photos = (await db.uploads.orderBy('photo_id').uniqueKeys()) as string[]
    const announcements = new Set(await db.outbox.where('entity_id').anyOf(photos).primaryKeys())
    return {
      records: operations.filter((id) => !announcements.has(id)).length,
      photos: files.filter((id) => id.endsWith(':copy')).length,
      all: operations.length + files.length,
    }
  } finally {
    db.close()
  }
}

// ---- the store as the browser keeps it

const closed = new WeakSet<LocalDb>()

function watchStore(db: LocalDb, account_id: string): void {
  let wasOpen = false
  db.on('ready', () => void (wasOpen = true))
  db.on('blocked', () => {
    storeTrouble.value = { kind: 'blocked', rescue: null }
  })
  db.on('versionchange', (event) => {
    if (closed.has(db)) return
    if (event.newVersion) storeTrouble.value = { kind: 'newer', rescue: null }
    else location.reload() // erased in another tab
  })
  db.on('close', () => {
    // One that cannot be opened at all is told by whoever wanted it opened.
    if (!wasOpen || closed.has(db) || storeTrouble.value) return
    // Taken away by the browser (storage pressure, cleared data): mostly it gives it back at once.
    setTimeout(() => {
      if (closed.has(db) || db.isOpen()) return
      db.open().catch((error: unknown) => {
        noteSurprise(error)
        const isUnlocked = work.value?.db === db
        storeTrouble.value = { kind: 'closed', rescue: isUnlocked ? { account_id, cipher: db.cipher } : null }
      })
    })
  })
}

async function nameTrouble(error: unknown, db: LocalDb, account_id: string): Promise<void> {
  noteSurprise(error)
  const { name } = error as Error
  const rescue = { account_id, cipher: db.cipher }
  closed.add(db)
  db.close()
  if (name === 'VersionError') storeTrouble.value = { kind: 'newer', rescue: null }
  else {
    const found = (await indexedDB.databases?.())?.find((one) => one.name === db.name)?.version ?? 0
    storeTrouble.value = { kind: found > 0 && found < db.verno * 10 ? 'upgrade' : 'cannot_open', rescue }
  }
}

// ---- the key that the server keeps, for a forgotten PIN

interface PendingStoreKey {
  key_id: string
  key: string
}

/** Wrap the data key once more, under a key for the server; it waits in the store until the server has it. */
async function prepareStoreKey(db: LocalDb, accountId: string, dataKey: Bytes, vault?: Vault): Promise<void> {
  if (vault?.server.some(({ kept_at }) => kept_at) || (await readMeta<PendingStoreKey>(db, 'store_key'))) return
  const key_id = newId()
  const key = await addServerWrap(device, accountId, dataKey, key_id)
  if (key) await writeMeta(db, 'store_key', { key_id, key: btoa(String.fromCharCode(...key)) })
}

async function handOverStoreKey({ me, db }: Work): Promise<void> {
  const pending = await readMeta<PendingStoreKey>(db, 'store_key')
  if (!pending) return
  const answer = await resultOf(api(me.account_id).PUT('/api/me/device/store-key', { body: pending }))
  if (!answer.ok) return // the next round asks again
  await noteKept(device, me.account_id, pending.key_id, answer.data.kept_at)
  await db.meta.delete('store_key')
}

// ---- orders to a phone that is locked

/**
 * Ask whether this phone is to be erased, though its store is locked: a stolen one stays so for ever.
 *
 * With nothing unsent it is erased at once. Else the PIN is taken away: whoever has it gets nowhere, and the person, signing in
 * with her password, hands over what is unsent before all of it goes.
 */
async function hearOrders(): Promise<void> {
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
function startEngine(): void {
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

/** Erase the store; a mark on the phone remembers to tell the server, should it be cut off just then. */
async function eraseStore(accountId: string): Promise<void> {
  await device.put('erased', true)
  // The key first: should the rest be cut off, what is left says nothing.
  await destroyVault(device, accountId)
  await deleteStore(accountId)
  forgetAccount()
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
  if (!(await device.get<boolean>('erased'))) return
  wasErased.value = true
  const answer = await resultOf(api().POST('/api/me/device/wiped', { body: { left_unsent: 0 } }))
  if (answer.ok || meansSignIn(answer.problem)) await device.delete('erased')
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

/** Hold both of the sync's locks: nothing is sent meanwhile, from any tab. */
async function withNothingUnderWay<T>(act: () => Promise<T>): Promise<T> {
  channel?.postMessage({ type: 'signing' })
  await stopEngine()
  return locks.request(SYNC_LOCK, {}, () => locks.request(UPLOAD_LOCK, {}, act))
}

/** The API; with an account, for nobody else than her. */
export const api = (account_id?: string) =>
  makeApi({
    fetch: (input, init) => fetch(input, init),
    origin: location.origin,
    app_version: __APP_VERSION__,
    language: language(),
    account_id,
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
    if (before?.me.account_id === me.account_id && work.value === before) {
      await writeMeta(before.db, 'me', me)
      work.value = { ...before, me }
      startEngine()
    } else {
      work.value = null
      if (before) closeStore(before.db)
      await meet(me.account_id, me)
    }
    return { ok: true, data: me }
  })
  channel?.postMessage({
    type: 'signed',
    account_id: result.ok ? result.data.account_id : (work.value?.me.account_id ?? null),
  })
  if (!result.ok && work.value) startEngine()
  return result
}

/** Sign out. The store with all unsent work stays on this phone for the next time she signs in here. */
export async function signOut(): Promise<void> {
  await withNothingUnderWay(async () => {
    await resultOf(api().POST('/api/auth/sign-out'))
    const before = work.value
    leaveAccount()
    if (before) closeStore(before.db)
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
