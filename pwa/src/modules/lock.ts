/**
 * The lock of the app: it falls when she asks for it and when nobody has touched the phone for a while; a PIN lifts it.
 *
 * Before the key goes, what is being written is written. A camera or gallery that she opened from here may take its time: the
 * photo she comes back with is kept first.
 */
import {
  destroyVault,
  readVault,
  setPin,
  unlockWithPin,
  unlockWithStoreKey,
  createVault,
  type Unlocked,
} from '@/local/vault'
import { device } from '@/local/deviceStore'
import { resultOf } from '@/api/client'
import { ownProblem, type Problem } from '@/api/problems'
import { pinRules } from '@/local/pin'
import { FIRST_STATE } from '@/sync/state'
import { noteSurprise } from './errors'
import { gate, labelOf } from './gate'
import { nothingHeld } from './holds'
import {
  api,
  atWork,
  closeStore,
  countUnsent,
  deleteStore,
  enter,
  leaveAccount,
  policies,
  stopEngine,
  syncState,
  warmUp,
  work,
} from './work'

const CHECK_MS = 10_000
/** Between coming back from the camera and the photo's arrival. */
const CAMERA_MS = 15_000
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('wangge-lock') : null

/** Close the store and forget its key. What is on the screen goes at once, the key after the last write. */
export async function lock(): Promise<void> {
  const now = work.value
  if (!now || gate.value) return
  const { account_id, person } = now.me
  const of = { account_id, label: labelOf(person.name), me: null, step: 'unlock' } as const
  const vault = await readVault(device, account_id)
  if (!vault?.pin || work.value !== now || gate.value) return
  gate.value = { ...of, isClosing: true }
  await stopEngine()
  await nothingHeld()
  if (work.value?.db === now.db) work.value = null
  closeStore(now.db)
  syncState.value = FIRST_STATE
  gate.value = { ...of, isClosing: false }
}

/** Lock every tab. */
export function lockNow(): void {
  channel?.postMessage('lock')
  void lock().catch(noteSurprise)
}

function locked() {
  const at = gate.value
  if (at?.step !== 'unlock') throw new Error('Nothing is locked')
  return at
}

/** Try a PIN at the lock; what it opens is gone into with `passGate`. */
export const tryPin = (pin: string): Promise<Unlocked> => unlockWithPin(device, locked().account_id, pin, Date.now())

/** Go in with what a PIN has opened; gives what came of the try. */
export async function passGate(tried: Promise<Unlocked>): Promise<Unlocked> {
  const { account_id, me } = locked()
  warmUp(account_id).catch(() => undefined) // whoever enters hears of it
  const result = await tried
  if (result.ok) await Promise.all([result.settled, enter(account_id, result.dataKey, me, result.vault)])
  return result
}

/** The PIN that was asked for: it makes the vault, or wraps the key that is at hand anew. */
export async function choosePin(pin: string): Promise<void> {
  const at = gate.value
  if (at?.step !== 'choose') throw new Error('No PIN was asked for')
  const { account_id, rules, label } = at
  if (at.dataKey) await setPin(device, account_id, at.dataKey, pin, rules)
  const dataKey =
    at.dataKey ?? (await createVault(device, account_id, { label, rules, pin, isOld: at.why === 'old_store' }))
  try {
    await enter(account_id, dataKey, at.me)
  } catch (error) {
    // The vault is made, what came after it failed (a full disk): the PIN that was just chosen goes on from there.
    gate.value = { step: 'unlock', account_id, label, me: at.me, isClosing: false }
    throw error
  }
}

export function beginPinChange(): void {
  const { me } = atWork()
  gate.value = {
    step: 'change',
    account_id: me.account_id,
    label: labelOf(me.person.name),
    me: null,
    rules: pinRules(policies()),
  }
}

export function endPinChange(): void {
  if (gate.value?.step === 'change') gate.value = null
}

/** Whether the old PIN is right; the wraps change only with `changePin`. */
export const checkPin = (pin: string): Promise<Unlocked> =>
  unlockWithPin(device, atWork().me.account_id, pin, Date.now())

export async function changePin(dataKey: Uint8Array<ArrayBuffer>, pin: string): Promise<void> {
  await setPin(device, atWork().me.account_id, dataKey, pin, pinRules(policies()))
  dataKey.fill(0)
  endPinChange()
}

/**
 * Open the store with the key that the server keeps: right after signing in with the password, instead of the PIN.
 *
 * The gate then asks for a new PIN. Gives the reason when it cannot be.
 */
export async function recover(): Promise<Problem | null> {
  const at = gate.value
  if (at?.step !== 'unlock' && at?.step !== 'sign_in') return null
  const answer = await resultOf(api(at.account_id).GET('/api/me/device/store-key'))
  if (!answer.ok) return answer.problem
  const storeKey = Uint8Array.from(atob(answer.data.key), (c) => c.charCodeAt(0))
  const dataKey = await unlockWithStoreKey(device, at.account_id, answer.data.key_id, storeKey)
  if (!dataKey) return ownProblem('store_key_misfit')
  if (at.step === 'sign_in') {
    // Erasing was ordered: what is unsent goes out under this key, and then all of it goes.
    await enter(at.account_id, dataKey, at.me)
    return null
  }
  const vault = await readVault(device, at.account_id)
  const rules = at.me ? pinRules({ ...policies(), ...at.me.policies }) : vault!.rules
  gate.value = { ...at, step: 'choose', why: 'forgotten', rules, dataKey }
  return null
}

/** Give up what nobody can open any more, because the person said so, and begin with an empty store. */
export async function startAfresh(): Promise<void> {
  const at = gate.value
  if (!at) return
  await deleteStore(at.account_id)
  await destroyVault(device, at.account_id)
  leaveAccount()
}

/** What waits in a store that is locked; its rows can be counted without the key. */
export const waitingBehindLock = () => (gate.value ? countUnsent(gate.value.account_id) : Promise.resolve(null))

// ---- left alone

let lastUse = Date.now()
/** She is in the camera or the gallery. */
let isChoosing = false

const isFileField = ({ target }: Event) => target instanceof HTMLInputElement && target.type === 'file'

function check(): void {
  if (!work.value || gate.value || isChoosing) return
  const minutes = pinRules(policies()).idle_minutes
  if (minutes > 0 && Date.now() - lastUse >= minutes * 60_000) void lock().catch(noteSurprise)
}

/** Watch for a phone that nobody touches; once, for as long as the page lives. */
export function watchIdle(): void {
  const used = () => {
    lastUse = Date.now()
    isChoosing = false
  }
  for (const occasion of ['pointerdown', 'keydown', 'wheel', 'touchmove']) {
    addEventListener(occasion, used, { capture: true, passive: true })
  }
  document.addEventListener('click', (event) => isFileField(event) && (isChoosing = true), true)
  for (const end of ['change', 'cancel']) document.addEventListener(end, (event) => isFileField(event) && used(), true)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return
    if (!isChoosing) check()
    else
      setTimeout(() => {
        isChoosing = false
        check()
      }, CAMERA_MS)
  })
  setInterval(check, CHECK_MS)
  channel?.addEventListener('message', () => void lock().catch(noteSurprise))
}
