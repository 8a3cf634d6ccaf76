/** How she wants the app to look and behave on this phone: kept on the phone, applied before the first paint. */
import { shallowRef } from 'vue'

export interface Look {
  type: 'normal' | 'large'
  contrast: 'normal' | 'high'
  /** `shortest`: the round from where she stands; `plan`: as the county ordered it. */
  order: 'shortest' | 'plan'
  map_app: string | null
  /** The short tour was seen or skipped. */
  toured: boolean
}

const KEY = 'wangge.look'
const FIRST: Look = { type: 'normal', contrast: 'normal', order: 'shortest', map_app: null, toured: false }

function read(): Look {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Look>) }
  } catch {
    return FIRST
  }
}

export const look = shallowRef(read())

function apply(): void {
  const { classList } = document.documentElement
  classList.toggle('wg-large', look.value.type === 'large')
  classList.toggle('wg-contrast', look.value.contrast === 'high')
}

export function setLook(changes: Partial<Look>): void {
  look.value = { ...look.value, ...changes }
  apply()
  try {
    localStorage.setItem(KEY, JSON.stringify(look.value))
  } catch {
    // A browser without storage keeps it until it is closed.
  }
}

apply()
