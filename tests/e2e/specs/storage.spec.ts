/** A phone whose storage runs out, or is taken away by its browser: what she is told, and that what she wrote is kept. */
import type { BrowserContext } from '@playwright/test'
import type { FieldApp } from '../pages/field'
import { expect, test } from '../support/stage'

const openVisit = (app: FieldApp) =>
  app.page.getByRole('link', { name: '填写走访' }).or(app.page.getByRole('button', { name: '填写走访' })).click()

/** From here on the disk is full, for records too, until it is set free again. */
async function prepareFullDisk(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const add = IDBObjectStore.prototype.add
    IDBObjectStore.prototype.add = function (...row: [unknown]) {
      if (this.name === 'outbox' && (globalThis as { isDiskFull?: boolean }).isDiskFull) {
        throw new DOMException('The disk is full.', 'QuotaExceededError')
      }
      return add.apply(this, row)
    }
  })
}
const setDisk = (app: FieldApp, isFull: boolean) =>
  app.page.evaluate((full) => void ((globalThis as { isDiskFull?: boolean }).isDiskFull = full), isFull)

test('no room for a photo: refused before it is taken in, with what to do; the record still goes', async ({ newPhone, city, photos }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await context.addInitScript(() => {
    navigator.storage.estimate = () => Promise.resolve({ quota: 30_000_000, usage: 12_000_000 })
  })
  await app.signInAndReceive(who.login, city.password)
  await app.openEmployer(employer!.name)
  await openVisit(app)
  await app.choose('了解情况')
  await app.page.getByLabel('其他说明').fill('照片放不下了')
  await app.offerPhotos(photos.lying)
  await expect(app.page.getByRole('alert')).toContainText('手机存储空间不够，照片没有存下。请清理空间后再拍')
  await expect(app.photos()).toHaveCount(0)
  expect(await app.rows('photo_bytes')).toEqual([])
  await app.saveVisit()
  await app.expectAllSafe()
  expect(await city.operationsOf(who)).toMatchObject([{ kind: 'visit.record', outcome: 'applied' }])
})

test('the disk is full at the moment of saving: nothing half-written, the form is kept, and it is saved once there is room', async ({
  newPhone,
  city,
}) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await prepareFullDisk(context)
  await app.signInAndReceive(who.login, city.password)
  await app.openEmployer(employer!.name)
  await openVisit(app)
  await app.choose('了解情况')
  const note = app.page.getByLabel('其他说明')
  await note.fill('存不下的走访')
  await setDisk(app, true)
  await app.page.getByRole('button', { name: '保存走访' }).click()
  await expect(app.page.getByText('手机存储空间满了，这一步没有存下')).toBeVisible()
  expect([await app.rows('records'), await app.rows('outbox')]).toEqual([[], []])
  expect(await app.rows('drafts')).toMatchObject([{ value: { note: '存不下的走访' } }])
  await app.page.reload()
  await expect(note).toHaveValue('存不下的走访')
  await app.saveVisit()
  await app.expectAllSafe()
  expect(await city.operationsOf(who)).toMatchObject([{ kind: 'visit.record', outcome: 'applied' }])
})

test('the browser closes the store in the middle of work: it is opened again, and work goes on', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await context.addInitScript(() => {
    const stores: IDBDatabase[] = []
    Object.assign(globalThis, { stores })
    const open = IDBFactory.prototype.open
    IDBFactory.prototype.open = function (...named: [string]) {
      const request = open.apply(this, named)
      request.addEventListener('success', () => stores.push(request.result))
      return request
    }
  })
  await app.signInAndReceive(who.login, city.password)
  await app.openEmployer(employer!.name)
  await app.page.evaluate(() => {
    for (const store of (globalThis as unknown as { stores: IDBDatabase[] }).stores) {
      if (!/^wangge-[0-9a-f]{8}-/.test(store.name)) continue
      store.close()
      store.dispatchEvent(new Event('close'))
    }
  })
  await app.recordShortVisit('存储被收走之后')
  await app.expectAllSafe()
  expect(await city.operationsOf(who)).toMatchObject([{ kind: 'visit.record', outcome: 'applied' }])
})
