/** The base map: it comes with the offline pack, is drawn without a network, and is asked for anew with one tap. */
import { utimesSync } from 'node:fs'
import { standAt } from '../support/phone'
import { expect, test } from '../support/stage'

const OWN = '/api/map/base/own'

test('the base map of her grids is drawn without a network, and one tap asks for a newer one', async ({
  newPhone,
  city,
  server,
}) => {
  test.setTimeout(90_000)
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { context, app } = await newPhone()
  const { page } = app
  await standAt(context, employer!.position, 10)
  await app.signInAndReceive(who.login, city.password)
  await page.goto('/pack')
  const base = page.locator('[data-part=base]')
  await expect(base).toContainText(/约 \d+ KB.*更新/)

  await context.setOffline(true)
  await page.goto('/map')
  const map = page.locator('.map[data-base]')
  await expect(map).toBeVisible({ timeout: 40_000 })
  expect(Number(await map.getAttribute('data-base'))).toBeGreaterThan(0)
  await expect(page.locator('.maplibregl-ctrl-attrib-inner')).toContainText('国家统计局区划代码')

  await context.setOffline(false)
  await page.goto('/pack')
  const refresh = async () => {
    const answer = page.waitForResponse((response) => response.url().endsWith(OWN))
    await page.getByRole('button', { name: '马上更新全部' }).click()
    await expect(page.getByText('离线包已更新')).toBeVisible()
    return (await answer).status()
  }
  expect(await refresh()).toBe(304)
  await expect(page.getByText('离线包已更新')).toBeHidden()
  utimesSync(server.baseMap, 1, 1)
  expect(await refresh()).toBe(206)
  await page.goto('/map')
  await expect(map).toBeVisible({ timeout: 40_000 })
})

test('the desk draws the base map under its grids', async ({ desk, city }) => {
  const { page } = desk
  const tile = page.waitForResponse((response) => response.url().includes('/api/map/base/tiles/'), { timeout: 40_000 })
  await desk.signIn('county', city.password)
  expect((await tile).status()).toBe(200)
  await expect(page.locator('.maplibregl-ctrl-attrib-inner')).toContainText('国家统计局区划代码')
})
