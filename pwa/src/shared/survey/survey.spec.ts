/** The form's values and checks by the vectors that the server is held to as well. */
import { describe, expect, it } from 'vitest'
import { reactive, ref } from 'vue'
import vectors from '../../../../tests/fixtures/survey/vectors.json'
import { problemsOf, saidOf, type Values } from './checks'
import { divisions } from './divisions'
import { findCodes } from './find'
import { CHECKS, FIELDS, INDUSTRIES } from './form'
import { useSurvey } from './useSurvey'
import { cleanValue } from './values'
import en from './words.en'
import zh from './words.zh'

interface ValueVector {
  field: string
  said: unknown
  value?: unknown
  code?: string
}

describe('a value', () => {
  it.each(vectors.values as ValueVector[])('$field: $said', ({ field, said, value, code }) => {
    const found = cleanValue(FIELDS.get(field)!, said)
    expect(found.ok ? { value: found.value } : { code: found.code }).toEqual(code ? { code } : { value })
  })
  it('is read as it is typed, in full width too', () => {
    expect(cleanValue(FIELDS.get('on_roll')!, ' １２ ')).toEqual({ ok: true, value: 12 })
    expect(cleanValue(FIELDS.get('pay_lowest')!, '1,820.50')).toEqual({ ok: true, value: 1820.5 })
    expect(cleanValue(FIELDS.get('on_roll')!, '十二')).toMatchObject({ ok: false, code: 'not_a_number' })
  })
})

describe('the checks', () => {
  it.each(vectors.checks)('$name', ({ answers, codes, today }) => {
    expect(problemsOf(answers as Values, vectors.policies, today).map(({ code }) => code)).toEqual(codes)
  })
  it('are said with their figures and their source in both languages', () => {
    const [problem] = problemsOf({ uscc: 'x', hours_day: 9 }, vectors.policies, '2026-11-27')
    expect(saidOf(problem!, 'zh-CN').text).toBe('每日工作 9 小时，超过 8 小时。')
    expect(saidOf(problem!, 'en').text).toBe('9 hours a day; 8 are allowed.')
    expect(saidOf(problem!, 'en').source).toContain('§3')
  })
  it('and every refusal has words', () => {
    expect(Object.keys(zh.bad).sort()).toEqual(Object.keys(en.bad).sort())
    for (const { code } of vectors.values as ValueVector[]) if (code) expect(zh.bad).toHaveProperty(code)
    expect(CHECKS.length).toBeGreaterThan(30)
  })
})

describe('a code is found', () => {
  it('by digits, by name and by pinyin initials', () => {
    expect(findCodes(INDUSTRIES, '36')[0]).toMatchObject({ code: '36', name: '汽车制造业' })
    expect(findCodes(INDUSTRIES, '餐饮').map(({ code }) => code)).toContain('62')
    expect(findCodes(INDUSTRIES, 'qczzy')[0]).toMatchObject({ code: '36' })
  })
  it('also a division of the whole country, Weifang first', () => {
    const all = divisions()
    expect(all.length).toBeGreaterThan(2_900)
    expect(all[0]!.code.startsWith('3707')).toBe(true)
    expect(findCodes(all, '奎文')[0]).toMatchObject({ code: '370705' })
  })
})

describe('a form being filled in', () => {
  const start = (known: Values) => {
    const typed = reactive({ said: {} as Record<string, unknown>, kept: {} as Record<string, string> })
    return { typed, survey: useSurvey(ref(known), typed, () => vectors.policies, () => '2026-11-27') } // prettier-ignore
  }
  it('sends only what differs from the file', () => {
    const { survey } = start({ name: '一家', uscc: 'x', on_roll: 5 })
    survey.say(FIELDS.get('on_roll')!, '5')
    survey.say(FIELDS.get('migrant')!, '2')
    survey.say(FIELDS.get('name')!, '一家 ')
    expect(survey.changes.value).toEqual({ migrant: 2 })
  })
  it('lets a warning stand with a reason and an error never', () => {
    const { survey, typed } = start({ name: '一家', uscc: 'x' })
    survey.say(FIELDS.get('hours_day')!, '9')
    survey.say(FIELDS.get('on_roll')!, '4')
    survey.say(FIELDS.get('migrant')!, '很多')
    expect(survey.unexplained.value.map(({ code }) => code)).toEqual(['hours_day'])
    typed.kept.hours_day = '赶工'
    typed.kept.gone = '没有这个'
    expect(survey.unexplained.value).toEqual([])
    expect(survey.keptReasons.value).toEqual({ hours_day: '赶工' })
    expect([...survey.unfit.value.keys()]).toEqual(['migrant'])
    survey.say(FIELDS.get('on_roll_male')!, '1')
    survey.say(FIELDS.get('on_roll_female')!, '1')
    expect(survey.ownErrors.value.map(({ code }) => code)).toEqual(['roll_sex'])
  })
  it('asks for the name when it is taken away', () => {
    const { survey } = start({ name: '一家', uscc: 'x' })
    survey.say(FIELDS.get('name')!, ' ')
    expect(survey.unfit.value.get('name')).toEqual({ code: 'missing' })
  })
})
