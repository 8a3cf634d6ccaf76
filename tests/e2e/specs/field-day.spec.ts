/** A supervisor's day beside visits: her round, a talk, an incident that reaches the desk, a break, and the day in short. */
import type { BrowserContext, Page } from '@playwright/test'
import { beside, type City, type Employer, type LonLat, type Supervisor } from '../support/city'
import { standAt } from '../support/phone'
import { expect, test } from '../support/stage'
import type { FieldApp } from '../pages/field'

const EARTH_M = 6_371_008.8
const radians = (degrees: number) => (degrees * Math.PI) / 180
function metres(a: LonLat, b: LonLat): number {
  const h =
    Math.sin(radians(b[1] - a[1]) / 2) ** 2 +
    Math.cos(radians(a[1])) * Math.cos(radians(b[1])) * Math.sin(radians(b[0] - a[0]) / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.sqrt(h))
}
const way = (from: LonLat, places: LonLat[]) =>
  places.reduce(({ at, sum }, place) => ({ at: place, sum: sum + metres(at, place) }), { at: from, sum: 0 }).sum

/** The kinds of each push that leaves the phone, in order. */
function watchKinds(context: BrowserContext): string[][] {
  const pushes: string[][] = []
  context.on('request', (request) => {
    if (!request.url().endsWith('/api/sync/push')) return
    const { operations } = request.postDataJSON() as { operations: { body: string }[] }
    pushes.push(operations.map(({ body }) => (JSON.parse(body) as { kind: string }).kind))
  })
  return pushes
}

/**
 * Until the page itself has been told this position, as whoever watches in it has been. What it was told before this watch began
 * counts: beside another watch Chromium says nothing more of it.
 */
function stoodAt(page: Page, [lon]: LonLat): Promise<void> {
  return page.evaluate(
    (wanted) =>
      new Promise<void>((resolve) => {
        const told = ({ coords }: GeolocationPosition) => {
          if (Math.abs(coords.longitude - wanted) > 1e-7) return
          navigator.geolocation.clearWatch(watch)
          resolve()
        }
        const watch = navigator.geolocation.watchPosition(told, null, { maximumAge: Infinity })
      }),
    lon,
  )
}

/** Until nothing on the page changes or moves any more: a tenth of a second without a change of it, no animation but endless ones. */
function atRest(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const moving = () =>
          document
            .getAnimations()
            .some((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity)
        const rest = () => (moving() ? wait() : (observer.disconnect(), resolve()))
        let timer: ReturnType<typeof setTimeout>
        const wait = () => {
          clearTimeout(timer)
          timer = setTimeout(rest, 100)
        }
        const observer = new MutationObserver(wait)
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
        wait()
      }),
  )
}

/** Walk some steps to the east, far enough apart for each to be kept. */
async function walk(context: BrowserContext, app: FieldApp, from: LonLat, steps: number, isKept = true): Promise<void> {
  for (let i = 1; i <= steps; i++) {
    const before = await app.trackPoints()
    await standAt(context, beside(from, i * 45), 8)
    if (isKept) await expect.poll(() => app.trackPoints()).toBeGreaterThan(before)
    else await stoodAt(app.page, beside(from, i * 45))
  }
}

async function sixStops(city: City): Promise<{ who: Supervisor; stops: Employer[] }> {
  const who = await city.anySupervisor()
  const stops = (await city.employersOf(who)).slice(0, 6)
  await city.planToday(who, stops)
  return { who, stops }
}

