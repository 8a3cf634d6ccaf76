/** Who is nobody looking after: found by drawing round them, seen as a trend and on the shaded map, taken out, sent somebody to. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/stage'

/** Pictures for whoever looks at the screens: WANGGE_LOOK names a folder. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env.WANGGE_LOOK
  if (folder)
    await page.screenshot({
      path: `${folder}/${name}.png`,
      animations: 'disabled',
    })
}

test('overdue employers are found by drawing round them, and a patrol is made of them', async ({ desk, city }) => {
  test.setTimeout(150_000) // a software renderer draws every picture of the map
  const { page } = desk
  // A city with files: all complete, everybody seen lately but one in three, whose last visit is too long ago.
  await city.rows(`update employers set is_complete = true,
                     last_visited_at = now() - make_interval(days => case when ('x' || right(id::text, 2))::bit(8)::int % 3 = 0 then 400 else 3 end)
                   where review_state = 'accepted'`)
  await city.rows(`insert into coverage_days (grid_id, grid_path, day, total, uncovered, overdue)
                   select id, path, china_today() - n, 3000, 900 + 20 * n, 700 + 15 * n from grids cross join generate_series(1, 20) n
                    where level = 1 and valid_to is null`)
  await desk.signInAside('city', city.password)
  await page.goto('/console/uncovered')
  const overdue = page.getByRole('radio', { name: '逾期未走访' })
  await expect(async () => {
    await page.reload()
    await expect(overdue).toContainText(/^(9|10)\d\d/, { timeout: 2000 })
  }).toPass({ timeout: 40_000 })
  await overdue.click()
  await expect(page.getByRole('row').nth(1)).toContainText(/已逾期 \d+ 天/)
  await look(page, 'desk-overdue')

  await test.step('the trend and the shaded grids say how it goes and where', async () => {
    await page.getByRole('button', { name: '趋势', exact: true }).click()
    await expect(page.getByRole('img', { name: /^未覆盖单位趋势：/ })).toBeVisible()
    await page.getByLabel('网格着色').selectOption({ label: '按区县' })
    await expect(page.getByText('未覆盖比例')).toBeVisible()
    await look(page, 'desk-shaded')
    await page.getByRole('button', { name: '收起趋势' }).click()
    await page.getByLabel('网格着色').selectOption({ label: '不着色' })
  })

  let inside: string[] = []
  await test.step('she draws round some of them', async () => {
    await page.getByRole('button', { name: '圈选' }).click()
    await expect(page.getByText('依次点出各个角，回到第一个点结束。')).toBeVisible()
    const box = (await desk.map().boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const corners: [number, number][] = [[-60, -45], [65, -40], [10, 60]] // prettier-ignore
    for (const [dx, dy] of [...corners, corners[0]!]) {
      await page.mouse.move(x + dx, y + dy, { steps: 2 })
      await page.mouse.click(x + dx, y + dy)
    }
    await expect(page.getByRole('button', { name: /圈定范围内/ })).toBeVisible()
    const ring = new URL(page.url()).searchParams
      .get('area')!
      .split(';')
      .map((pair) => pair.replace(',', ' '))
    inside = (
      await city.rows<{ id: string }>(
        `select id from employers where review_state = 'accepted' and visit_due_on < china_today()
            and ST_Covers(ST_GeomFromText($1, 4326), position)`,
        `POLYGON((${[...ring, ring[0]].join(', ')}))`,
      )
    ).map((row) => row.id)
    expect(inside.length).toBeGreaterThan(0)
    await expect(page.getByText(`共 ${inside.length} 条`)).toBeVisible()
    await look(page, 'desk-drawn')
  })

  await test.step('takes them out as a spreadsheet', async () => {
    await page.getByRole('button', { name: '导出' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Excel 表格（XLSX）' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^未覆盖单位_\d{8}\.xlsx$/)
    expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK')
    await page.keyboard.press('Escape')
  })

  await test.step('and sends somebody to them', async () => {
    await page.getByRole('button', { name: /^选中圈内/ }).click()
    await page.getByRole('button', { name: '编成巡查' }).click()
    await page.getByRole('radio').first().check()
    await page.getByRole('button', { name: '下发巡查' }).click()
    await expect(page.getByText(/巡查已下发：/).first()).toBeVisible()
    const stops = await city.rows<{ employer_id: string }>(
      `select s.employer_id from patrols p join patrol_stops s on s.patrol_id = p.id
        where p.planned_at = (select max(planned_at) from patrols)`,
    )
    expect(stops.length).toBe(Math.min(60, inside.length))
    expect(stops.every((stop) => inside.includes(stop.employer_id))).toBe(true)
  })

  await test.step('the nearest to a place are asked for with one click on the map', async () => {
    await desk.go('未覆盖单位')
    await page.getByRole('button', { name: '找最近的' }).click()
    const box = (await desk.map().boundingBox())!
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    await expect(page.getByText('共 50 条')).toBeVisible()
    await expect(page.getByRole('columnheader', { name: '距离' })).toBeVisible()
    await look(page, 'desk-nearest')
  })
})
