/** The door of the phone's app: what it lets through, what it hides, and that nothing is lost behind it. */
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { FieldApp } from '../pages/field'
import { rawRows } from '../support/store'
import { expect, test } from '../support/stage'

const TABLES = ['grids', 'employers', 'patrols', 'records', 'outbox', 'photos', 'uploads', 'drafts', 'meta']
const NEW_PIN = '902741'

/** Everything of the store as it lies on the disk. */
async function onDisk(page: Page): Promise<string> {
  const tables = await Promise.all(TABLES.map((table) => rawRows(page, table)))
  return JSON.stringify(tables.flat().map(({ plain, encrypted }) => [plain, encrypted && Buffer.from(encrypted, 'base64').toString('utf8')]))
}

const BEHIND_THE_DOOR = '**/assets/*.behind.js'

test('a PIN is chosen at the first sign-in; after a reload nothing is to be seen before it is given, nor read on the disk', async ({
  newPhone,
  city,
  photos,
}) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await app.standBeforeDoor()
  const { page } = app
  await page.goto('/')
  await app.fillSignIn(who.login, city.password)
  await expect(page.getByRole('heading', { name: '设置解锁码' })).toBeVisible()
  await app.typePin('12345')
  await expect(page.getByRole('alert')).toContainText('至少要 6 位数字')
  await app.typePin('123456')
  await expect(page.getByRole('alert')).toContainText('太容易猜到')
  await app.typePin(app.pin)
  await app.typePin('481517')
  await expect(page.getByRole('alert')).toContainText('两次输入的不一样')
  await app.typePin(app.pin)
  await app.typePin(app.pin)
  await expect(page.getByRole('heading', { name: '今日巡查' })).toBeVisible()
  await app.expectReadyForTheField()

  await context.setOffline(true)
  await app.openEmployer(employer!.name)
  await app.recordShortVisit('拖欠工资三个月', [photos.lying])
  const address = page.url()
  await page.reload()
  await expect(page.getByRole('heading', { name: '输入解锁码' })).toBeVisible()
  await expect(page.getByText('还有 1 条记录、1 张照片待传')).toBeVisible()
  const shown = await page.locator('body').innerText()
  for (const secret of [who.name, who.login, employer!.name]) expect(shown).not.toContain(secret)
  const disk = await onDisk(page)
  expect(disk.length).toBeGreaterThan(10_000)
  for (const secret of [who.name, employer!.name, employer!.uscc, '拖欠工资三个月', who.login]) expect(disk, secret).not.toContain(secret)

  await app.typePin(app.pin)
  await expect(page).toHaveURL(address)
  await expect(page.getByRole('heading', { name: employer!.name })).toBeVisible()
  await expect(app.status).toContainText('1 条记录、1 张照片待传')
  await context.setOffline(false)
  await app.expectAllSafe()
})

test('wrong PINs are counted, waits outlast a reload, and the right one still opens afterwards', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const { app } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await app.standBeforeDoor()
  await app.page.clock.install()
  await app.page.reload()
  for (let n = 1; n <= 5; n++) {
    await app.typePin(NEW_PIN)
    await expect(app.page.getByRole('alert')).toContainText(`解锁码不对，已错 ${n} 次`)
  }
  await expect(app.page.getByRole('alert')).toContainText('请等')
  await app.page.reload()
  await app.typePin(app.pin)
  await expect(app.page.getByRole('alert')).toContainText('请等')
  await expect(app.door).toBeVisible()
  await app.page.clock.fastForward(31_000)
  await expect(app.page.getByRole('alert')).toBeHidden()
  await app.typePin(app.pin)
  await expect(app.page.getByRole('heading', { name: '今日巡查' })).toBeVisible()
})

