/** The territory changed on the desk's map, and the gap board that follows: drawn, divided, joined, moved, appointed, undone. */
import { request as apiRequest, type Locator, type Page } from '@playwright/test'
import type { DeskApp } from '../pages/desk'
import { ScreenMap } from '../support/map'
import { expectSoundGround, halfWay, middle, neighbours, towards } from '../support/ground'
import type { City, LonLat } from '../support/city'
import { expect, test } from '../support/stage'

const NEW_NAME = '东关新村社区'
/** The board asks again every quarter of a minute. */
const BOARD_MS = 25_000
/** Long, because a software renderer draws every picture of the map. */
const STORY_MS = 300_000

const gapsOf = (page: Page, kind: string): Locator => page.locator(`[data-kind="${kind}"] b`)

async function api(city: City, login: string) {
  const context = await apiRequest.newContext({
    baseURL: city.server.baseUrl,
    extraHTTPHeaders: { 'X-Wangge-Client': 'console/e2e' },
  })
  const answer = await context.post('/api/auth/sign-in', {
    data: { login, password: city.password },
  })
  if (!answer.ok()) throw new Error(await answer.text())
  return context
}

/** The line between two grids, from end to end. */
const BORDER = `select ST_AsGeoJSON(ST_LineMerge(ST_CollectionExtract(
      ST_Intersection(ST_Boundary(x.geom), ST_Boundary(y.geom)), 2)), 7)::json->'coordinates' as line
    from grids x, grids y where x.id = $1 and y.id = $2`

/** The editor on one street of the demo city, with what the steps of both stories do. */
async function atTheStreet(desk: DeskApp, city: City) {
  const { page } = desk
  const ground = await neighbours(city)
  const { street } = ground
  const preview = page.getByRole('region', { name: /^(预览|撤销)：/ })
  return {
    ...ground,
    preview,
    map: new ScreenMap(page),
    changes: () =>
      city.rows<{ id: string; kind: string; note: string }>('select id, kind, note from grid_changes order by made_at'),
    children: async () =>
      (
        await city.one<{ n: number }>(
          'select count(*)::int as n from grids where parent_id = $1 and valid_to is null',
          street.id,
        )
      ).n,
    async open(children = street.children) {
      await page.goto(`/console/grids/${street.id}`)
      await expect(page.getByText(`${children} 个下级网格`)).toBeVisible()
    },
    async make() {
      await preview.getByRole('button', { name: '生效' }).click()
      await expect(preview).toBeHidden()
    },
    /** The pen is fetched when it is first taken up; only then does it draw. */
    penIsDown: () => expect(page.getByRole('status').getByRole('button', { name: /^取消/ })).toBeVisible(),
    tool: (name: string) => page.getByRole('toolbar').getByRole('button', { name, exact: true }).click(),
  }
}

