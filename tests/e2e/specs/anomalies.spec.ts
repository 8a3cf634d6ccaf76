/** Records that look odd come to the desk with what was seen, and a person says what it was. */
import { beside } from '../support/city'
import { expect, test } from '../support/stage'

test('a check-in made faster than anybody travels is found, looked into and concluded on', async ({ desk, city }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  await city.rows(`update policies set value = '0' where key = 'anomaly_wait_s'`)
  await city.pushCheckIns(who, employer!, [
    { at: employer!.position, minutesAgo: 12 },
    { at: beside(employer!.position, 24_000), minutesAgo: 10 },
  ])

  await desk.signInAside('county', city.password)
  await desk.go('异常记录')
  const row = desk.row(who.name).filter({ hasText: '移动过快' })
  await expect(async () => {
    await desk.page.reload()
    await expect(row).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 30_000 })
  await expect(row).toContainText(/2 分钟走了 24 公里，约每小时 7\d\d 公里。/)
  await row.getByRole('button', { name: '移动过快' }).click()

  const drawer = desk.page.getByRole('dialog')
  await expect(drawer.getByText('50 分', { exact: true })).toBeVisible()
  await expect(drawer.getByRole('button', { name: '保存结论' })).toBeDisabled()
  await drawer.getByText('有合理原因').click()
  await drawer.getByLabel('核实情况').fill('电话核实：坐车回所里途中误点了签到。')
  await drawer.getByRole('button', { name: '保存结论' }).click()
  await expect(drawer.getByText('电话核实：坐车回所里途中误点了签到。')).toBeVisible()
  await expect(row).toBeHidden()

  await drawer.getByRole('button', { name: '关闭' }).click()
  await desk.page.getByRole('combobox', { name: '结论' }).press('Enter')
  await desk.page.getByRole('option', { name: '有合理原因' }).click()
  await expect(row).toBeVisible()
  const line = await city.one<{ details: { after: { conclusion: string } } }>(
    `select l.details from audit_log l join anomalies a on a.subject_id = l.subject_id
      where l.action = 'anomaly_reviewed' and a.person_id = $1`,
    who.person_id,
  )
  expect(line.details.after.conclusion).toBe('explained')
})
