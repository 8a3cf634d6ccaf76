/** The register of people on the desk: from nomination to a duty, what an ended certificate forbids, and a hand-over. */
import type { Page } from '@playwright/test'
import { expect, test } from '../support/stage'

const dialog = (page: Page) => page.getByRole('dialog')
const day = (days: number) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

async function pick(page: Page, label: string, text: string): Promise<void> {
  const box = dialog(page).getByLabel(label)
  await box.click()
  await box.pressSequentially(text)
  await page.getByRole('option', { name: text }).first().click()
}

test('nominate, approve, examine, certify, appoint, assign', async ({ desk, city }) => {
  test.setTimeout(120_000)
  const { page } = desk
  // a community of 寿光 nobody answers for
  const gap = await city.one<{
    code: string
    name: string
    unit: string
    street: string
  }>(
    `select g.code, g.name, u.name as unit, s.name as street from grids g join units u on u.grid_id = g.id
       join grids s on s.path = subpath(g.path, 0, 3)
      where g.level = 4 and g.path <@ '370700.370783' and not exists (select from duties d where d.grid_id = g.id)
      order by g.code limit 1`,
  )
  await desk.signInAside('county', city.password)
  await desk.go('人员')

  await page.getByRole('button', { name: '推荐人员' }).click()
  await dialog(page).getByLabel('姓名').fill('欧阳晓试')
  await pick(page, '所属机构', gap.unit)
  await dialog(page).getByLabel('工号').fill('E2E001')
  await dialog(page).getByLabel('身份证号').fill('11010519491231002X')
  await dialog(page).getByLabel('手机号').fill('16499990001')
  await dialog(page).getByRole('button', { name: '提交推荐' }).click()
  await expect(page.getByRole('heading', { name: '欧阳晓试 待审批' })).toBeVisible()
  await expect(page.getByText('1101************2X')).toBeVisible()
  const personUrl = page.url()

  await page.getByRole('button', { name: '同意', exact: true }).click()
  await dialog(page).getByRole('button', { name: '同意' }).click()
  await expect(page.getByText('已批准')).toBeVisible()
  // no certificate, no post
  await page.getByRole('tab', { name: '任职' }).click()
  await page.getByRole('button', { name: '任职' }).click()
  await dialog(page).getByRole('button', { name: '任职' }).click()
  await expect(dialog(page).getByRole('alert')).toContainText('欧阳晓试 在')
  await expect(dialog(page).getByRole('alert')).toContainText('没有有效的岗位培训合格证书')
  await dialog(page).getByRole('button', { name: '取消' }).click()

  // the exam
  await desk.go('培训')
  await page.getByRole('button', { name: '新建计划' }).click()
  await dialog(page).getByLabel('计划名称').fill('监督员岗前培训')
  await dialog(page).getByLabel('计划培训人数').fill('30')
  await dialog(page).getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '增加课程' }).click()
  await dialog(page).getByLabel('课程名称').fill('劳动合同法与工资支付')
  await dialog(page).getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '增加考试' }).click()
  await dialog(page).getByLabel('考试').fill('岗前结业考试')
  await dialog(page).getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '登记成绩' }).click()
  await pick(page, '姓名', '欧阳晓试')
  await dialog(page).getByLabel('成绩').fill('88')
  await dialog(page).getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('row').filter({ hasText: '欧阳晓试' })).toContainText('合格')

  // what came of it
  await page.getByRole('row').filter({ hasText: '欧阳晓试' }).getByRole('button', { name: '登记证书' }).click()
  await dialog(page).getByLabel('证书编号').fill('鲁岗培E2E001')
  await dialog(page).getByRole('button', { name: '登记', exact: true }).click()
  await expect(page.getByRole('row').filter({ hasText: '欧阳晓试' })).toContainText('已登记证书')

  await page.goto(`${personUrl}?tab=posts`)
  await page.getByRole('button', { name: '任职' }).click()
  await dialog(page).getByRole('button', { name: '任职' }).click()
  await expect(page.getByRole('heading', { name: '欧阳晓试 在任' })).toBeVisible()

  await page.getByRole('tab', { name: '责任网格' }).click()
  await page.getByRole('button', { name: '分配责任网格' }).click()
  await pick(page, '网格（定区域）', gap.name)
  await dialog(page).getByRole('button', { name: '分配责任网格' }).click()
  await expect(page.getByRole('row').filter({ hasText: '主责' })).toBeVisible()

  const stored = await city.one<{ state: string; duties: number }>(
    `select p.state, (select count(*)::int from duties d where d.person_id = p.id and d.is_main) as duties
       from people p where p.employee_no = 'E2E001'`,
  )
  expect(stored).toEqual({ state: 'appointed', duties: 1 })
  await page.getByRole('button', { name: '四定卡' }).click()
  await expect(page.getByRole('heading', { name: '网格责任卡（四定）' })).toBeVisible()
})