test('a grid is split and put back together, and the border between two is moved, on the map', async ({
  desk,
  city,
}) => {
  test.setTimeout(STORY_MS)
  const { page } = desk
  const { street, a, b, border, map, preview, changes, children, open, make, tool, penIsDown } = await atTheStreet(
    desk,
    city,
  )

  await test.step('the city opens the street’s grids', async () => {
    await desk.signInAside('city', city.password)
    await desk.go('网格编辑')
    await open()
    await expect(page.getByText('下级网格正好铺满，没有缝隙和重叠。')).toBeVisible()
  })

  await test.step('a line splits a grid: its employers go where they stand, the owner keeps both', async () => {
    const [west, east] = await city.rows<{ lon: number }>(
      `select distinct ST_X(position) as lon from employers where grid_id = $1 and position is not null order by 1`,
      a.id,
    )
    const { south, north } = await city.one<{ south: number; north: number }>(
      'select ST_YMin(geom) as south, ST_YMax(geom) as north from grids where id = $1',
      a.id,
    )
    const lon = (west!.lon + east!.lon) / 2
    await tool('切分')
    await map.click(a.inside)
    await expect(page.getByText('画一条穿过网格的线')).toBeVisible()
    await penIsDown()
    await map.click([lon, north + 0.001])
    await map.click([lon, south - 0.001])
    await page.keyboard.press('Enter')
    await expect(preview).toContainText('新')
    const moving = Number(/(\d+) 家单位改换网格/.exec((await preview.textContent())!)![1])
    expect(moving).toBeGreaterThan(0)
    await preview.getByLabel('说明（写入变更记录）').fill('按街道批复切分')
    await make()

    const [change] = await changes()
    expect(change).toMatchObject({ kind: 'split', note: '按街道批复切分' })
    const { moved } = await city.one<{ moved: number }>(
      'select count(*)::int as moved from employer_moves where change_id = $1',
      change!.id,
    )
    expect(moved).toBe(moving)
    await expectSoundGround(city, street.id)
    const { ownerless } = await city.one<{ ownerless: number }>(
      `select count(*)::int as ownerless from grids g where g.parent_id = $1 and g.valid_to is null and g.valid_from = china_today()
          and not exists (select from duties d where d.grid_id = g.id and (d.valid_to is null or d.valid_to >= china_today()))`,
      street.id,
    )
    expect(ownerless).toBe(0)
  })

  await test.step('the split is undone from the list of changes', async () => {
    await page.getByRole('button', { name: '变更记录' }).click()
    await page.locator('[data-change]').first().click()
    await page.getByRole('button', { name: '撤销这次变更' }).click()
    await expect(preview).toContainText('家单位改换网格')
    await preview.getByRole('button', { name: '撤销这次变更' }).click()
    await expect(preview).toBeHidden()
    await page.getByRole('button', { name: '变更记录' }).click()

    expect(await children()).toBe(street.children)
    const { same } = await city.one<{ same: boolean }>(
      `select ST_OrderingEquals(g.geom, v.geom) as same from grids g
         join lateral (select geom from grid_versions where grid_id = g.id order by id limit 1) v on true where g.id = $1`,
      a.id,
    )
    expect(same).toBe(true)
    await expectSoundGround(city, street.id)
  })

  await test.step('a new border is drawn between two neighbours, from end to end of the old one', async () => {
    const [from, to] = [border[0]!, border[border.length - 1]!]
    await open()
    await tool('移动边界')
    await map.click(a.inside)
    await map.click(b.inside)
    await expect(page.getByText('画新的共同边界')).toBeVisible()
    await penIsDown()
    const before = await city.one<{ a: number; b: number }>(
      'select (select ST_Area(geom::geography) from grids where id = $1) as a, (select ST_Area(geom::geography) from grids where id = $2) as b',
      a.id,
      b.id,
    )
    await map.click(from)
    await map.click(towards(middle(from, to), b.inside, 0.35))
    await map.click(to)
    await page.keyboard.press('Enter')
    await expect(preview).toContainText(a.name)
    await make()

    const after = await city.one<{ a: number; b: number }>(
      'select (select ST_Area(geom::geography) from grids where id = $1) as a, (select ST_Area(geom::geography) from grids where id = $2) as b',
      a.id,
      b.id,
    )
    expect(after.a + after.b).toBeCloseTo(before.a + before.b, -1)
    expect(Math.abs(after.a - before.a)).toBeGreaterThan(100)
    await expectSoundGround(city, street.id)
    expect((await changes()).map((change) => change.kind)).toEqual(['split', 'undo', 'move_boundary'])
  })
})

