import { expect, test } from '../support/stage'
test('look', async ({ desk, city }) => {
  test.setTimeout(150_000)
  const { page } = desk
  const shot = async (name: string) => { await page.waitForLoadState('networkidle'); await page.waitForTimeout(400); await page.screenshot({ path: `/tmp/look/${name}.png`, animations: 'disabled' }) }
  const who = await city.anySupervisor()
  await city.planToday(who, (await city.employersOf(who)).slice(0, 2), '日常巡查')
  await desk.signIn('county', city.password)
  await desk.go('人员'); await shot('people')
  await page.getByRole('button', { name: '推荐人员' }).click(); await shot('nominate'); await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '导入', exact: true }).click(); await shot('import'); await page.keyboard.press('Escape')
  for (const tab of ['basics', 'posts', 'duties', 'certificates', 'training', 'work']) { await page.goto(`/console/people/${who.person_id}?tab=${tab}`); await shot(`person-${tab}`) }
  await page.goto(`/console/people/${who.person_id}/hand-over`); await expect(page.getByText('全部交给')).toBeVisible(); await shot('hand-over')
  await page.goto(`/console/people/${who.person_id}/card`); await shot('card')
  await desk.go('证书'); await shot('certificates')
  await page.goto('/console/certificates/print?status=expiring'); await shot('certificates-print')
  await desk.go('培训'); await shot('training')
})
