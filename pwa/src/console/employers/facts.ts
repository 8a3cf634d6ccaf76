import type { EmployerDetail } from '../data/types'
import { distanceText } from '../wording/checkIn'
import { momentText } from '../wording/time'

/** A fact of a file: its name for the screen, its text, and a key to compare two files by. */
export interface Fact {
  key: string
  name: string
  value: string
}
type Translate = (key: string, values?: Record<string, string | number>) => string

/** A file's facts in the order a clerk reads them; empty ones stay empty. */
export function employerFacts(employer: EmployerDetail, t: Translate, language: string): Fact[] {
  const fact = (key: string, value: string | number | null | undefined): Fact => ({
    key,
    name: t(`employer.${key}`),
    value: value === null || value === undefined ? '' : String(value),
  })
  const position = employer.position ? `${employer.position[1].toFixed(5)}, ${employer.position[0].toFixed(5)}` : ''
  const accuracy = employer.accuracy_m ? ` ± ${distanceText(employer.accuracy_m, language)}` : ''
  return [
    fact(
      'uscc',
      employer.uscc ??
        (employer.no_uscc_reason ? t(`employer.noUsccReason.${employer.no_uscc_reason}`) : t('employer.noUscc')),
    ),
    fact('address', employer.address),
    fact('grid', employer.grid?.path_names?.join(' › ') ?? employer.grid?.name),
    fact('contact', [employer.contact_name, employer.contact_phone].filter(Boolean).join(' ')),
    fact('industry', employer.industry_code),
    fact('employees', employer.employees),
    fact('position', position && position + accuracy),
    fact('lastVisit', momentText(employer.last_visited_at) || t('employer.neverVisited')),
    fact('note', employer.note),
  ]
}

/** Which facts of two files differ: only where both say something. */
export function differingFacts(one: readonly Fact[], other: readonly Fact[]): Set<string> {
  const values = new Map(other.map((fact) => [fact.key, fact.value]))
  const tidy = (text: string) => text.replace(/\s+/g, '')
  return new Set(
    one
      .filter((fact) => fact.value && values.get(fact.key) && tidy(values.get(fact.key)!) !== tidy(fact.value))
      .map((fact) => fact.key),
  )
}

/** An address without the province and the city that every address here begins with. */
export function shortAddress(address: string): string {
  return address.replace(/^(?:.{2,7}?(?:省|自治区))?.{1,6}?市(?=.{1,12}?[市区县镇乡街])/u, '')
}