test('a new grid is drawn, given an owner, loses her, and is merged, and the gap board follows', async ({
  desk,
  city,
}) => {
  test.setTimeout(STORY_MS)
  const { page } = desk
  const { street, a, b, map, preview, changes, children, open, make, tool, penIsDown } = await atTheStreet(desk, city)
  const earlier = (await changes()).length
  await desk.signIn('city', city.password)

  let drawn: { id: string; inside: LonLat }
  await test.step('a new grid is drawn across the border; its neighbours give way', async () => {
    const { line } = await city.one<{ line: LonLat[] }>(BORDER, a.id, b.id)
    const centre = halfWay(line)
    await open()
    // Coming nearer, as she would: a grid of some hundred metres is small on the street's map.
    await map.comeNearer(centre)
    await tool('画新网格')
    await expect(page.getByText('逐点画出新网格')).toBeVisible()
    await penIsDown()
    const [east, north] = [0.0012, 0.001]
    for (const [x, y] of [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ] as const)
      await map.click([centre[0] + x * east, centre[1] + y * north])
    await page.keyboard.press('Enter')
    await page.getByLabel('名称').fill(NEW_NAME)
    await page.getByRole('button', { name: '预览' }).click()
    await expect(preview).toContainText(NEW_NAME)
    await make()

    drawn = await city.one<{ id: string; inside: LonLat }>(
      `select id, ST_AsGeoJSON(ST_PointOnSurface(geom), 7)::json->'coordinates' as inside from grids where name = $1 and valid_to is null`,
      NEW_NAME,
    )
    expect(await children()).toBe(street.children + 1)
    await expectSoundGround(city, street.id)
  })

  await test.step('the gap board counts it as a grid without an owner, and shows it in the list', async () => {
    await desk.go('缺口')
    await page.goto(`/console/gaps?grid_id=${street.id}&kind=grid_without_owner`)
    await expect(desk.row(NEW_NAME)).toBeVisible()
    const { n } = await city.one<{ n: number }>(
      `select count(*)::int as n from grids g where g.parent_id = $1 and g.valid_to is null
          and not exists (select from duties d where d.grid_id = g.id and (d.valid_to is null or d.valid_to >= china_today()))`,
      street.id,
    )
    await expect(gapsOf(page, 'grid_without_owner')).toHaveText(String(n))
  })

  let owner: {
    person_id: string
    name: string
    certificate: string
    version: number
  }
  await test.step('only certified people are offered; the one chosen closes the gap', async () => {
    const before = Number(await gapsOf(page, 'grid_without_owner').textContent())
    await desk.row(NEW_NAME).getByRole('button', { name: '指定责任人' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('radio').first()).toBeVisible()
    await dialog.getByRole('radio').first().check()
    await dialog.getByRole('button', { name: /^由 .+ 负责$/ }).click()
    await expect(dialog).toBeHidden()
    await expect(gapsOf(page, 'grid_without_owner')).toHaveText(String(before - 1))
    await expect(desk.row(NEW_NAME)).toBeHidden()

    owner = await city.one(
      `select d.person_id, p.name, c.id as certificate, c.version from duties d join people p on p.id = d.person_id
         join certificates c on c.person_id = p.id and c.revoked_on is null and (c.expires_on is null or c.expires_on >= china_today())
        where d.grid_id = $1 order by c.id limit 1`,
      drawn.id,
    )
  })

  await test.step('her certificate is revoked elsewhere: the open board shows it by itself', async () => {
    const tile = gapsOf(page, 'owner_uncertified')
    const before = Number(await tile.textContent())
    const http = await api(city, 'city')
    const { today } = await city.one<{ today: string }>('select china_today()::text as today')
    const revoked = await http.post(`/api/certificates/${owner.certificate}/revoke`, {
      data: { revoked_on: today, reason: '证书作废', version: owner.version },
    })
    expect(revoked.ok(), await revoked.text()).toBe(true)
    await http.dispose()

    await expect(tile).not.toHaveText(String(before), { timeout: BOARD_MS })
    await page.locator('[data-kind="owner_uncertified"]').click()
    await expect(desk.row(NEW_NAME)).toContainText(owner.name)
    await expect(desk.row(NEW_NAME)).toContainText('已撤销')
  })

  await test.step('merged into its neighbour the new grid ends, and with it its duty', async () => {
    await open(street.children + 1)
    await map.comeNearer(drawn.inside)
    await tool('合并')
    const beside = await city.one<{ at: LonLat }>(
      `select ST_AsGeoJSON(ST_PointOnSurface(ST_Intersection(a.geom, ST_Buffer(d.geom, 0.002))), 7)::json->'coordinates' as at
         from grids a, grids d where a.id = $1 and d.id = $2`,
      a.id,
      drawn.id,
    )
    await map.click(beside.at)
    await map.click(drawn.inside)
    await page.getByRole('radio', { name: a.name }).check()
    await page.getByRole('button', { name: '预览' }).click()
    await expect(preview).toContainText('停用')
    await make()

    expect(await children()).toBe(street.children)
    const { ended } = await city.one<{ ended: boolean }>(
      'select bool_and(valid_to is not null and valid_to < china_today() or valid_to = china_today()) as ended from duties where grid_id = $1',
      drawn.id,
    )
    expect(ended).toBe(true)
    await expectSoundGround(city, street.id)
    expect((await changes()).slice(earlier).map((change) => change.kind)).toEqual(['draw', 'merge'])
  })

  await test.step('yesterday’s grids are still to be seen, and only to be seen', async () => {
    await page.getByRole('button', { name: '前一天' }).click()
    await expect(page.getByText('只能查看')).toBeVisible()
    await expect(page.getByRole('toolbar')).toBeHidden()
    await expect(page.getByText(`${street.children} 个下级网格`)).toBeVisible()
  })
})
