import { computed, shallowRef } from 'vue'
import * as api from '../data/api'
import type { Result } from '../data/request'
import type { Me } from '../data/types'

/** Who sits at this desk. One per page; requests that meet an ended session wait here for the next sign-in. */
const me = shallowRef<Me | null>(null)
const asking = shallowRef(false)
const idleAfter = shallowRef<number | null>(null)
let waiting: ((signedIn: boolean) => void)[] = []

export function useSession() {
  return {
    me,
    /** True while the dialog for signing in again is open. */
    asking,
    isDesk: computed(() => me.value !== null && me.value.role !== 'community'),
    may: (right: string | undefined) => right === undefined || (me.value?.rights.includes(right) ?? false),
    load,
    signIn,
    signOut,
    signInAgain,
    giveUp,
    /** Minutes without use after which the desk was signed out, while the dialog for that is open. */
    idleAfter,
    endIdle,
  }
}

/** Find out who is signed in; null is nobody. A network problem is left to the screen. */
async function load(): Promise<Result<Me>> {
  const result = await api.readMe()
  if (result.ok) me.value = result.data
  return result
}

async function signIn(login: string, password: string, totp = ''): Promise<Result<Me>> {
  const result = await api.signIn(login, password, totp)
  if (result.ok) {
    me.value = result.data
    settle(true)
  }
  return result
}

async function signOut(): Promise<void> {
  await api.signOut()
  me.value = null
  settle(false)
}

/** Ask the person to sign in again; every request that waits gets the one answer. */
function signInAgain(): Promise<boolean> {
  if (me.value === null) return Promise.resolve(false)
  asking.value = true
  return new Promise((resolve) => waiting.push(resolve))
}

/** Nobody has sat here for too long: the session ends, the page stays as it is under the dialog. */
async function endIdle(): Promise<void> {
  if (me.value === null || asking.value) return
  idleAfter.value = me.value.session_idle_minutes
  asking.value = true
  await api.signOut()
}

/** She does not want to: whoever waited is told no, and the page starts over at the sign-in. */
function giveUp() {
  me.value = null
  settle(false)
}

function settle(signedIn: boolean) {
  const told = waiting
  waiting = []
  asking.value = false
  idleAfter.value = null
  for (const tell of told) tell(signedIn)
}