test('a day of rounds, talks and an incident, offline in between, with a track only while on duty', async ({
  newPhone,
  city,
  desk,
}) => {
  test.setTimeout(150_000)
  const { who, stops } = await sixStops(city)
  const { context, app } = await newPhone()
  const { page } = app
  const pushes = watchKinds(context)
  const start = beside(stops.at(-1)!.position, 60)

  await test.step('she signs in, skips the tour, and sees her round in the shortest order with the next stop’s distance', async () => {
    await standAt(context, start, 8)
    await app.signInAndReceive(who.login, city.password)
    await page.getByRole('button', { name: '跳过' }).click()
    await expect(page.getByRole('region', { name: '使用引导' })).toBeHidden()
    await expect.poll(async () => (await app.round()).length).toBe(stops.length)
    const placeOf = new Map(stops.map(({ name, position }) => [name, position]))
    await expect(async () => {
      const round = (await app.round()).map((name) => placeOf.get(name)!)
      const planned = (await city.stopsToday(who)).map(({ position }) => position)
      expect(way(start, round)).toBeLessThanOrEqual(way(start, planned) + 1)
    }).toPass()
    await expect(page.getByText(/[东南西北]+\s*距您 \d/)).toBeVisible()
  })

  await context.setOffline(true)

  await test.step('on duty her way is written down, and every page says so', async () => {
    expect(await app.trackPoints()).toBe(0)
    await page.getByRole('button', { name: '开始巡查' }).click()
    await expect(app.strip()).toContainText('正在记录轨迹')
    await walk(context, app, start, 3)
    await app.go('单位')
    await expect(app.strip()).toContainText(/正在记录轨迹\s+· \d+ 米/)
  })

  await test.step('she logs a talk on the square; half of it survives a reload', async () => {
    await app.go('今日')
    await page.getByRole('link', { name: '登记宣传' }).click()
    await page.getByLabel('地点').fill('文化广场')
    await app.choose('工资支付')
    await page.getByRole('button', { name: '多一份宣传单页' }).click()
    await expect(page.getByText(/草稿已存/)).toBeVisible()
    await page.reload()
    await expect(page.getByLabel('地点')).toHaveValue('文化广场')
    await expect(page.getByLabel('宣传单页份数')).toHaveValue('1')
    await page.getByLabel('大约多少人').fill('25')
    await page.getByRole('button', { name: '保存宣传记录' }).click()
    await expect(page.getByRole('heading', { name: '今日巡查' })).toBeVisible()
  })

  await desk.signInAside('county', city.password)
  await desk.go('巡查')

  await test.step('an incident without a network is kept, and leads all else once there is one', async () => {
    await page.getByRole('navigation').getByRole('link', { name: '突发' }).click()
    await app.holdToReport()
    await expect(page.getByRole('alert')).toContainText('请先选')
    await app.choose('集体讨薪')
    await page.getByLabel('大约多少人').fill('30')
    await page.getByLabel('在哪里').fill('工地南门')
    await app.holdToReport()
    await expect(page.getByText('没有网络：已存在手机上')).toBeVisible()
    expect((await app.outbox()).map(({ kind }) => kind)).toContain('incident.report')
    const before = pushes.length
    await context.setOffline(false)
    await expect(page.getByText(/指挥中心 \d\d:\d\d 已收到/)).toBeVisible({ timeout: 30_000 })
    expect(pushes.slice(before)[0]).toEqual(['incident.report'])
    await page.getByRole('link', { name: /集体讨薪/ }).click()
    await expect(page.getByText('大约多少人 30')).toBeVisible()
    await page.getByRole('button', { name: '返回' }).click()
  })

  await test.step('the desk is told on whatever page it is, sees it on top and takes it on', async () => {
    await desk.page.getByText('有新的突发事件').first().click()
    await expect(desk.page.getByRole('heading', { name: '突发事件', exact: true })).toBeVisible()
    const row = desk.page.getByRole('row').nth(1)
    await expect(row).toContainText('待接报')
    await expect(row).toContainText(who.name)
    await row.getByRole('button', { name: '集体讨薪' }).click()
    await desk.page.getByRole('button', { name: '接报', exact: true }).click()
    // others' incidents that nobody has taken on move up before it
    await expect(desk.row(who.name)).toContainText('处理中')
    const [incident] = await city.rows<{ status: string; place: string; acknowledged: boolean }>(
      'select status, place, acknowledged_by is not null as acknowledged from incidents where person_id = $1',
      who.person_id,
    )
    expect(incident).toEqual({ status: 'acknowledged', place: '工地南门', acknowledged: true })
  })

  await test.step('while she pauses nothing of her way is kept', async () => {
    await page.getByRole('button', { name: '返回' }).click()
    await app.strip().getByRole('button', { name: '暂停' }).click()
    await expect(app.strip()).toContainText('已暂停，不记录轨迹')
    const atPause = await app.trackPoints()
    await walk(context, app, beside(start, 1_000), 4, false)
    expect(await app.trackPoints()).toBe(atPause)
    await app.strip().getByRole('button', { name: '继续' }).click()
    await expect(app.strip()).toContainText('正在记录轨迹')
    await walk(context, app, beside(start, 2_000), 2)
  })

  await test.step('finishing leads to the day in short', async () => {
    await app.go('今日')
    await page.getByRole('button', { name: '结束巡查' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '结束巡查' }).click()
    await expect(page.getByRole('heading', { name: '今日小结' })).toBeVisible()
    await expect(app.strip()).toBeHidden()
    await expect(page.locator('[data-tile=talks]')).toContainText('1')
    await expect(page.locator('[data-tile=people]')).toContainText('25')
    await expect(page.locator('[data-tile=incidents]')).toContainText('1')
    await expect(page.locator('[data-tile=walked]')).toContainText(/[1-9]\d* 米/)
    await expect(page.getByText(`${stops.length} 家没走到`)).toBeVisible()
    await expect(page.getByRole('img', { name: /今天路线的示意图/ })).toBeVisible()
    await app.expectAllSafe()
  })

  await test.step('the server has it all, and no point of the break', async () => {
    expect(await city.capturedBy(who, 'talks', 'place, people_count, topics')).toEqual([
      { place: '文化广场', people_count: 25, topics: ['wages'] },
    ])
    const within = await city.rows(
      `select 1 from tracks t join patrol_pauses p using (patrol_id), ST_DumpPoints(t.geom) d
        where t.person_id = $1 and ST_M(d.geom) > extract(epoch from p.paused_at) and ST_M(d.geom) < extract(epoch from p.resumed_at)`,
      who.person_id,
    )
    expect(within).toEqual([])
    const { stretches, points } = await city.one<{ stretches: number; points: number }>(
      'select count(*)::int as stretches, sum(ST_NPoints(geom))::int as points from tracks where person_id = $1',
      who.person_id,
    )
    expect(stretches).toBe(2)
    expect(points).toBe(await app.trackPoints())
  })

  await test.step('the desk looks at her way, and the look is written down', async () => {
    const { patrol_id } = (await city.stopsToday(who))[0]!
    await desk.page.goto(`/console/patrols/${patrol_id}`)
    await desk.page.getByRole('button', { name: '看轨迹' }).click()
    await expect(desk.page.getByText('休息 1 次')).toBeVisible()
    const looks = await city.rows(`select 1 from audit_log where action = 'track_read' and subject_id = $1`, patrol_id)
    expect(looks).toHaveLength(1)
    await desk.go('宣传记录')
    await expect(desk.page.getByRole('row').nth(1)).toContainText('文化广场')
  })
})

