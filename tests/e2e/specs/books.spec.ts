/** A county prints a grid and an employer: made while one waits, taken as PDF and spreadsheet, and read with another program. */
import { execFileSync } from 'node:child_process'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from '../support/stage'

/** A process has to start, read and set the type; on a busy machine that takes its time. */
const MADE = { timeout: 90_000 }

/** Take a file of the book that this part of the page shows. */
async function taken(
  page: Page,
  where: Locator,
  format: 'PDF' | 'XLSX',
  title: string,
): Promise<{ name: string; path: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    where.getByRole('button', { name: `下载 ${title} 的 ${format}` }).click(),
  ])
  return { name: download.suggestedFilename(), path: await download.path() }
}
const textOf = (pdf: string) =>
  execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf-8' }).replace(/\s+/g, '')

test('a grid is made into a book that can be read, and stays in the list', async ({ desk, city }) => {
  test.setTimeout(150_000)
  const grid = await city.one<{ id: string; name: string; employer: string }>(
    `select g.id, g.name, min(e.name) as employer from grids g join employers e on e.grid_id = g.id
      where g.path <@ '370700.370783' and g.level = 4
        and not exists (select from grids o where o.name = g.name and o.id <> g.id)
      group by g.id order by count(*) desc, g.code limit 1`,
  )
  await desk.signInAside('county', city.password)
  await desk.go('一格一册')
  await desk.page.getByRole('button', { name: '制作一格一册' }).first().click()
  const dialog = desk.page.getByRole('dialog')
  await dialog.getByRole('button', { name: '选择网格' }).click()
  await desk.page.getByPlaceholder('按名称查找网格').last().fill(grid.name)
  await desk.page.getByRole('button', { name: grid.name }).last().click()
  await dialog.getByRole('button', { name: '制作', exact: true }).click()
  await expect(dialog.getByRole('button', { name: `下载 ${grid.name} 的 PDF` })).toBeVisible(MADE)

  const pdf = await taken(desk.page, dialog, 'PDF', grid.name)
  expect(pdf.name).toMatch(new RegExp(`^一格一册_${grid.name}_\\d{8}\\.pdf$`))
  const text = textOf(pdf.path)
  for (const words of ['一格一册', '网格地图', '责任人员与四定', grid.employer]) expect(text).toContain(words)
  await dialog.getByRole('button', { name: '关闭', exact: true }).click()
  const row = desk.row(grid.name)
  await expect(row).toContainText('一格一册')
  expect((await taken(desk.page, row, 'XLSX', grid.name)).name).toMatch(/\.xlsx$/)
  const { n } = await city.one<{ n: number }>(`select count(*)::int as n from audit_log where action = 'book_taken'`)
  expect(n).toBe(2)
})

test('the file of an employer is printed from its page', async ({ desk, city }) => {
  test.setTimeout(150_000)
  const employer = await city.one<{ id: string; name: string }>(
    `select e.id, e.name from employers e where e.grid_path <@ '370700.370783'
        and exists (select from evidence v where v.employer_id = e.id and v.copy_state = 'stored') order by e.name limit 1`,
  )
  await desk.signInAside('county', city.password)
  await desk.page.goto(`/console/employers/${employer.id}`)
  await desk.page.getByRole('button', { name: '制作档案册' }).click()
  await desk.page.getByRole('dialog').getByRole('button', { name: '制作', exact: true }).click()
  await expect(desk.page.getByRole('button', { name: `下载 ${employer.name} 的 PDF` })).toBeVisible(MADE)

  const { path } = await taken(desk.page, desk.page.getByRole('dialog'), 'PDF', employer.name)
  const text = textOf(path)
  for (const words of ['一企一档', employer.name, '档案时间线', 'SHA-256']) expect(text).toContain(words)
})
