/** A county imports what other departments send: questions, defects, consent, writing; and takes a file out again. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { ROOT } from '../../support/server'
import { expect, test } from '../support/stage'
import type { City } from '../support/city'

/** A reading process has to start and load its libraries; on a busy machine that takes its time. */
const READ = { timeout: 60_000 }

interface Street {
  id: string
  code: string
  name: string
}

/** A street of 寿光 with a handful of communities. */
async function streetOf(city: City, nth: number): Promise<Street> {
  const rows = await city.rows<Street>(
    `select s.id, s.code, s.name from grids s join grids c on c.parent_id = s.id and c.valid_to is null
      where s.path <@ '370700.370783' and s.level = 3 and s.valid_to is null
      group by s.id having count(*) between 4 and 60 order by s.code`,
  )
  return rows[nth]!
}

function layersOf(city: City, street: Street): string {
  const folder = mkdtempSync(join(tmpdir(), 'wangge-layers-'))
  execFileSync(join(ROOT, '.venv/bin/python'), [join(ROOT, 'tests/e2e/support/layers.py'), folder, city.server.urls.owner, street.code])
  return folder
}

async function upload(page: Page, file: string, street: Street): Promise<void> {
  await page.goto(`/console/imports?grid_id=${street.id}`)
  await page.getByRole('button', { name: '新的导入' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('把文件拖到这里，或点此选择').setInputFiles(file)
  await dialog.getByRole('button', { name: '上传并检查' }).click()
  await expect(page.getByRole('link', { name: '导入导出' }).last()).toBeVisible()
}

test('a Shapefile in GBK without .prj, in metres: asked, then the same grids as before', async ({ desk, city }) => {
  test.setTimeout(240_000)
  const street = await streetOf(city, 0)
  const folder = layersOf(city, street)
  await desk.signInAside('county', city.password)
  await desk.go('导入导出')
  await upload(desk.page, join(folder, 'gbk_no_prj.zip'), street)

  await expect(desk.page.getByRole('heading', { name: '坐标系是哪一种？' })).toBeVisible(READ)
  await expect(desk.page.getByRole('radio').first()).toBeChecked()
  await desk.page.getByText('中央经线 120°').first().click()
  await desk.page.getByRole('button', { name: '确定', exact: true }).click()

  await expect(desk.page.getByText('已检查', { exact: true })).toBeVisible(READ)
  const row = await city.one<{ state: string; datum: string; encoding: string }>(
    `select state, report -> 'datum' ->> 'code' as datum, report ->> 'encoding' as encoding from spatial_imports
      where file_name = 'gbk_no_prj.zip'`,
  )
  expect(row).toMatchObject({ state: 'ready', datum: 'EPSG:4549' })
  expect(row.encoding).toMatch(/GB/)
  const name = await city.one<{ name: string }>(
    `select f.name from spatial_import_features f join spatial_imports i on i.id = f.import_id
      where i.file_name = 'gbk_no_prj.zip' and f.position = 0`,
  )
  const known = await city.one<{ name: string }>(`select name from grids where parent_id = $1 and valid_to is null order by code limit 1`, street.id)
  expect(name.name).toBe(known.name)
  rmSync(folder, { recursive: true })
})

test('a GeoJSON in GCJ-02 that says nothing: its shift is noticed and named', async ({ desk, city }) => {
  test.setTimeout(240_000)
  const street = await streetOf(city, 1)
  const folder = layersOf(city, street)
  await desk.signIn('county', city.password)
  await upload(desk.page, join(folder, 'gcj02.geojson'), street)

  await expect(desk.page.getByRole('heading', { name: '坐标系是哪一种？' })).toBeVisible(READ)
  await expect(desk.page.getByText('数据很可能是 GCJ-02')).toBeVisible()
  await expect(desk.page.getByRole('radio', { name: /GCJ-02/ })).toBeChecked()
  await desk.page.getByRole('button', { name: '确定', exact: true }).click()
  await expect(desk.page.getByText('已检查', { exact: true })).toBeVisible(READ)
  const row = await city.one<{ code: string; n: number }>(
    `select report -> 'datum' ->> 'code' as code, (report -> 'counts' ->> 'features')::int as n from spatial_imports
      where file_name = 'gcj02.geojson'`,
  )
  expect(row.code).toBe('GCJ-02')
  await desk.page.getByRole('button', { name: '撤回导入' }).click()
  await expect(desk.page.getByText('已撤回', { exact: true })).toBeVisible()
  expect(await city.rows(`select 1 from spatial_imports where file_name = 'gcj02.geojson' and state = 'withdrawn'`)).toHaveLength(1)
  rmSync(folder, { recursive: true })
})

test('a bow tie and an overlap: seen on the map, agreed to, written, and out again', async ({ desk, city }) => {
  test.setTimeout(300_000)
  const street = await streetOf(city, 2)
  const folder = layersOf(city, street)
  await desk.signIn('county', city.password)
  await upload(desk.page, join(folder, 'faulty.geojson'), street)

  const { page } = desk
  await expect(page.getByText('已检查', { exact: true })).toBeVisible(READ)
  await expect(page.getByRole('list', { name: '问题种类' }).getByRole('button', { name: /边界自相交/ })).toBeVisible()
  await expect(page.getByRole('list', { name: '问题种类' }).getByRole('button', { name: /重叠/ }).first()).toBeVisible()
  await expect(page.getByRole('button', { name: '写入' })).toBeDisabled()
  await page.locator('[data-position="0"] .features__name').click()
  await page.locator('[data-position="0"] .features__choices').getByText('修复图形').hover()

  await page.getByText(/^修复图形（/).click()
  await page.getByLabel('自动修补的最大面积（平方米）').fill('100000')
  await page.getByLabel('自动修补的最大面积（平方米）').blur()
  await expect(page.getByText('有 2 项改动，需要重新检查')).toBeVisible()
  await page.getByRole('button', { name: '重新检查' }).click()
  await expect(page.getByText('写入后的变化')).toBeVisible(READ)
  await expect(page.getByText('家换网格')).toBeVisible()

  const before = await city.rows(`select id, ST_AsText(geom) from grids where parent_id = $1 and valid_to is null order by code`, street.id)
  await page.getByRole('button', { name: '写入' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '写入' }).click()
  await expect(page.getByRole('heading', { name: '已写入', exact: true })).toBeVisible(READ)
  const after = await city.rows(`select id, ST_AsText(geom) from grids where parent_id = $1 and valid_to is null order by code`, street.id)
  expect(after).toHaveLength(before.length)
  expect(after).not.toEqual(before)
  const change = await city.one<{ kind: string; tiles: boolean }>(
    `select c.kind, ST_Equals(p.geom, (select ST_Union(g.geom) from grids g where g.parent_id = p.id and g.valid_to is null)) as tiles
       from grid_changes c join grids p on p.id = c.grid_id where c.grid_id = $1`,
    street.id,
  )
  expect(change).toEqual({ kind: 'replace', tiles: true })
  await page.getByRole('button', { name: /在地图上看调整前的边界/ }).click()

  await desk.go('导入导出')
  await expect(desk.row('faulty.geojson')).toContainText('已写入')
  await page.getByRole('button', { name: '导出' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog').getByRole('button', { name: '导出', exact: true }).click(),
  ])
  const exported = JSON.parse(readFileSync((await download.path())!, 'utf8')) as { features: { properties: Record<string, unknown> }[] }
  expect(exported.features.length).toBeGreaterThan(before.length)
  expect(exported.features.some(({ properties }) => properties['编码'] === street.code)).toBe(true)
  rmSync(folder, { recursive: true })
})