test('what she does at the door while the app is still on its way goes on behind it', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  // Without the service worker the app's files come by the network, and can be held up.
  const { app } = await newPhone({ serviceWorkers: 'block' })
  const { page } = app
  await app.signIn(who.login, city.password)
  await app.standBeforeDoor()
  const today = page.getByRole('heading', { name: '今日巡查' })
  const typed = (n: number) => expect(page.getByLabel(`已输入 ${n} 位`)).toBeVisible()
  let held = Promise.resolve()
  await page.route(BEHIND_THE_DOOR, async (route) => {
    await held
    await route.continue()
  })
  const beforeTheApp = async (does: () => Promise<void>) => {
    let letIn = () => {}
    held = new Promise<void>((done) => (letIn = done))
    const isHeld = page.waitForRequest(BEHIND_THE_DOOR)
    await page.reload({ waitUntil: 'commit' })
    await app.door.waitFor()
    await isHeld
    await does()
    await expect(page.locator('#app')).toBeEmpty()
    letIn()
  }

  await beforeTheApp(async () => {
    await page.keyboard.type('4815')
    await typed(4)
  })
  await expect(page.locator('#app [data-lock]')).toBeVisible()
  await expect(app.door).toHaveCount(1)
  await typed(4)
  await page.keyboard.type('16')
  await page.keyboard.press('Enter')
  await expect(today).toBeVisible()
  await expect(app.door).toHaveCount(0)

  await beforeTheApp(() => app.typePin(NEW_PIN))
  await expect(page.getByRole('alert')).toContainText('解锁码不对，已错 1 次')
  await app.typePin(app.pin)
  await expect(today).toBeVisible()

  await beforeTheApp(() => app.typePin(app.pin))
  await expect(today).toBeVisible()
  await expect(app.door).toHaveCount(0)
  await app.expectAllSafe()

  await beforeTheApp(() => page.getByRole('button', { name: '忘记解锁码' }).click())
  await expect(page.getByRole('heading', { name: '忘记解锁码' })).toBeVisible()
  await expect(page.getByLabel('账号')).toBeVisible()
})

test('an app that cannot be read says so, and opens again when it can', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const { app } = await newPhone({ serviceWorkers: 'block' })
  const { page } = app
  await app.signIn(who.login, city.password)
  await page.route(BEHIND_THE_DOOR, (route) => route.abort())
  await page.reload({ waitUntil: 'commit' })
  await expect(page.getByRole('alert')).toContainText('应用没能打开')
  await page.unroute(BEHIND_THE_DOOR)
  await page.getByRole('button', { name: '重新打开' }).click()
  await expect(page.getByRole('heading', { name: '今日巡查' })).toBeVisible()
})

test('left alone it locks; a draft and the page she was on are there again', async ({ newPhone, city, photos }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await app.standBeforeDoor()
  const { page } = app
  await page.clock.install()
  await page.reload()
  await app.typePin(app.pin)
  await expect(page.getByRole('heading', { name: '今日巡查' })).toBeVisible()
  await context.setOffline(true)
  await app.openEmployer(employer!.name)
  await page.getByRole('link', { name: '填写走访' }).or(page.getByRole('button', { name: '填写走访' })).click()
  await app.addPhotos([photos.lying])
  await page.getByLabel('其他说明').fill('写到一半')
  await page.clock.fastForward(4 * 60_000)
  await expect(app.door).toBeHidden()
  await page.getByLabel('其他说明').press('End')
  await page.clock.fastForward(4 * 60_000)
  await expect(app.door).toBeHidden()
  await page.clock.fastForward(70_000)
  await expect(page.getByRole('heading', { name: '输入解锁码' })).toBeVisible()
  expect(await page.locator('body').innerText()).not.toContain('写到一半')
  await expect(page.getByLabel('其他说明')).toHaveCount(0)

  await app.typePin(app.pin)
  await expect(page.getByLabel('其他说明')).toHaveValue('写到一半')
  await expect(app.photos()).toHaveCount(1)
})

test('the camera may take longer than the lock: the photo she comes back with is kept', async ({ newPhone, city, photos }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await app.standBeforeDoor()
  const { page } = app
  await page.clock.install()
  await page.reload()
  await app.typePin(app.pin)
  await app.openEmployer(employer!.name)
  await page.getByRole('link', { name: '填写走访' }).or(page.getByRole('button', { name: '填写走访' })).click()
  const chooser = page.waitForEvent('filechooser')
  await page.getByText('拍照', { exact: true }).click()
  const camera = await chooser
  await page.clock.fastForward(7 * 60_000)
  await app.comeBack()
  await camera.setFiles(photos.lying)
  await expect(app.photos()).toHaveCount(1, { timeout: 20_000 })
  await expect(app.door).toBeHidden()
  await page.clock.fastForward(6 * 60_000)
  await expect(app.door).toBeVisible()
})

test('locked by hand it is locked in every tab', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const { app, context } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  const second = new FieldApp(await context.newPage())
  await second.page.goto('/')
  await second.expectAllSafe()
  for (const one of [app, second]) await one.standBeforeDoor()
  await app.go('我的')
  await app.page.getByRole('button', { name: '马上锁定' }).click()
  await expect(app.door).toBeVisible()
  await expect(second.door).toBeVisible()
})

test('a changed PIN opens, the old one does not', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const { app } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await app.standBeforeDoor()
  const { page } = app
  await app.go('我的')
  await page.getByRole('button', { name: '更换解锁码' }).click()
  await app.typePin(NEW_PIN)
  await expect(page.getByRole('alert')).toContainText('解锁码不对')
  await app.typePin(app.pin)
  await expect(page.getByRole('heading', { name: '设置解锁码' })).toBeVisible()
  await app.typePin(NEW_PIN)
  await app.typePin(NEW_PIN)
  await expect(app.door).toBeHidden()
  await page.reload()
  await app.typePin(app.pin)
  await expect(page.getByRole('alert')).toContainText('解锁码不对')
  await app.typePin(NEW_PIN)
  await expect(app.door).toBeHidden()
})

