/** What speaks for an entry of the key list, as sentences to fill: by their names, which both apps have words for. */
import type { components } from '@/api/schema.gen'

export type KeyFacts = components['schemas']['KeyListFacts']

export interface Said {
  name: string
  values: Record<string, string | number>
}

/** The sentences of an entry's facts, in the order in which one reads them. */
export function keyFacts(facts: KeyFacts): Said[] {
  const said: Said[] = []
  const add = (name: string, values: Said['values']) => said.push({ name, values })
  if (facts.filed_on) add('filed', { day: facts.filed_on })
  if (facts.opened_on) add('opened', { day: facts.opened_on })
  if (facts.since) add('since', { day: facts.since })
  if (facts.amount !== undefined && facts.amount !== null) add('amount', { amount: yuan(facts.amount) })
  if (facts.people) add('people', { n: facts.people })
  if (facts.count && facts.first && facts.last) {
    if (facts.first === facts.last) add('once', { n: facts.count, day: facts.first })
    else add('times', { n: facts.count, first: facts.first, last: facts.last })
  }
  if (facts.grade) add('grade', { grade: facts.grade })
  return said
}

/** Yuan with separators; cents only where there are any. */
export const yuan = (amount: number) =>
  amount.toLocaleString('en-US', { minimumFractionDigits: Number.isInteger(amount) ? 0 : 2, maximumFractionDigits: 2 })
