/** A form being filled in: what the file says, what was typed over it, and what the checks make of both together. */
import { computed, type Ref } from 'vue'
import { problemsOf, type Problem, type Values } from './checks'
import { FIELDS, SECTIONS, type FormField } from './form'
import { cleanValue, isSame, type Cleaned } from './values'

export interface Typed {
  /** By field: a text as it was typed, a choice, a list. Null clears. */
  said: Record<string, unknown>
  /** Why a warning was left standing, by the check's code. */
  kept: Record<string, string>
}

export function useSurvey(known: Ref<Values>, typed: Typed, policies: () => Values, today: () => string) {
  const cleaned = computed(() => {
    const found = new Map<string, Cleaned>()
    for (const [key, raw] of Object.entries(typed.said)) {
      const field = FIELDS.get(key)
      if (field) found.set(key, cleanValue(field, raw))
    }
    return found
  })
  const unfit = computed(() => {
    const found = new Map<string, { code: string; values?: Record<string, string | number> }>()
    for (const [key, one] of cleaned.value) if (!one.ok) found.set(key, one)
    if (cleaned.value.has('name') && isSame(values.value.name, null)) found.set('name', { code: 'missing' })
    return found
  })
  /** The file as it would be. */
  const values = computed<Values>(() => {
    const now: Values = { ...known.value }
    for (const [key, one] of cleaned.value) if (one.ok) now[key] = one.value
    return now
  })
  const changes = computed<Values>(() => {
    const found: Values = {}
    for (const [key, one] of cleaned.value) if (one.ok && !isSame(one.value, known.value[key])) found[key] = one.value
    return found
  })
  const problems = computed(() => problemsOf(values.value, policies(), today()))
  const errors = computed(() => problems.value.filter(({ severity }) => severity === 'error'))
  /** Warnings for which nobody has said why they may stand. */
  const unexplained = computed(() =>
    problems.value.filter(({ severity, code }) => severity !== 'error' && !typed.kept[code]?.trim()),
  )
  /** Errors that this edit itself makes: between fields that were touched. */
  const ownErrors = computed(() => errors.value.filter(({ fields }) => fields.every((key) => key in changes.value)))

  const sections = computed(() =>
    SECTIONS.map((section) => {
      const keys = new Set(section.fields.map(({ key }) => key))
      return {
        section,
        filled: section.fields.filter(({ key }) => !isSame(values.value[key], null)).length,
        problems: problems.value.filter(({ fields }) => keys.has(fields[0]!)),
        unfit: section.fields.filter(({ key }) => unfit.value.has(key)).length,
      }
    }),
  )

  /** What stands in an input. */
  function rawOf(field: FormField): unknown {
    if (field.key in typed.said) return typed.said[field.key]
    const value = known.value[field.key]
    return typeof value === 'number' ? String(value) : (value ?? null)
  }
  function say(field: FormField, raw: unknown) {
    typed.said[field.key] = raw
  }
  function keep(code: string, reason: string) {
    typed.kept[code] = reason
  }
  const keptReasons = computed(() => {
    const standing = new Set(problems.value.map(({ code }) => code))
    return Object.fromEntries(
      Object.entries(typed.kept)
        .filter(([code, reason]) => standing.has(code) && reason.trim())
        .map(([code, reason]) => [code, reason.trim()]),
    )
  })
  /** Everything the form says, as it is sent with a filling. */
  const answers = computed(() =>
    Object.fromEntries([...FIELDS.keys()].map((key) => [key, values.value[key]]).filter(([, v]) => !isSame(v, null))),
  ) as Ref<Values>

  return {
    known,
    typed,
    unfit,
    values,
    changes,
    problems,
    errors,
    ownErrors,
    unexplained,
    sections,
    keptReasons,
    answers,
    rawOf,
    say,
    keep,
  }
}

export type Survey = ReturnType<typeof useSurvey>
export type { Problem }