test('a forgotten PIN: she signs in, chooses another, and her unsent work is all there and goes', async ({ newPhone, city, photos }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await expect.poll(() => city.rows('select 1 from phone_store_keys where account_id = $1', who.account_id)).toHaveLength(1)
  await context.setOffline(true)
  await app.openEmployer(employer!.name)
  await app.recordShortVisit('忘记解锁码之前写的', [photos.lying])
  const captured = await app.outbox()
  await app.standBeforeDoor()
  const { page } = app
  await page.reload()
  await page.getByRole('button', { name: '忘记解锁码' }).click()
  await app.fillSignIn(who.login, city.password)
  await expect(page.getByRole('alert')).toContainText('没有网络')
  await context.setOffline(false)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('heading', { name: '设置解锁码' })).toBeVisible()
  await expect(page.getByText('手机上的记录都还在')).toBeVisible()
  await app.typePin(NEW_PIN)
  await app.typePin(NEW_PIN)
  await expect(app.door).toBeHidden()
  app.pin = NEW_PIN
  await app.expectAllSafe()
  expect((await city.operationsOf(who)).map(({ op_id }) => op_id).sort()).toEqual(captured.map(({ op_id }) => op_id).sort())
  expect(await city.capturedBy(who, 'evidence', 'copy_state')).toEqual([{ copy_state: 'stored' }])
})

test('a stolen phone that is locked: with nothing unsent it is erased, else its PIN opens nothing and signing in hands over', async ({
  newPhone,
  city,
}) => {
  const order = (account: string) =>
    city.rows('update devices set wipe_ordered_at = now() where account_id = $1', account)
  const stores = (page: Page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))

  const [ann, bea] = [await city.anySupervisor(), await city.anySupervisor()]
  const first = (await newPhone()).app
  await first.signInAndReceive(ann.login, city.password)
  await first.standBeforeDoor()
  await first.page.reload()
  await expect(first.door).toBeVisible()
  await order(ann.account_id)
  await first.comeBack()
  await expect(first.page.getByText('这台手机上的数据已清除')).toBeVisible()
  expect(await stores(first.page)).not.toContain(`wangge-${ann.account_id}`)

  const [employer] = await city.employersOf(bea)
  const { app, context } = await newPhone()
  await app.signInAndReceive(bea.login, city.password)
  await expect.poll(() => city.rows('select 1 from phone_store_keys where account_id = $1', bea.account_id)).toHaveLength(1)
  await context.setOffline(true)
  await app.openEmployer(employer!.name)
  await app.recordShortVisit('被偷之前写的')
  await app.standBeforeDoor()
  await app.page.reload()
  await expect(app.door).toBeVisible()
  await order(bea.account_id)
  await context.setOffline(false)
  await app.comeBack()
  await expect(app.page.getByRole('heading', { name: '请登录上传' })).toBeVisible()
  await app.page.reload()
  await expect(app.page.getByRole('heading', { name: '请登录上传' })).toBeVisible()
  await app.fillSignIn(bea.login, city.password)
  await expect(app.page.getByText('这台手机上的数据已清除')).toBeVisible({ timeout: 40_000 })
  expect(await city.operationsOf(bea)).toMatchObject([{ kind: 'visit.record', outcome: 'applied' }])
  expect(await stores(app.page)).not.toContain(`wangge-${bea.account_id}`)
})