test('whose certificate has ended is given no patrol on that day', async ({ desk, city }) => {
  const { page } = desk
  const who = await city.anySupervisor()
  const employer = (await city.employersOf(who))[0]!
  await desk.signIn('county', city.password)
  await page.goto(`/console/people/${who.person_id}?tab=certificates`)

  await page.getByRole('button', { name: '更正' }).click()
  await dialog(page).getByLabel('有效期至').fill(day(1))
  await dialog(page).getByLabel('有效期至').press('Enter')
  await dialog(page).getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('即将到期').first()).toBeVisible()

  const plan = async (on: string) =>
    page.request.post('/api/patrols', {
      headers: { 'X-Wangge-Client': 'console/e2e', 'Accept-Language': 'zh-CN' },
      data: {
        id: crypto.randomUUID(),
        assignee_id: who.person_id,
        planned_on: on,
        employer_ids: [employer.id],
      },
    })
  expect((await plan(day(1))).status()).toBe(201)
  const refused = await plan(day(2))
  expect(refused.status()).toBe(422)
  expect((await refused.json()).detail).toContain(`${who.name} 在 ${day(2)} 没有有效的岗位培训合格证书`)
  // at the database too, whoever asks
  const owner = city.rows(
    `insert into patrols (id, title, note, assignee_id, planned_on, planned_by, status, closing_note, grid_id, grid_path, version)
     select gen_random_uuid(), 'x', '', $1, $2, $1, 'planned', '', id, path, 1 from grids where level = 1 limit 1`,
    who.person_id,
    day(2),
  )
  await expect(owner).rejects.toThrow('no valid certificate on the day')

  await page.getByRole('button', { name: '撤销' }).click()
  await dialog(page).getByLabel('原因').fill('调离岗位')
  await dialog(page).getByRole('button', { name: '撤销' }).click()
  await page.getByRole('tab', { name: '经办' }).click()
  await expect(page.getByText('今天不能派出：')).toContainText('没有有效证书')
})

test('a hand-over moves everything and prints its record', async ({ desk, city }) => {
  test.setTimeout(90_000)
  const { page } = desk
  const [who, successor] = [await city.anySupervisor(), await city.anySupervisor()]
  await city.planToday(who, (await city.employersOf(who)).slice(0, 2), '离岗前的巡查')
  await desk.signIn('county', city.password)
  await page.goto(`/console/people/${who.person_id}`)

  await page.getByRole('button', { name: '办理交接' }).click()
  await page
    .getByLabel('原因', { exact: true })
    .or(page.getByLabel('原因*', { exact: true }))
    .fill('退休')
  const everybody = page.getByRole('combobox', { name: '全部交给' })
  await everybody.click()
  await everybody.pressSequentially(successor.name)
  await page.getByRole('option', { name: successor.name }).first().click()
  await page.getByRole('button', { name: '完成交接' }).click()

  await expect(page.getByRole('heading', { name: '工作交接记录' })).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: '离岗前的巡查' })).toContainText(successor.name)
  const left = await city.one<{
    duties: number
    patrols: number
    state: string
  }>(
    `select (select count(*)::int from duties where person_id = $1 and (valid_to is null or valid_to > china_today())) as duties,
            (select count(*)::int from patrols where assignee_id = $1 and status in ('planned', 'started')) as patrols,
            (select state from people where id = $1) as state`,
    who.person_id,
  )
  expect(left).toEqual({ duties: 0, patrols: 0, state: 'left' })
})
