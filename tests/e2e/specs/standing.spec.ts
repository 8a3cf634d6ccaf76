/** How an employer stands: two complaints put it under key supervision, a year's record gives it a grade, an objection changes it. */
import { expect, test } from '../support/stage'

const LAST_YEAR = Number(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 4)) - 1

test('two complaints, the list, the phone, the acknowledgement', async ({ desk, city, newPhone }) => {
  test.setTimeout(120_000)
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { page } = desk
  await desk.signInAside('county', city.password)
  await page.goto(`/console/employers/${employer!.id}`)
  for (const reference of ['投诉 2026-001', '投诉 2026-002']) {
    await page.getByRole('button', { name: '登记线索' }).click()
    await page.getByRole('dialog').getByLabel('文号或凭据').fill(reference)
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
    await expect(page.getByText(reference)).toBeVisible()
  }
  await expect(page.getByRole('button', { name: '一年内被投诉两次以上' })).toBeVisible()

  await test.step('her phone shows it, and she takes note without a network', async () => {
    const { app, context } = await newPhone()
    await app.signInAndReceive(who.login, city.password)
    await context.setOffline(true)
    await app.go('单位')
    await app.page.getByText('重点监管', { exact: true }).first().click()
    await expect(app.page.getByRole('link', { name: employer!.name })).toContainText('重点待签收')
    await app.openEmployer(employer!.name)
    await expect(app.page.getByText('一年内被投诉两次以上')).toBeVisible()
    await expect(app.page.getByText(/^2 次（.+ 至 .+）$|^2 次（.+）$/)).toBeVisible()
    await app.page.getByLabel('打算怎么做').fill('本周上门核实加班费')
    await app.page.getByRole('button', { name: '我已知悉，签收' }).click()
    await expect(app.page.getByText(/· 已签收/)).toBeVisible()
    await expect(app.page.getByRole('button', { name: '我已知悉，签收' })).toBeHidden()
    await context.setOffline(false)
    await app.expectAllSafe()
  })

  await desk.go('重点监管')
  await page.getByPlaceholder('搜单位名称、信用代码').fill(employer!.uscc)
  const row = desk.row(employer!.name).filter({ hasText: '一年内被投诉两次以上' })
  await expect(row).toContainText(/2 次/)
  await expect(row).not.toContainText('未签收')
  await row.getByRole('button', { name: '一年内被投诉两次以上' }).click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByText('一年按 365 日计，含第 365 日')).toBeVisible()
  await expect(drawer.getByText('本周上门核实加班费')).toBeVisible()
  await expect(drawer.getByText(who.name)).not.toHaveCount(0)
  await page.keyboard.press('Escape')

  await test.step('another reason is acknowledged at the desk', async () => {
    await page.goto(`/console/employers/${employer!.id}`)
    await page.getByRole('button', { name: '登记线索' }).click()
    await page.getByRole('dialog').getByLabel('线索种类').selectOption({ label: '集体上访' })
    await page.getByRole('dialog').getByLabel('文号或凭据').fill('信访件 2026-003')
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
    await page.getByRole('button', { name: '发生集体上访' }).click()
    await drawer.getByLabel('签收意见').fill('本周上门走访')
    await drawer.getByRole('button', { name: '签收' }).click()
    await expect(drawer.getByText('本周上门走访')).toBeVisible()
  })
})

test('a proposal, a publication, an objection', async ({ desk, city }) => {
  test.setTimeout(120_000)
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  await city.rows(
    `insert into employer_signals (id, employer_id, kind, aspect, since, source, reference, note, recorded_by, end_note, withdrawn_why,
                                   version, grid_path)
     select gen_random_uuid(), e.id, 'obstruction', 'other', make_date($2, 6, 1), 'desk', '', '', $3, '', '', 1, e.grid_path
       from employers e where e.id = $1`,
    employer!.id,
    LAST_YEAR,
    who.person_id,
  )
  const { page } = desk
  const dialog = page.getByRole('dialog')
  await desk.signInAside('county', city.password)
  await desk.go('诚信等级')
  await page.getByRole('button', { name: '新建评价批次' }).first().click()
  await dialog.getByRole('button', { name: '开始生成建议' }).click()
  await page.getByPlaceholder('搜单位名称、信用代码').fill(employer!.uscc)
  const row = desk.row(employer!.name)
  await expect(row).toContainText('无理抗拒、阻挠实施劳动保障监察', {
    timeout: 30_000,
  })
  await expect(row).toContainText('C 级')

  for (const grade of ['A', 'C']) {
    await page.getByRole('button', { name: `采纳全部 ${grade} 级建议` }).click()
    await dialog.getByRole('button', { name: '采纳', exact: true }).click()
    await expect(page.getByRole('button', { name: `采纳全部 ${grade} 级建议` })).toBeHidden({ timeout: 30_000 })
    await expect(page.getByText('审核中', { exact: true })).toBeVisible({
      timeout: 30_000,
    })
  }
  await page.getByRole('button', { name: '公布', exact: true }).click()
  await dialog.getByRole('button', { name: '公布' }).click()
  await expect(row).toContainText('已公布', { timeout: 30_000 })

  await row.getByRole('button', { name: employer!.name }).click()
  const drawer = page.getByRole('dialog', { name: employer!.name })
  await drawer.getByRole('button', { name: '受理异议' }).click()
  const form = page.getByRole('dialog', { name: '受理异议' })
  await form.getByLabel('提出人').fill('王经理')
  await form.getByLabel('异议理由').fill('当天负责人不在场，次日已配合检查。')
  await form.getByRole('button', { name: '保存' }).click()
  await drawer.getByRole('button', { name: '作出决定' }).click()
  const answer = page.getByRole('dialog', { name: '作出决定' })
  await answer.getByLabel('决定').selectOption({ label: '异议成立' })
  await answer.getByLabel('改为').selectOption('B')
  await answer.getByLabel('理由').fill('核查属实。')
  await answer.getByRole('button', { name: '保存' }).click()

  await expect(drawer.getByText('异议成立，改为 B 级。')).toBeVisible()
  await expect(drawer.getByText('C 级改为 B 级。')).toBeVisible()
  const file = await city.one<{ grade: string }>('select grade from employers where id = $1', employer!.id)
  expect(file.grade).toBe('B')
})