test('in large type no main page is wider than the phone, in either language', async ({ newPhone, city }) => {
  test.setTimeout(120_000)
  const { who, stops } = await sixStops(city)
  const { context, app } = await newPhone()
  const { page } = app
  await standAt(context, stops[0]!.position, 10)
  await app.signInAndReceive(who.login, city.password)
  await page.goto('/settings')
  await app.choose('大字')
  await app.choose('高对比')
  expect(Number(await page.evaluate(() => getComputedStyle(document.body).zoom))).toBeGreaterThan(1.2)
  const { id } = stops[0]!
  const paths = ['', 'map', 'employers', `employers/${id}`, `employers/${id}/check-in`, `employers/${id}/visit`, 'employers/new', 'outbox', 'me', 'talk', 'incident', 'summary', 'settings', 'pack', 'help', 'help/track'] // prettier-ignore
  const wide: string[] = []
  for (const language of ['zh-CN', 'en']) {
    await page.evaluate((chosen) => localStorage.setItem('wangge.language', chosen), language)
    for (const path of paths) {
      await page.goto(`/${path}`)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await atRest(page)
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1)
      if (isWide) wide.push(`${language} /${path}`)
    }
  }
  expect(wide).toEqual([])
  await page.goto('/')
  await expect(page.getByRole('link', { name: 'Today', exact: true })).toBeVisible()

  // and in the middle of work, with every page's words there already
  await page.evaluate(() => localStorage.setItem('wangge.language', 'zh-CN'))
  await page.goto('/talk')
  await expect(page.getByRole('button', { name: '开始录音' })).toBeVisible()
  await page.goto('/me')
  await app.choose('English')
  await page.getByRole('link', { name: 'Today', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(/[\u4e00-\u9fff]/)
})

test('help and the offline pack are there without a network', async ({ newPhone, city }) => {
  const { who, stops } = await sixStops(city)
  const { context, app } = await newPhone()
  const { page } = app
  await standAt(context, stops[0]!.position, 10)
  await app.signInAndReceive(who.login, city.password)
  await app.go('我的')
  await page.getByRole('link', { name: '离线包' }).click()
  await expect(page.locator('[data-part=employers]')).toContainText(`${await city.employersInHerPackage(who)} 个`)
  await page.getByRole('button', { name: '马上更新全部' }).click()
  await expect(page.getByText('离线包已更新')).toBeVisible()
  await context.setOffline(true)
  await page.goto('/help')
  await page.getByRole('searchbox').fill('轨迹')
  await page.getByRole('link', { name: '什么时候记录我的轨迹' }).click()
  await expect(page.getByText('走 30 米或过 1 分钟记一个点')).toBeVisible()
  await page.goto('/pack')
  await page.getByRole('button', { name: '马上更新全部' }).click()
  await expect(page.getByRole('alert')).toContainText('没有更新成功')
})
