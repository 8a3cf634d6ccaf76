/** A field's value as it is read: words for choices, names for industries. */
import { industryName, nameOf, type FormField, type Site } from './form'

export function shownValue(field: FormField | undefined, value: unknown, language: string): string {
  const isEnglish = language.startsWith('en')
  if (value === null || value === undefined || value === '') return isEnglish ? '(empty)' : '（空）'
  if (typeof value === 'boolean') return isEnglish ? (value ? 'Yes' : 'No') : value ? '是' : '否'
  if (field?.kind === 'choice') {
    const choice = field.choices?.find(({ code }) => code === value)
    return choice ? nameOf(choice, language) : String(value)
  }
  if (field?.kind === 'industry') return `${String(value)} ${industryName(String(value))}`.trim()
  if (field?.kind === 'sites') return (value as Site[]).map(({ name }) => name).join(isEnglish ? ', ' : '、')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
