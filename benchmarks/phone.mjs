// A phone for the benchmarks: Chromium on a profile that stays, at a phone's size, and the ways of a person through the app.
import { chromium } from '@playwright/test'

export const CPU_SLOWED = 4
export const PIN = '481516'
const ON_THE_PHONE = 90_000

export const openPhone = ({ profile, chromium: executablePath }) =>
  chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
  })

export async function until(what, get, ms = ON_THE_PHONE) {
  const deadline = Date.now() + ms
  let last
  while (Date.now() < deadline) {
    last = await get()
    if (last) return last
    await new Promise((done) => setTimeout(done, 250))
  }
  throw new Error(`waited ${ms / 1000} s in vain: ${what}`)
}

export const isControlled = (page) =>
  until('the service worker keeps the page', () =>
    page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === 'activated'),
  )

/** How many rows a table of the phone's store has; they are encrypted, and say no more than that. */
const count = (page, table) =>
  page.evaluate(async (table) => {
    const name = (await indexedDB.databases()).map((d) => d.name).find((n) => /^wangge-[0-9a-f]{8}-/.test(n))
    if (!name) return 0
    const db = await new Promise((done, fail) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => done(opening.result)
      opening.onerror = () => fail(opening.error)
    })
    const rows = await new Promise((done) => {
      const counting = db.transaction(table).objectStore(table).count()
      counting.onsuccess = () => done(counting.result)
    })
    db.close()
    return rows
  }, table)

/** Sign in, choose a PIN, and wait until all employers are on the phone, packed for the next start. */
export async function signIn(page, app, { login, password, employers }) {
  await page.goto(app)
  await page.getByLabel('账号').fill(login)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  for (const heading of ['设置解锁码', '再输一次']) {
    await page.getByRole('heading', { name: heading }).waitFor()
    await page.keyboard.type(PIN)
    await page.keyboard.press('Enter')
  }
  await until('all employers are on the phone', async () => (await count(page, 'employers')) >= employers)
  let packs = 0
  await until('they are packed for the next start', async () => {
    const before = packs
    packs = await count(page, 'packs')
    await new Promise((done) => setTimeout(done, 1_000))
    return packs > 0 && packs === before
  })
}

/** The page's own thread as a cheap phone has it: the DevTools protocol does not slow workers. */
export async function slowDown(phone, page, rate = CPU_SLOWED) {
  const tools = await phone.newCDPSession(page)
  await tools.send('Emulation.setCPUThrottlingRate', { rate })
}
