/** Walk through phone and desk as on a working day and take a picture of each main screen. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { ROOT } from '../../support/server'
import { beside } from '../support/city'
import { creditCode } from '../support/creditCode'
import { standAt } from '../support/phone'
import { DESK_SCREENS, FIELD_SCREENS } from '../support/screens'
import { expect, test } from '../support/stage'

const FOLDER = process.env.WANGGE_SCREENSHOTS ?? join(ROOT, 'docs/screenshots')
const WAITING = '好邻居便利店'

async function take(page: Page, name: string): Promise<void> {
  // What is said for a moment only is no part of a screen.
  await expect(page.locator('.wg-toast:visible, .el-message:visible')).toHaveCount(0)
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', scale: 'css' })
}

test('pictures of every main screen', async ({ newPhone, desk, city, photos }) => {
  mkdirSync(FOLDER, { recursive: true })
  const who = await city.demoSupervisor()
  const [stop, second] = await city.stopsToday(who)
  const { app, context } = await newPhone()
  await standAt(context, beside(stop!.position, 18, 9), 12)

  for (const [name, reach] of FIELD_SCREENS) {
    await reach({ app, city, login: who.login, employer: stop!, photo: photos.lying })
    await take(app.page, `phone-${name}`)
    // After the picture of the day's plan the day begins.
    if (name === 'today') await app.page.getByRole('button', { name: '开始巡查' }).click()
  }
  await app.choose('English')
  await expect(app.page.getByRole('heading', { name: 'English' }).or(app.page.locator('html[lang=en]'))).toBeAttached()
  await app.page.goto('/')
  await expect(app.page.getByRole('listitem').first()).toBeVisible()
  await take(app.page, 'phone-today.en')
  await app.page.goto('/me')
  await app.choose('中文')

  // More for the desk to see: a far-off check-in, and a new employer with a photo of its front.
  await standAt(context, beside(second!.position, 640), 15)
  await app.openStop(second!.name)
  await app.openCheckIn()
  await app.checkIn()
  await standAt(context, beside(stop!.position, 60, 45), 9)
  await app.page.goto('/employers/new')
  await app.page.getByLabel('单位名称').fill(WAITING)
  await app.page.getByLabel('统一社会信用代码').fill(creditCode(40_112_706))
  await app.page.getByRole('button', { name: '用我现在的位置' }).click()
  await app.page.getByLabel('地址').fill('圣城街 128 号')
  await app.page.getByLabel('大约多少职工').fill('6')
  await app.addPhotos([photos.lying])
  await app.page.getByRole('button', { name: '保存登记' }).click()
  await app.expectAllSafe()

  const scene = { desk, city, patrol_id: stop!.patrol_id, employer_id: stop!.id, waiting: WAITING }
  for (const [name, reach] of DESK_SCREENS) {
    await reach(scene)
    await take(desk.page, `desk-${name}`)
  }
  await desk.page.getByRole('button', { name: 'English' }).click()
  await expect(desk.page.getByText('English').and(desk.page.locator('[aria-pressed="true"]'))).toBeVisible()
  await desk.page.goto('/console/uncovered')
  await expect(desk.page.getByRole('row').nth(1)).toBeVisible()
  await desk.page.waitForLoadState('networkidle')
  await take(desk.page, 'desk-uncovered.en')

  execFileSync(join(ROOT, '.venv/bin/python'), [join(import.meta.dirname, 'finish.py'), FOLDER], { stdio: 'inherit' })
})
