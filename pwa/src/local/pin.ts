/** Which PINs are no PINs, and how long somebody waits who keeps guessing. */

export interface PinRules {
  /** Without, the store opens by itself on this phone; it is encrypted all the same. */
  required: boolean
  min_digits: number
  idle_minutes: number
  free_tries: number
  delay_s: number
  delay_max_s: number
  /** Rounds of PBKDF2 for a PIN that is set now. */
  rounds: number
}

/** The rules of the deployment, from its policies. */
export function pinRules(policies: Record<string, unknown>): PinRules {
  return {
    required: policies.phone_pin_required !== false,
    min_digits: Number(policies.phone_pin_min_digits),
    idle_minutes: Number(policies.phone_lock_idle_minutes),
    free_tries: Number(policies.phone_pin_free_tries),
    delay_s: Number(policies.phone_pin_delay_s),
    delay_max_s: Number(policies.phone_pin_delay_max_s),
    rounds: Number(policies.phone_pin_rounds),
  }
}

/** What people choose first, besides what is seen below: rows of the keypad, 我爱你 and the like. */
const COMMON = new Set(['147258', '258369', '159357', '147852', '520131', '131452', '520520', '789456', '741852'])

/** Why a PIN will not do; null when it will. */
export function pinTrouble(pin: string, minDigits: number): 'short' | 'trivial' | null {
  if (!/^\d+$/.test(pin) || pin.length < minDigits) return 'short'
  const steps = new Set([...pin].slice(1).map((digit, i) => (Number(digit) - Number(pin[i]) + 10) % 10))
  const isRun = steps.size === 1 && [0, 1, 9].includes([...steps][0]!)
  const isRepeated = /^(\d{1,3})\1+$/.test(pin)
  const isPairs = /^(?:(\d)\1)+$/.test(pin)
  return isRun || isRepeated || isPairs || COMMON.has(pin.slice(0, 6)) ? 'trivial' : null
}

/** How long to wait after so many wrong tries, in ms: nothing at first, then doubling. */
export function waitAfter(failed: number, rules: PinRules): number {
  if (failed < rules.free_tries) return 0
  return 1000 * Math.min(rules.delay_max_s, rules.delay_s * 2 ** Math.min(20, failed - rules.free_tries))
}
