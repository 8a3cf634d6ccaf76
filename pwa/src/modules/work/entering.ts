/** From a locked store to a person at work: what is asked for first, and what is opened with it. */
import Dexie from 'dexie'
import { triedAtDoor } from '@/door/door'
import { LocalDb, readMeta, writeMeta, type MetaRow } from '@/local/db'
import { device } from '@/local/deviceStore'
import { WHO, type FirstRead } from '@/local/firstRead'
import { storeOf } from '@/local/names'
import { loadPacks } from '@/local/packs'
import type { Me } from '@/local/shapes'
import { noKey, StoreLocked, type Bytes } from '@/local/storeCipher'
import { createVault, readVault, unlockBare, type Vault } from '@/local/vault'
import { noteSurprise } from '../errors'
import { gate, labelOf } from '../gate'
import { lastAccount, rememberAccount } from '../lastAccount'
import { leaveAccount } from './leaving'
import { rulesOf } from './rules'
import { storeTrouble, work } from './state'
import { closeStore, deleteStore, nameTrouble, takeWarm, warmUp } from './store'
import { prepareStoreKey } from './storeKey'
import { startEngine } from './syncing'

/** Time for the first page to be there before anything is asked of the network. */
export const SYNC_AFTER_MS = 700

/**
 * Go in with the PIN that was given at the door while the app was loading. False where none was, or where it does not open: the
 * gate asks then, and the lock screen says what came of the try.
 */
export async function enterByDoor(): Promise<boolean> {
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
export async function meet(accountId: string, me: Me | null): Promise<void> {
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

/** Open the store with its key and go to work. The key is cleared: it lives on in the store's cipher alone. `known`: its vault, where it has just been read. */
export async function enter(accountId: string, dataKey: Bytes, me: Me | null, known?: Vault): Promise<void> {
  const { db, pack, first, device_id: id } = await takeWarm(accountId)
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
