/** Every page of the field app brings the words that it asks for, whichever is opened first after a start. */
import { describe, expect, it } from 'vitest'
import first from '@/locales/zh-CN'
import day from '@/locales/zh-CN.day'
import file from '@/locales/zh-CN.file'
import note from '@/locales/zh-CN.note'

type Words = { [key: string]: string | Words }
const WORDS: Record<string, Words> = { day, file, note } as unknown as Record<string, Words>
const sources = import.meta.glob<string>(
  ['./*.{ts,vue}', './{features,shared,modules,local,sync,api,door}/**/*.{ts,vue}', '!./**/*.spec.ts'],
  { query: '?raw', import: 'default', eager: true },
)

/** The file that an import names, as `sources` names it; null for a package. */
function resolve(named: string, from: string): string | null {
  if (!named.startsWith('.') && !named.startsWith('@/')) return null
  const base = new URL(named.startsWith('@/') ? `file:///${named.slice(2)}` : named, `file:///${from.slice(2)}`)
  const path = `.${base.pathname}`
  return [path, `${path}.ts`, `${path}/index.ts`].find((one) => one in sources) ?? null
}

/** The page and all that it imports with it: what comes later brings its own words. */
function withImports(page: string, seen = new Set<string>()): Set<string> {
  if (seen.has(page)) return seen
  seen.add(page)
  for (const [, named] of sources[page]!.matchAll(/^(?:import|export)\s(?!type)[^'"]*?from '([^']+)'/gms)) {
    const found = resolve(named!, page)
    if (found) withImports(found, seen)
  }
  return seen
}

const has = (words: Words, key: string): boolean => {
  const [head, ...rest] = key.split('.')
  const value = words[head!]
  if (value === undefined) return false
  return rest.length === 0 || rest[0] === '' ? true : typeof value !== 'string' && has(value, rest.join('.'))
}

/** What a call's brackets hold, but for what stands in brackets within them. */
function inBrackets(text: string, from: number): string {
  let [depth, inside] = [1, '']
  for (let at = from; at < text.length && depth; at++) {
    if (text[at] === ')') depth--
    if (depth === 1) inside += text[at]
    if (text[at] === '(') depth++
  }
  return inside
}

/** What is asked for by its whole name, and the beginnings of what is put together. */
const asked = (text: string) =>
  [...text.matchAll(/(?<![\w.])\$?te?\(/g)]
    .map((call) => inBrackets(text, call.index + call[0].length))
    .flatMap((inside) => [...inside.matchAll(/['`]([a-z]\w*(?:\.\w+)*\.?)(?=['`$])/gi)].map((m) => m[1]!))
    .filter((key) => key.includes('.'))

const routes = [...sources['./router.ts']!.matchAll(/component:\s*((?:\w+\()*)\(\) => import\('([^']+)'\)/g)]
const pages = routes.map(([, wrapped, named]) => ({
  page: resolve(named!, './router.ts')!,
  brings: [...wrapped!.matchAll(/\w+/g)].map(([name]) => name),
}))
pages.push({ page: './features/patrols/TodayPage.vue', brings: [] }, { page: './App.vue', brings: [] })

describe('the words of each page', () => {
  it('are looked for in all of them', () => {
    expect(pages.length).toBeGreaterThan(18)
    expect(pages.flatMap(({ page }) => asked(sources[page]!)).length).toBeGreaterThan(200)
  })

  it.each(pages)('$page', ({ page, brings }) => {
    for (const source of withImports(page)) {
      const text = sources[source]!
      const known = [...brings, ...[...text.matchAll(/from '@\/modules\/(\w+)Texts'/g)].map((m) => m[1]!)]
      const words = [first as unknown as Words, ...known.map((name) => WORDS[name]!)]
      const missing = asked(text).filter((key) => !words.some((some) => has(some, key)))
      expect(missing, source).toEqual([])
    }
  })
})
