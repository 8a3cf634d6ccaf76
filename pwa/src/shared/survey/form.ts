/** The survey form 用人单位调查登记表 as data: the same file that the server reads, so that both sides ask and check the same. */
import source from '../../../../backend/wangge/employer_files/form.json'
import industries from '../../../../backend/wangge/employer_files/industries.json'

export interface Named {
  zh: string
  en: string
}

export type FieldKind =
  | 'text'
  | 'phone'
  | 'credit_code'
  | 'id_tail'
  | 'division'
  | 'date'
  | 'month'
  | 'industry'
  | 'choice'
  | 'yes_no'
  | 'count'
  | 'int'
  | 'money'
  | 'hours'
  | 'sites'

export interface FormField extends Named {
  key: string
  kind: FieldKind
  /** A column of the employer's own row; the rest are answers of the form. */
  column?: boolean
  private?: boolean
  long?: boolean
  min?: number
  max?: number
  choices?: (Named & { code: string })[]
}

export interface FormSection extends Named {
  key: string
  hint?: Named
  fields: FormField[]
}

export type Expression = string | number | boolean | null | { [op: string]: unknown }

export interface Check extends Named {
  code: string
  severity: 'error' | 'warning' | 'alert'
  fields: string[]
  one_of?: string[]
  left?: Expression
  op?: string
  right?: Expression
  limit?: string
  source?: string
  when?: Condition
  unless?: Condition
}

export interface Condition {
  field: string
  in?: unknown[]
  above?: number
}

export interface Industry {
  code: string
  name: string
  initials: string
  parent?: string
}

const form = source as unknown as { sections: FormSection[]; checks: Check[] }
export const SECTIONS = form.sections
export const CHECKS = form.checks
export const FIELDS = new Map(SECTIONS.flatMap(({ fields }) => fields).map((field) => [field.key, field]))
/** Sections 门类 and divisions 大类 of GB/T 4754-2017. */
export const INDUSTRIES: Industry[] = industries.items
export const INDUSTRY_NAMES = new Map(INDUSTRIES.map(({ code, name }) => [code, name]))

/** A place of an employer besides its own address. */
export interface Site {
  id: string
  kind: 'site' | 'project'
  name: string
  address: string
  position: [number, number] | null
}

export const nameOf = (named: Named, language: string): string => (language.startsWith('en') ? named.en : named.zh)

/** What an industry's code means, as far down as its name is known. */
export function industryName(code: string): string {
  return INDUSTRY_NAMES.get(code) ?? INDUSTRY_NAMES.get(code.slice(0, 2)) ?? ''
}
