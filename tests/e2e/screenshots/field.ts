/**
 * Every field screen on a small phone, in both languages, in normal and in large type: to be looked at by a person. Beside each
 * picture it is checked what a machine can see: nothing wider than the phone, nothing to tap smaller than 44 px, no word left
 * untranslated.
 *
 *   WANGGE_SCREENSHOTS=folder npx playwright test --config e2e/screenshots/playwright.config.ts field.ts
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { ROOT } from '../../support/server'
import { beside } from '../support/city'
import { standAt } from '../support/phone'
import { expect, test } from '../support/stage'

const FOLDER = process.env.WANGGE_SCREENSHOTS ?? join(ROOT, '.cache/field-screens')
const LOOKS = [
  ['zh-CN', 'normal'],
  ['zh-CN', 'large'],
  ['en', 'normal'],
  ['en', 'large'],
] as const

/** Go where the app's own links go, without a reload and its PIN. */
async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState({}, '', to)
    dispatchEvent(new PopStateEvent('popstate', { state: {} }))
  }, path)
  await expect(page).toHaveURL((url) => url.pathname + url.search === path)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.waitForLoadState('networkidle')
  if (path.startsWith('/map')) await expect(page.locator('.map[data-base]')).toBeAttached({ timeout: 60_000 })
}

/** What a person would stumble over and a program can see. */
function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const zoom = Number(getComputedStyle(document.body).zoom) || 1
    const found: string[] = []
    if (document.documentElement.scrollWidth > window.innerWidth + 1) found.push('wider than the phone')
    for (const element of document.querySelectorAll<HTMLElement>(
      'button, a[href], input, textarea, select, [role=button]',
    )) {
      const box = element.getBoundingClientRect()
      const shown = element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
      if (!shown || box.width < 2) continue
      // A link within a sentence is as high as the sentence; a small box counts with the label around it.
      const area = element.closest('label')?.getBoundingClientRect() ?? box
      const isWithinText = element.tagName === 'A' && getComputedStyle(element).display === 'inline'
      if (
        !isWithinText &&
        !element.closest('.maplibregl-ctrl') &&
        Math.min(area.height, area.width) < 43.5 * Math.min(zoom, 1)
      ) {
        const name = (
          element.getAttribute('aria-label') ??
          element.innerText ??
          element.getAttribute('placeholder') ??
          ''
        ).trim()
        found.push(`${Math.round(area.width)}x${Math.round(area.height)} ${element.tagName} ${name.slice(0, 20)}`)
      }
    }
    const keys = document.body.innerText.match(/\b[a-z]+(?:\.[a-zA-Z_]+){1,3}\b(?!\.)/g) ?? []
    return [
      ...found,
      ...keys.filter((key) => !/\.(com|cn|gov|html|pdf)/.test(key)).map((key) => `untranslated? ${key}`),
    ]
  })
}

test('every field screen, to be looked at', async ({ newPhone, city, photos }) => {
  test.setTimeout(600_000)
  mkdirSync(FOLDER, { recursive: true })
  const who = await city.demoSupervisor()
  const [stop] = await city.stopsToday(who)
  const { app, context } = await newPhone()
  const { page } = app
  const seen: string[] = []
  const take = async (name: string) => {
    await expect(page.locator('.wg-toast:visible')).toHaveCount(0)
    for (const fault of await faults(page)) seen.push(`${name}: ${fault}`)
    await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', scale: 'css' })
    // What is below the fold, once more.
    const more = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight > 60)
    if (!more) return
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    await page.screenshot({ path: join(FOLDER, `${name}.end.png`), animations: 'disabled', scale: 'css' })
  }

  await standAt(context, beside(stop!.position, 18, 9), 12)
  await page.goto('/')
  await expect(page.getByLabel('账号')).toBeVisible()
  await take('zh-CN.normal.00-sign-in')
  await app.signInAndReceive(who.login, city.password)
  await page.getByRole('button', { name: '跳过' }).click()
  // Whoever takes the pictures may have begun before.
  const start = page.getByRole('button', { name: '开始巡查' })
  await expect(start.or(page.getByRole('button', { name: '结束巡查' }))).toBeVisible()
  if (await start.isVisible()) await start.click()
  await app.openStop(stop!.name)
  await app.openCheckIn()
  await app.checkIn()
  await app.choose('了解情况')
  await page.getByLabel('见到谁').fill('王经理（人事）')
  await app.addFinding({ kind: '没签劳动合同', severity: '一般', note: '3 名新员工，已告知一个月内补签' })
  await app.addPhotos([photos.lying])
  await app.saveVisit()
  await app.expectAllSafe()
  await app.openStop(stop!.name)
  const employer = `/employers/${stop!.id}`
  await visit(page, '/outbox')
  const record = await page.getByRole('listitem').getByRole('link').first().getAttribute('href')
  const paths = [
    '/', '/map', `/map?employer=${stop!.id}`, '/employers', employer, `${employer}/file`, `${employer}/check-in`, `${employer}/visit`, '/employers/new', '/outbox',
    record!, '/talk', '/incident', '/summary', '/me', '/settings', '/pack', '/help', '/help/track', '/password',
  ] // prettier-ignore

  for (const [language, type] of LOOKS) {
    await visit(page, '/settings')
    const size = page.locator('.wg-card').first()
    const [zh, en] = type === 'large' ? ['大字', 'Large'] : ['标准', 'Standard']
    await size
      .getByText(zh!, { exact: true })
      .or(size.getByText(en!, { exact: true }))
      .click()
    await visit(page, '/me')
    await app.choose(language === 'en' ? 'English' : '中文')
    await expect(page.locator(`html[lang^=${language.slice(0, 2)}]`)).toBeAttached()
    for (const [i, path] of paths.entries()) {
      await visit(page, path)
      const name = path.replace(stop!.id, 'id').replace(record!, '/record').replace(/\W+/g, '-').replace(/^-|-$/g, '')
      await take(`${language}.${type}.${String(i + 1).padStart(2, '0')}-${name || 'today'}`)
    }
  }
  console.log(seen.join('\n'))
  expect(seen.filter((fault) => fault.includes('wider than'))).toEqual([])
})
