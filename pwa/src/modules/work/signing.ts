/**
 * Signing in and out. The session's cookie is shared by all tabs, so it takes the sync's own locks: no record of one person can leave
 * while the cookie becomes another's.
 */
import { resultOf } from '@/api/client'
import type { Result } from '@/api/problems'
import { writeMeta } from '@/local/db'
import type { Me } from '@/local/shapes'
import { FIRST_STATE } from '@/sync/state'
import { deviceId } from '../device'
import { api } from './api'
import { meet } from './entering'
import { leaveAccount } from './leaving'
import { syncState, wasErased, work } from './state'
import { closeStore } from './store'
import { channel, requestSync, startEngine, withNothingUnderWay } from './syncing'

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
