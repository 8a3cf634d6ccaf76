/** A supervisor's day in WebKit: sign in, lose the server, work on, photograph, start again, and have it all arrive. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { By } from 'selenium-webdriver'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { City, type Supervisor } from '../e2e/support/city'
import { makePhotos } from '../e2e/support/photos'
import { TestServer } from '../support/server'
import { WebKit } from './browser'

const folder = mkdtempSync(join(tmpdir(), 'wangge-webkit-'))
let server: TestServer
let city: City
let who: Supervisor
let phone: WebKit

beforeAll(async () => {
  server = await TestServer.create('webkit', { demo: true })
  city = new City(server)
  who = await city.demoSupervisor()
  phone = await WebKit.open()
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') return phone.keepPicture(task.name)
})
afterAll(async () => {
  await phone?.close()
  await city?.close()
  await server?.destroy()
  rmSync(folder, { recursive: true, force: true })
})

const ALL_SAFE = '全部已安全存到服务器'

it('signs in, takes the work package, and keeps the app for when there is no network', async () => {
  await phone.go(server.baseUrl)
  await phone.fill('账号', who.login)
  await phone.fill('密码', city.password)
  await phone.press('登录')
  for (const asked of ['设置解锁码', '再输一次']) {
    await phone.text(asked)
    await phone.typePin()
  }
  await phone.text('今日巡查')
  await phone.text(ALL_SAFE, 60_000)
  const isKept = `const done = arguments[0]; navigator.serviceWorker.ready.then((it) => {
    const look = () => (it.active?.state === 'activated' ? done(true) : setTimeout(look, 100))
    look()
  })`
  expect(await phone.driver.executeAsyncScript(isKept)).toBe(true)
})

it('starts without a server, finds an employer, and takes a visit with a photo', async () => {
  const [employer] = await city.employersOf(who)
  const { lying } = makePhotos(folder)
  await server.stop('SIGKILL')
  await phone.go(server.baseUrl)
  await phone.unlock()
  await phone.text('今日巡查')
  await phone.tab('单位')
  await (await phone.see(By.css('input[type=search]'))).sendKeys(employer!.name)
  await phone.press(employer!.name)
  await phone.press('填写走访')
  await (await phone.text('了解情况')).click()
  await phone.fill('其他说明', '在 WebKit 里写的')
  await (await phone.driver.findElement(By.css('input[data-source=camera]'))).sendKeys(lying)
  await phone.see(By.xpath(`//img[@alt='照片 1']`), 60_000)
  await phone.press('保存走访')
  await phone.text('1 条记录、1 张照片待传')
  // what a day looks like differs between engines when a locale is asked
  expect(await (await phone.text('走访过')).getText()).toMatch(/^\d{4}-\d\d-\d\d 走访过$/)
})

it('has it all on the server, byte for byte, once that is back', async () => {
  await server.start()
  await phone.go(server.baseUrl)
  await phone.unlock()
  await phone.tab('待传')
  await phone.press('马上上传')
  // this engine does not say what network it is on: the originals wait for a word
  await phone.text('记录和照片都已存到服务器', 60_000)
  await phone.press('现在就传原图')
  await phone.text(ALL_SAFE, 60_000)
  const [visit] = await city.capturedBy<{ id: string; note: string }>(who, 'visits', 'id, note')
  expect(visit!.note).toBe('在 WebKit 里写的')
  const [photo] = await city.capturedBy<Record<string, string>>(
    who,
    'evidence',
    'copy_state, copy_sha256, original_state, original_sha256',
  )
  expect([photo!.copy_state, photo!.original_state]).toEqual(['stored', 'stored'])
  for (const sha256 of [photo!.copy_sha256!, photo!.original_sha256!]) {
    const file = join(server.dataDir, 'evidence/store', sha256.slice(0, 2), sha256.slice(2, 4), sha256)
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(sha256)
  }
})
