/**
 * What opens an account's store on this phone: one data key of 256 bits, wrapped more than once and kept nowhere else.
 *
 * - `pin`: under a key made of the PIN (PBKDF2-HMAC-SHA256) and a device key that the platform does not give out;
 * - `bare`: under the device key alone, where the deployment asks for no PIN;
 * - `server`: under the device key and a store key that only the server keeps, for a forgotten PIN.
 *
 * The PIN itself, the data key and the store key are never written down here. See docs/decisions/0017.
 */
import type { DeviceStore } from './deviceStore'
import { waitAfter, type PinRules } from './pin'
import type { Bytes } from './storeCipher'

interface Wrap {
  iv: Bytes
  wrapped: Bytes
}

interface ServerWrap extends Wrap {
  key_id: string
  /** The server has said that it keeps the store key; null while it has not. */
  kept_at: string | null
}

export interface Vault {
  v: 1
  /** Whose store it is, as far as a finder may know. */
  label: string
  device_key: CryptoKey
  pin: (Wrap & { salt: Bytes; rounds: number }) | null
  bare: Wrap | null
  server: ServerWrap[]
  rules: PinRules
  failed: number
  failed_at: number
  /** No try before this moment (ms). */
  next_at: number
  /** How far a store of before was encrypted; null once every row is. */
  encrypting: { table: string; after: string | null } | null
}

interface Stretching {
  salt: ArrayLike<number> & { join(): string }
  rounds: number
}

export type Unlocked =
  /** `vault`: as it was read for the try; `settled`: the failed tries before it are forgotten. */
  | { ok: true; dataKey: Bytes; vault: Vault; settled: Promise<unknown> }
  /** `wait_ms` until the next try; 0: at once. */
  | { ok: false; reason: 'wrong' | 'wait'; wait_ms: number; failed: number }

const keyOf = (accountId: string) => `vault:${accountId}`
const encoder = new TextEncoder()

export const readVault = (device: DeviceStore, accountId: string) => device.get<Vault>(keyOf(accountId))

/** Without it, what is encrypted stays encrypted for ever. */
export const destroyVault = (device: DeviceStore, accountId: string) => device.delete(keyOf(accountId))

const changeVault = (device: DeviceStore, accountId: string, change: (vault: Vault) => void) =>
  device.change<Vault>(keyOf(accountId), (vault) => {
    if (vault) change(vault)
    return vault
  })

/** Make an account's vault with a fresh data key. `isOld`: its store exists already, with rows that are still plain. */
export async function createVault(
  device: DeviceStore,
  accountId: string,
  of: { label: string; rules: PinRules; pin: string | null; isOld: boolean },
): Promise<Bytes> {
  const dataKey = crypto.getRandomValues(new Uint8Array(32))
  const device_key = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const vault: Vault = {
    v: 1,
    label: of.label,
    device_key,
    rules: of.rules,
    ...(await wrapsOf(device_key, of.pin, of.rules, dataKey, accountId)),
    server: [],
    failed: 0,
    failed_at: 0,
    next_at: 0,
    encrypting: of.isOld ? { table: '', after: null } : null,
  }
  await device.change<Vault>(keyOf(accountId), (known) => {
    if (known) throw new Error('this account has a vault already')
    return vault
  })
  return dataKey
}

/** Another PIN (or none): the same data key, wrapped anew; no row is touched. */
export async function setPin(
  device: DeviceStore,
  accountId: string,
  dataKey: Bytes,
  pin: string | null,
  rules: PinRules,
): Promise<void> {
  const vault = await readVault(device, accountId)
  if (!vault) throw new Error('this account has no vault')
  const wraps = await wrapsOf(vault.device_key, pin, rules, dataKey, accountId)
  await changeVault(device, accountId, (now) =>
    Object.assign(now, wraps, { rules, failed: 0, failed_at: 0, next_at: 0 }),
  )
}

async function wrapsOf(
  deviceKey: CryptoKey,
  pin: string | null,
  rules: PinRules,
  dataKey: Bytes,
  accountId: string,
): Promise<Pick<Vault, 'pin' | 'bare'>> {
  if (pin === null) return { pin: null, bare: await wrap(await mix(deviceKey, 'bare'), dataKey, accountId) }
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const stretched = await stretch(pin, salt, rules.rounds)
  const wrapped = await wrap(await mix(deviceKey, 'pin', stretched), dataKey, accountId)
  return { pin: { ...wrapped, salt, rounds: rules.rounds }, bare: null }
}

/** How long the next try has to wait, in ms; a clock that was turned back waits the whole time again. */
export function waitNow(vault: Vault, now: number): number {
  if (vault.next_at <= vault.failed_at) return 0
  if (now < vault.failed_at) return vault.next_at - vault.failed_at
  return Math.max(0, vault.next_at - now)
}

/**
 * Try a PIN. The try is counted before it is known to be right, so that neither a reload nor a second tab gives tries away.
 *
 * @param known how the PIN was stretched the last time, for whoever knows: it is stretched while the try is being counted
 */
