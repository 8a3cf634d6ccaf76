/** Putting answers together: what was said before and what is being changed now. */
import type { Answers, Draft, RepairCode } from './types'

type Consents = Answers['repairs']

/** Whether a repair is agreed to: for all features, or for the one at this place. */
export function agrees(consents: Consents, code: RepairCode, position: number | null): boolean {
  return (consents ?? []).some(
    (one) => one.code === code && (one.positions == null || (position !== null && one.positions.includes(position))),
  )
}

/** Agree to a repair, or no longer. `position` null means every feature that needs it. */
export function withConsent(consents: Consents, code: RepairCode, position: number | null, on: boolean): Consents {
  const others = (consents ?? []).filter((one) => one.code !== code)
  const mine = (consents ?? []).find((one) => one.code === code)
  if (position === null) return on ? [...others, { code, positions: null }] : others
  // taking one back from "all" is not said here: the box of a single feature is disabled then
  if (mine && mine.positions == null) return consents
  const positions = new Set(mine?.positions ?? [])
  if (on) positions.add(position)
  else positions.delete(position)
  return positions.size ? [...others, { code, positions: [...positions].sort((a, b) => a - b) }] : others
}

/** The places of features that are left out, with one more or one less. */
export function withLeftOut(leftOut: readonly number[] | undefined, position: number, on: boolean): number[] {
  const places = new Set(leftOut ?? [])
  if (on) places.add(position)
  else places.delete(position)
  return [...places].sort((a, b) => a - b)
}

/** Only what differs from the answers that are already there. */
export function changedOnly(answers: Answers, draft: Draft): Draft {
  return Object.fromEntries(
    Object.entries(draft).filter(
      ([key, value]) => JSON.stringify(value ?? null) !== JSON.stringify(answers[key as keyof Answers] ?? null),
    ),
  )
}
