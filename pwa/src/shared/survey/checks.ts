/**
 * What must hold between the fields of the form: the checks of form.json, worked out. The same as
 * backend/wangge/employer_files/checks.py; tests/fixtures/survey/vectors.json holds both to the same answers.
 */
import { CHECKS, nameOf, type Check, type Condition, type Expression } from './form'

export interface Problem {
  code: string
  severity: 'error' | 'warning' | 'alert'
  fields: string[]
  left: unknown
  right: unknown
  limit: unknown
}

export type Values = Record<string, unknown>

interface Worked {
  value: unknown
  /** A sum of which some parts are missing: it can only grow. */
  isPartial: boolean
}

const DAY_MS = 86_400_000
const whole = (value: unknown): Worked => ({ value, isPartial: false })

function get(values: Values, key: string): unknown {
  const value = values[key]
  return value === undefined || value === '' ? null : value
}

function workOut(said: Expression | undefined, values: Values, policies: Values): Worked {
  if (typeof said === 'string') return whole(get(values, said))
  if (typeof said !== 'object' || said === null) return whole(said ?? null)
  if ('sum' in said) {
    const parts = (said.sum as string[]).map((key) => get(values, key))
    const given = parts.filter((part): part is number => part !== null)
    const value = given.length ? given.reduce((total, part) => total + part, 0) : null
    return { value, isPartial: given.length < parts.length }
  }
  if ('policy' in said) return whole(policies[said.policy as string] ?? null)
  if ('share' in said) {
    const [percent, base] = (said.share as Expression[]).map((part) => workOut(part, values, policies)) as [Worked, Worked] // prettier-ignore
    const isKnown = percent.value !== null && base.value !== null && !base.isPartial
    return whole(isKnown ? ((percent.value as number) * (base.value as number)) / 100 : null)
  }
  const [first, last] = (said.days as string[]).map((key) => get(values, key))
  return whole(
    first === null || last === null
      ? null
      : (Date.parse(`${last as string}T00:00:00Z`) - Date.parse(`${first as string}T00:00:00Z`)) / DAY_MS,
  )
}

function fits(condition: Condition, values: Values): boolean {
  const value = get(values, condition.field)
  if (condition.above !== undefined) return typeof value === 'number' && value > condition.above
  return condition.in?.includes(value) ?? false
}

function holds(op: string, left: unknown, right: unknown, isPartial: boolean, today: string): boolean {
  switch (op) {
    case 'not_future':
      return (left as string) <= today.slice(0, (left as string).length)
    case 'is':
      return left === right
    case '<=':
      return (left as number) <= (right as number)
    case '>=':
      return (left as number) >= (right as number)
    default:
      return left === right || (isPartial && (right as number) < (left as number))
  }
}

function broken(check: Check, values: Values, policies: Values, today: string): Problem | null {
  const { code, severity, fields } = check
  if (check.one_of) {
    const isGiven = check.one_of.some((key) => get(values, key) !== null)
    return isGiven ? null : { code, severity, fields, left: null, right: null, limit: null }
  }
  const { value: left } = workOut(check.left, values, policies)
  const { value: right, isPartial } = workOut(check.right, values, policies)
  const limit = check.limit ? (policies[check.limit] ?? null) : null
  const problem = { code, severity, fields, left, right, limit }
  if (check.op === 'filled') return left === null ? problem : null
  if (left === null || (right === null && check.op !== 'not_future')) return null
  return holds(check.op ?? '=', left, right, isPartial, today) ? null : problem
}

/** Every check that does not hold, in the form's order; `today` is a day in China, `policies` the limits of that day. */
export function problemsOf(values: Values, policies: Values, today: string): Problem[] {
  return CHECKS.flatMap((check) => {
    if (check.when && !fits(check.when, values)) return []
    if (check.unless && fits(check.unless, values)) return []
    return broken(check, values, policies, today) ?? []
  })
}

/** A problem in words, and the law that it comes from. */
export function saidOf(problem: Problem, language: string): { text: string; source: string } {
  const check = CHECKS.find(({ code }) => code === problem.code)
  if (!check) return { text: problem.code, source: '' }
  const text = nameOf(check, language).replace(/\{(left|right|limit)\}/g, (_, key: 'left' | 'right' | 'limit') =>
    String(problem[key] ?? ''),
  )
  return { text, source: check.source ?? '' }
}
