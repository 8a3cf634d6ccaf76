/** A clerk imports a list as a department made it: a column to correct, rows to mend, written, and one match by keyboard. */
import { readFileSync } from 'node:fs'
import { expect, test } from '../support/stage'

/** A reading process has to start; on a busy machine that takes its time. */
const READ = { timeout: 60_000 }

test('a dirty list: a column corrected, errors seen, written, a match made by keyboard and undone', async ({ desk, city }) => {
  test.setTimeout(180_000)
  const { page } = desk
  const known = await city.one<{ name: string; address: string; path: string; county: string; county_id: string }>(
    `select e.name, e.address, e.grid_path::text as path, c.name as county, c.id as county_id
       from employers e join grids c on c.level = 2 and c.valid_to is null and e.grid_path <@ c.path
      where e.grid_path <@ '370700.370783' and e.review_state = 'accepted' and length(e.name) > 7
        and (select count(*) from employers o where o.name = e.name) = 1 order by e.name limit 1`,
  )
  const rows = [
    ['寿光市2026年第三季度参保单位花名册', '', '', '', ''],
    ['序号', '参保单位', '信用代码', '单位所在', '参保人数'],
    ['1', known.name, '', '别处 9 号', '约20人'],
    ['2', '寿光新开张五金店', '9.13707E+17', '农圣街8号', '3'],
    ['3', '寿光无名豆腐坊', '', '圣城街11号', '很多'],
    ['合计', '', '', '', '23'],
  ]
  const list = { name: '参保单位.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.map((row) => row.join(',')).join('\r\n')) }

  await desk.signInAside('county', city.password)
  await desk.go('登记名单')
  await page.getByRole('button', { name: '导入名单' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('社保', { exact: true }).click()
  await dialog.getByLabel('选择名单文件，或拖到这里').setInputFiles(list)
  await dialog.getByRole('button', { name: '上传并检查' }).click()

  // "参保单位" is found by nobody: a person says that it is the name
  await expect(page.getByText('没有认出“单位名称”在哪一列')).toBeVisible(READ)
  await page.getByRole('combobox', { name: '单位名称' }).press('Enter')
  await page.getByRole('listbox', { name: '单位名称' }).getByRole('option', { name: 'B 参保单位' }).click()
  await page.getByRole('combobox', { name: '地址' }).press('Enter')
  await page.getByRole('listbox', { name: '地址' }).getByRole('option', { name: 'D 单位所在' }).click()
  await page.getByRole('button', { name: '按此重新检查' }).click()

  const problems = page.getByRole('region', { name: '有问题的行' })
  await expect(problems.getByText('表格把信用代码当成了数字')).toBeVisible(READ)
  await expect(problems.getByText('人数“很多”读不出来')).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    problems.getByRole('link', { name: '下载标注过的表格' }).click(),
  ])
  expect(readFileSync((await download.path())!).subarray(0, 2).toString()).toBe('PK')

  await page.getByRole('button', { name: '写入 2 行' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '写入名单' }).click()
  await page.getByRole('link', { name: '去核对匹配' }).click(READ)

  const compared = page.getByRole('table', { name: new RegExp(`^${known.name}`) })
  await expect(compared.getByText('名称相同')).toBeVisible(READ)
  await page.keyboard.press('1')
  await expect(page.getByRole('status').getByText(`“${known.name}”已对应到“${known.name}”`)).toBeVisible()
  const linked = `select e.name from registry_rows r join employers e on e.id = r.employer_id where r.name = $1`
  expect(await city.rows(linked, known.name)).toEqual([{ name: known.name }])
  await page.keyboard.press('u')
  await expect(compared.getByText('名称相同')).toBeVisible()
  expect(await city.rows(linked, known.name)).toEqual([])
  await page.keyboard.press('1')
  await expect(page.getByText('没有待核对的匹配')).toBeVisible()

  await page.getByRole('link', { name: '匹配记录', exact: true }).click()
  await expect(desk.row(known.name).first()).toContainText('是同一家')
  await page.getByRole('link', { name: '登记名单', exact: true }).last().click()
  await expect(desk.row('寿光无名豆腐坊')).toContainText('没有档案')
})