test('a phone that cannot send: its work leaves as a file that only the server opens, and is taken in once', async ({
  newPhone,
  city,
  server,
  photos,
}) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await expect.poll(async () => (await rawRows(app.page, 'meta')).map(({ key }) => key)).toContain('unsent_files_key')
  await context.setOffline(true)
  await app.openEmployer(employer!.name)
  await app.recordShortVisit('只能导出的记录', [photos.lying])
  const captured = await app.outbox()

  // The store itself cannot be opened any more: the way out is on the screen that says so.
  await app.standBeforeDoor()
  await context.addInitScript(() => {
    const open = IDBFactory.prototype.open
    IDBFactory.prototype.open = function (name: string, version?: number) {
      if (version && /^wangge-[0-9a-f]{8}-/.test(name)) throw new DOMException('damaged', 'UnknownError')
      return version ? open.call(this, name, version) : open.call(this, name)
    }
  })
  await app.page.reload()
  await expect(app.door).toBeVisible()
  await app.typePin(app.pin)
  await expect(app.page.getByText('手机的本地存储打不开')).toBeVisible()
  const downloading = app.page.waitForEvent('download')
  await app.page.getByRole('button', { name: '导出没传的记录' }).click()
  const file = await (await downloading).path()
  for (const secret of [who.name, who.login, '只能导出的记录', employer!.id]) expect(readFileSync(file).includes(secret), secret).toBe(false)

  const taken = server.run('evidence', 'import-unsent', '--yes', file)
  expect(taken).toContain(`${who.name} (${who.login})`)
  expect(taken).toContain(`applied: ${captured.length}`)
  expect(taken).toContain('photos stored: 1')
  expect((await city.operationsOf(who)).map(({ op_id }) => op_id).sort()).toEqual(captured.map(({ op_id }) => op_id).sort())
  expect(await city.capturedBy(who, 'evidence', 'copy_state')).toEqual([{ copy_state: 'stored' }])
  const again = server.run('evidence', 'import-unsent', '--yes', file)
  expect(again).toContain(`duplicate: ${captured.length}`)
  expect(await city.operationsOf(who)).toHaveLength(captured.length)
  expect(await city.rows('select 1 from sessions where account_id = $1 and revoked_at is null and device_id is not null', who.account_id)).toHaveLength(1)
})

/** Version 1 of the store, as the releases before wrote it: every row plain, and no vault. */
const VERSION_1 = {
  grids: ['id', 'generation'],
  employers: ['id', 'generation', 'initials'],
  patrols: ['id', 'generation', 'planned_on'],
  records: ['id', 'captured_on', 'employer_id', 'patrol_id'],
  outbox: ['op_id', 'device_seq', 'state', 'entity_id', 'employer_id'],
  photos: ['id', 'state', 'draft_key', 'subject_id', 'employer_id'],
  uploads: ['id', 'photo_id', 'state'],
  photo_bytes: ['id'],
  drafts: ['key', 'employer_id'],
  reference: ['key'],
  meta: ['key'],
}

/** What those releases did not know: recovery, and seals. */
const NOT_YET = new Set(['store_key', 'signing_key', 'chain'])

test('the first start after the upgrade: a PIN is chosen, what was plain is encrypted, unsent work goes', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await context.setOffline(true)
  await app.openEmployer(employer!.name)
  await app.recordShortVisit('升级之前写的')
  const captured = await app.outbox()
  await app.standBeforeDoor()
  const { page } = app
  const rows: Record<string, unknown[]> = {}
  for (const table of Object.keys(VERSION_1)) {
    rows[table] = (await app.rows<{ key?: string }>(table)).filter(({ key }) => !NOT_YET.has(key ?? ''))
  }
  await context.setOffline(false)
  await page.goto('/icons/wangge.svg')
  await context.setOffline(true)
  await page.evaluate(
    async ([name, tables, rows]) => {
      const done = (request: IDBRequest) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
      await done(indexedDB.deleteDatabase(name))
      const opening = indexedDB.open(name, 10)
      opening.onupgradeneeded = () => {
        for (const [table, [key, ...indexes]] of Object.entries(tables)) {
          const store = opening.result.createObjectStore(table, { keyPath: key })
          for (const index of indexes) store.createIndex(index, index)
        }
      }
      await done(opening)
      const writing = opening.result.transaction(Object.keys(tables), 'readwrite')
      for (const [table, of] of Object.entries(rows)) for (const row of of) writing.objectStore(table).put(row)
      await new Promise((resolve) => (writing.oncomplete = resolve))
      opening.result.close()
      const device = indexedDB.open('wangge-device')
      await done(device)
      const forgetting = device.result.transaction('meta', 'readwrite')
      forgetting.objectStore('meta').delete(name.replace('wangge-', 'vault:'))
      await new Promise((resolve) => (forgetting.oncomplete = resolve))
      device.result.close()
    },
    [`wangge-${who.account_id}`, VERSION_1, rows] as const,
  )
  expect(await onDisk(page)).toContain('升级之前写的')

  await page.goto('/')
  await expect(page.getByText('已有的记录一条不少')).toBeVisible()
  await app.typePin(NEW_PIN)
  await app.typePin(NEW_PIN)
  await expect(app.door).toBeHidden()
  await expect(app.status).toContainText('1 条记录待传')
  const disk = await onDisk(page)
  for (const secret of [who.name, employer!.name, '升级之前写的', who.login]) expect(disk, secret).not.toContain(secret)
  await context.setOffline(false)
  app.pin = NEW_PIN
  await app.expectAllSafe()
  expect((await city.operationsOf(who)).map(({ op_id }) => op_id)).toEqual(captured.map(({ op_id }) => op_id))
  await page.reload()
  await app.typePin(NEW_PIN)
  await app.openEmployer(employer!.name)
})
