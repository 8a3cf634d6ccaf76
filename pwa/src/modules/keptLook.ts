/** How she wants the app to look and behave on this phone: kept on the phone, applied before the first paint. */
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

export function keptLook(): Look {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Look>) }
  } catch {
    return FIRST
  }
}

export function keepLook(look: Look): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(look))
  } catch {
    // A browser without storage keeps it until it is closed.
  }
}

export function applyLook({ type, contrast }: Look): void {
  const { classList } = document.documentElement
  classList.toggle('wg-large', type === 'large')
  classList.toggle('wg-contrast', contrast === 'high')
}