export async function unlockWithPin(
  device: DeviceStore,
  accountId: string,
  pin: string,
  now: number,
  known?: Stretching,
): Promise<Unlocked> {
  let wait_ms = 0
  const counting = changeVault(device, accountId, (it) => {
    wait_ms = waitNow(it, now)
    if (wait_ms > 0) {
      // Of a clock that was turned back, the wait begins again.
      if (now < it.failed_at) Object.assign(it, { failed_at: now, next_at: now + wait_ms })
      return
    }
    it.failed++
    it.failed_at = now
    it.next_at = now + waitAfter(it.failed, it.rules)
  })
  const ahead = known ? stretch(pin, Uint8Array.from(known.salt), known.rounds) : null
  const vault = await counting
  if (!vault?.pin) throw new Error('this store opens by no PIN')
  if (wait_ms > 0) return { ok: false, reason: 'wait', wait_ms, failed: vault.failed }
  const { salt, rounds } = vault.pin
  const isSame = known?.rounds === rounds && known.salt.join() === salt.join()
  const stretched = await ((isSame && ahead) || stretch(pin, salt, rounds))
  const dataKey = await unwrap(await mix(vault.device_key, 'pin', stretched), vault.pin, accountId)
  if (!dataKey) return { ok: false, reason: 'wrong', wait_ms: waitNow(vault, now), failed: vault.failed }
  const settled = changeVault(device, accountId, (it) => Object.assign(it, { failed: 0, failed_at: 0, next_at: 0 }))
  return { ok: true, dataKey, vault, settled }
}

/** Open a store that asks for no PIN; null when this one does. */
export async function unlockBare(vault: Vault, accountId: string): Promise<Bytes | null> {
  return vault.bare ? unwrap(await mix(vault.device_key, 'bare'), vault.bare, accountId) : null
}

/** Wrap the data key under a new store key; the caller hands the key to the server and then says so by `noteKept`. */
export async function addServerWrap(
  device: DeviceStore,
  accountId: string,
  dataKey: Bytes,
  keyId: string,
): Promise<Bytes | null> {
  const vault = await readVault(device, accountId)
  if (!vault) return null
  const storeKey = crypto.getRandomValues(new Uint8Array(32))
  const wrapped = await wrap(await mix(vault.device_key, 'server', storeKey), dataKey, accountId)
  await changeVault(device, accountId, (it) => {
    // One that the server was never known to keep may still be the one it kept: both stay until it has answered.
    it.server = [...it.server, { ...wrapped, key_id: keyId, kept_at: null }].slice(-4)
  })
  return storeKey
}

/** The server keeps this store key, and with it no other. */
export const noteKept = (device: DeviceStore, accountId: string, keyId: string, keptAt: string) =>
  changeVault(device, accountId, (it) => {
    it.server = it.server.filter(({ key_id }) => key_id === keyId).map((one) => ({ ...one, kept_at: keptAt }))
  })

/** Open with what the server kept; null when this phone has no wrap that it fits. */
export async function unlockWithStoreKey(
  device: DeviceStore,
  accountId: string,
  keyId: string,
  storeKey: Bytes,
): Promise<Bytes | null> {
  const vault = await readVault(device, accountId)
  const one = vault?.server.find(({ key_id }) => key_id === keyId)
  return vault && one ? unwrap(await mix(vault.device_key, 'server', storeKey), one, accountId) : null
}

/** The PIN opens nothing any more; what the server keeps still does. False when that would lose everything. */
export async function dropPin(device: DeviceStore, accountId: string): Promise<boolean> {
  let isDropped = false
  await changeVault(device, accountId, (it) => {
    isDropped = it.server.some(({ kept_at }) => kept_at !== null)
    if (isDropped) Object.assign(it, { pin: null, bare: null })
  })
  return isDropped
}

export const noteRules = (device: DeviceStore, accountId: string, rules: PinRules, label: string) =>
  changeVault(device, accountId, (it) => Object.assign(it, { rules, label }))

export const noteEncrypting = (device: DeviceStore, accountId: string, encrypting: Vault['encrypting']) =>
  changeVault(device, accountId, (it) => Object.assign(it, { encrypting }))

// ---- keys

async function stretch(pin: string, salt: Bytes, iterations: number): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', encoder.encode(pin), 'PBKDF2', false, ['deriveBits'])
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, base, 256),
  )
}

/** A wrapping key that is of no use without this phone: HMAC by the device key over the purpose and what is known. */
async function mix(deviceKey: CryptoKey, purpose: string, known: Bytes = new Uint8Array()): Promise<CryptoKey> {
  const text = new Uint8Array([...encoder.encode(`wangge ${purpose}\n`), ...known])
  const bits = await crypto.subtle.sign('HMAC', deviceKey, text)
  return crypto.subtle.importKey('raw', bits, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function wrap(key: CryptoKey, dataKey: Bytes, accountId: string): Promise<Wrap> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const params = { name: 'AES-GCM', iv, additionalData: encoder.encode(accountId) }
  return { iv, wrapped: new Uint8Array(await crypto.subtle.encrypt(params, key, dataKey)) }
}

async function unwrap(key: CryptoKey, { iv, wrapped }: Wrap, accountId: string): Promise<Bytes | null> {
  const params = { name: 'AES-GCM', iv, additionalData: encoder.encode(accountId) }
  try {
    return new Uint8Array(await crypto.subtle.decrypt(params, key, wrapped))
  } catch {
    return null // another key: a wrong PIN, another phone's wrap
  }
}
