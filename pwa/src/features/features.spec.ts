import { describe, expect, it } from 'vitest'
import { fit } from './employers/search'
import { judge } from './checkins/judge'
import { nextStop, viewPatrol } from './patrols/progress'
import { FIRST_POLICIES, type Stop } from '@/local/shapes'
import type { EmployerRow, PatrolRow, RecordRow } from '@/local/db'
import en from '@/locales/en'
import zhFirst from '@/locales/zh-CN'
import zhDay from '@/locales/zh-CN.day'
import zhFile from '@/locales/zh-CN.file'
import zhNote from '@/locales/zh-CN.note'
import { capture, checkInOf, employerOf, NOON, visitOf } from '@/testing/phone'
import { initialsOf } from '@/shared/pinyin'

const row = (name: string, changes: Partial<EmployerRow> = {}): EmployerRow => ({
  ...employerOf('e1', { name }),
  initials: initialsOf(name),
  generation: 1,
  local: 0,
  gone: 0,
  ...changes,
})

describe('searching employers', () => {
  const employer = row('潍坊宏发机械有限公司', { uscc: '913700007456765902', address: '东风街 8 号' })
  it.each([
    ['潍坊', 5],
    ['宏发', 4],
    ['wfhf', 3],
    ['hfjx', 2],
    ['7456765902', 2],
    ['东风街', 1],
    ['zzz', 0],
    ['  ', 1],
  ])('%s fits %i', (typed, score) => expect(fit(employer, typed)).toBe(score))
})

describe('a check-in, before it is made', () => {
  const fix = { lon: 118.77, lat: 36.92, accuracy_m: 20, at: NOON }
  const at = (metres: number): [number, number] => [118.77, 36.92 + metres / 111_195]
  const look = (changes: object, site: [number, number] | null, now = NOON) =>
    judge({ ...fix, ...changes }, site, FIRST_POLICIES, now)

  it('is on site within the radius and the phone’s own accuracy', () => {
    expect(look({}, at(99))).toMatchObject({ is_on_site: true })
    expect(look({}, at(119))).toMatchObject({ is_on_site: true })
    expect(look({}, at(125))).toMatchObject({ is_on_site: false, is_far: true })
  })
  it('proves nothing with a poor or an old position', () => {
    expect(look({ accuracy_m: 2_000 }, at(5))).toMatchObject({ is_on_site: false, is_poor: true, is_far: false })
    expect(look({}, at(5), NOON + 61_000)).toMatchObject({ is_on_site: false, is_stale: true })
  })
  it('says nothing of distance where one of the two is not known', () => {
    expect(look({}, null)).toMatchObject({ distance_m: null, is_on_site: false, is_far: false })
    expect(judge(null, at(5), FIRST_POLICIES, NOON)).toMatchObject({ distance_m: null, is_on_site: false })
  })
})

describe('today’s round', () => {
  const stop = (seq: number, changes: Partial<Stop> = {}): Stop => ({
    id: `s${seq}`,
    employer_id: `e${seq}`,
    seq,
    status: 'planned',
    name: `单位${seq}`,
    position: [118.77 + seq / 100, 36.92],
    ...changes,
  })
  const patrol: PatrolRow = {
    id: 'p1',
    title: '今日巡查',
    planned_on: '2026-11-24',
    status: 'planned',
    note: '',
    version: 1,
    assignee_id: 'me',
    stops: [stop(2), stop(1), stop(3, { position: null })],
    generation: 1,
  }
  const record = (kind: RecordRow['kind'], employer_id: string | null): RecordRow => ({
    id: `${kind}-${employer_id}`,
    kind,
    employer_id,
    patrol_id: 'p1',
    stop_id: null,
    captured_at: capture().captured_at,
    captured_on: '2026-11-24',
    binding: capture().binding,
    payload: kind === 'visit' ? visitOf('e1') : checkInOf('e1'),
  })

  it('counts what was captured here, before the server knows', () => {
    const view = viewPatrol(patrol, [record('patrol_start', null), record('visit', 'e1')], null)
    expect(view).toMatchObject({ status: 'started', done: 1 })
    expect(view.stops.map((s) => s.state)).toEqual(['visited', 'planned', 'planned'])
  })
  it('goes on with what was begun, then to the nearest, else by the plan', () => {
    expect(nextStop(viewPatrol(patrol, [], null))?.seq).toBe(1)
    expect(nextStop(viewPatrol(patrol, [], [118.79, 36.92]))?.seq).toBe(2)
    expect(nextStop(viewPatrol(patrol, [record('check_in', 'e3')], [118.79, 36.92]))?.seq).toBe(3)
    expect(nextStop(viewPatrol({ ...patrol, stops: [] }, [], null))).toBeNull()
  })
  it('ends here when it was ended here', () => {
    expect(viewPatrol(patrol, [record('patrol_finish', null)], null).status).toBe('finished')
    expect(viewPatrol({ ...patrol, status: 'cancelled' }, [record('patrol_finish', null)], null).status).toBe(
      'cancelled',
    )
  })
})

/** The words of the first paint, and those that come with the day's pages. */
const zh = { ...zhFirst, ...zhDay, ...zhFile, ...zhNote }

describe('the words', () => {
  type Words = { [key: string]: string | Words }
  const flat = (words: Words, path = ''): [string, string][] =>
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as [string, string]] : flat(value, `${path}${key}.`),
    )
  const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

  it('are there in both languages, with the same holes to fill', () => {
    const english = new Map(flat(en as unknown as Words))
    for (const [key, text] of flat(zh as unknown as Words)) {
      expect(english.has(key), key).toBe(true)
      expect(holes(english.get(key)!), key).toEqual(holes(text))
    }
  })

  it('are those that the screens ask for', () => {
    const known = new Set(flat(zh as unknown as Words).map(([key]) => key))
    const screens = import.meta.glob<string>('./**/*.vue', { query: '?raw', import: 'default', eager: true })
    const asked = Object.values(screens).flatMap((text) => [...text.matchAll(/\bt\('([\w.]+)'/g)].map((m) => m[1]!))
    expect(asked.length).toBeGreaterThan(100)
    expect(asked.filter((key) => !known.has(key))).toEqual([])
  })
})
