/** The base map: it comes with the offline pack, is drawn without a network, and is asked for anew with one tap. */
import { standAt } from '../support/phone'
import { expect, test } from '../support/stage'

const OWN = '/api/map/base/own'

test('the base map of her grids is drawn without a network, and one tap asks for a newer one', async ({
  newPhone,
  city,
}) => {
  test.setTimeout(120_000)
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { context, app } = await newPhone()
  const { page } = app
  await standAt(context, employer!.position, 10)
  await app.signInAndReceive(who.login, city.password)
  const openPack = async () => {
    await app.go('我的')
    await page.getByRole('link', { name: '离线包' }).click()
  }
  await openPack()
  const base = page.locator('[data-part=base]')
  await expect(base).toContainText(/约 \d+ KB.*更新/)

  await context.setOffline(true)
  await page.goto('/map')
  const map = page.locator('.map[data-base]')
  await expect(map).toBeVisible({ timeout: 40_000 })
  expect(Number(await map.getAttribute('data-base'))).toBeGreaterThan(0)
  await expect(page.locator('.maplibregl-ctrl-attrib-inner')).toContainText('国家统计局区划代码')

  await context.setOffline(false)
  await openPack()
  // The server says that hers is still the newest: nothing comes twice.
  const answer = page.waitForResponse((response) => response.url().endsWith(OWN))
  await page.getByRole('button', { name: '马上更新全部' }).click()
  expect((await answer).status()).toBe(304)
  await expect(page.getByText('离线包已更新')).toBeVisible()
})

test('the desk draws the base map under its grids', async ({ desk, city }) => {
  const { page } = desk
  test.setTimeout(120_000)
  const tile = page.waitForResponse((response) => response.url().includes('/api/map/base/tiles/'), { timeout: 80_000 })
  await desk.signIn('county', city.password)
  expect((await tile).status()).toBe(200)
  await expect(page.locator('.maplibregl-ctrl-attrib-inner')).toContainText('国家统计局区划代码')
})
