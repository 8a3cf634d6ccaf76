/** One employer, one file: filed on a phone without a network, read and changed at the desk, and one field that two people said. */
import { beside } from '../support/city'
import { creditCode } from '../support/creditCode'
import { standAt } from '../support/phone'
import { expect, test } from '../support/stage'
import type { FieldApp } from '../pages/field'

const CODE = creditCode(60_221_847)

/** Open a section of the form and fill fields by their names. */
async function fillSection(app: FieldApp, section: string, values: Record<string, string>): Promise<void> {
  const block = app.page.locator('details', { has: app.page.locator('summary').filter({ hasText: section }) })
  if ((await block.getAttribute('open')) === null) await block.locator('summary').click()
  for (const [name, value] of Object.entries(values)) await block.getByLabel(name, { exact: true }).fill(value)
}

test('a form filled in offline reaches the desk, and a field that two people changed is decided there', async ({
  newPhone,
  city,
  desk,
}) => {
  test.setTimeout(150_000)
  const who = await city.anySupervisor()
  const neighbour = await city.employerAmid(who)
  const { context, app } = await newPhone()
  const { page } = app
  const name = `填表饭店 ${CODE.slice(-4)}`

  await standAt(context, beside(neighbour.position, 30), 8)
  await app.signInAndReceive(who.login, city.password)
  await context.setOffline(true)

  await test.step('she registers an employer and opens its file, all without a network', async () => {
    await page.goto('/employers/new')
    await page.getByLabel('单位名称').fill(name)
    await page.getByLabel('统一社会信用代码').fill(CODE)
    await page.getByRole('button', { name: '用我现在的位置' }).click()
    await page.getByRole('button', { name: '保存登记' }).click()
    await page.getByRole('link', { name: '填写档案' }).click()
    await expect(page.getByRole('heading', { name: '单位档案' })).toBeVisible()
  })

  await test.step('the industry is found by pinyin initials; sums that do not add up are named; a reload loses nothing', async () => {
    await fillSection(app, '基本情况', {
      '法定代表人或负责人': '周总',
      '人事联系人': '吴会计',
      '联系电话': '13900001111',
      '实际经营地址': '商场路 2 号',
    })
    await page.getByRole('combobox', { name: '行业' }).fill('cyy')
    await page.getByRole('option', { name: '62 餐饮业' }).click()
    await fillSection(app, '用工人数', { '从业人员总数': '12', '其中：建立劳动关系': '11', '其中：劳务派遣': '2', '在册职工': '12' })
    await expect(page.getByText('从业人员总数 12 应等于六项之和 13。')).toBeVisible()
    await page.reload()
    await expect(page.getByText('上次没填完的内容已经找回。')).toBeVisible()
    await fillSection(app, '用工人数', { '其中：劳务派遣': '1' })
    await expect(page.getByText('从业人员总数 12 应等于六项之和')).toBeHidden()
  })

  await test.step('the whole form goes in once every warning says why it stands', async () => {
    await fillSection(app, '劳动合同', { '应签劳动合同': '12', '实签劳动合同': '12', '用工满一个月仍未签': '0' })
    await fillSection(app, '社会保险', { '养老：参保人数': '11', '工伤：参保人数': '12' })
    await fillSection(app, '工资支付', { '最低月工资（元）': '2100', '被欠薪人数': '0' })
    await fillSection(app, '工时休假', { '每日工作小时': '9' })
    await page.getByText('填完整表', { exact: true }).first().click()
    await page.getByLabel('单位填表人').fill('吴会计')
    await page.getByRole('button', { name: '填完整表' }).click()
    await expect(page.getByText(/还有 \d 处请写明情况/)).toBeVisible()
    for (const reason of await page.getByLabel(/^情况说明/).all()) await reason.fill('已告知，下月整改')
    await page.getByRole('button', { name: '填完整表' }).click()
    await expect(page.getByRole('heading', { name })).toBeVisible()
  })

  await test.step('with a network it is on file, complete, and dated', async () => {
    await context.setOffline(false)
    await app.comeBack()
    await app.expectSent()
    const [row] = await city.rows<{ is_complete: boolean; filler: string; kept: Record<string, string> }>(
      `select e.is_complete, s.filler, s.kept from employers e join employer_surveys s on s.employer_id = e.id where e.uscc = $1`,
      CODE,
    )
    expect(row).toMatchObject({ is_complete: true, filler: '吴会计', kept: { hours_day: '已告知，下月整改' } })
  })

  const { id } = await city.one<{ id: string }>('select id from employers where uscc = $1', CODE)
  await desk.signInAside('county', city.password)

  await test.step('she changes the contact offline while the desk changes it too', async () => {
    await app.expectSent()
    await expect
      .poll(async () => {
        // her own record comes back with the changes, which wait for every transaction that began before it
        await app.comeBack()
        return ((await app.rows('employers')) as { id: string; version: number }[]).find((row) => row.id === id)?.version
      })
      .toBeGreaterThan(1)
    await context.setOffline(true)
    await page.goto(`/employers/${id}/file`)
    await expect(page.getByRole('heading', { name: '单位档案' })).toBeVisible()
    await fillSection(app, '基本情况', { '人事联系人': '郑会计' })
    await page.getByRole('button', { name: '保存改动' }).click()
    await expect(page.getByRole('heading', { name })).toBeVisible()

    await desk.page.goto(`/console/employers/${id}`)
    await desk.page.getByRole('tab', { name: '调查登记表' }).click()
    await expect(desk.page.getByText('档案完整')).toBeVisible()
    await desk.page.getByLabel('人事联系人', { exact: true }).fill('孙会计')
    await desk.page.getByRole('button', { name: '保存 1 项改动' }).click()
    await expect(desk.page.getByText('已保存。')).toBeVisible()
  })

  await test.step('both are kept, and she is told that nothing is left for her to do', async () => {
    await context.setOffline(false)
    await app.comeBack()
    await expect.poll(async () => (await app.outbox()).filter(({ state }) => state === 'needs_you').length, { timeout: 30_000 }).toBe(1)
    await app.go('待传')
    await page.getByRole('link', { name: /修改档案/ }).first().click()
    await expect(page.getByText('人事联系人：与别人同时填的内容不一致。')).toBeVisible()
  })

  await test.step('the desk sees both, chooses with a reason, and the history tells it all', async () => {
    await desk.go('字段冲突')
    const row = desk.row(name)
    await expect(row).toContainText('孙会计')
    await expect(row).toContainText('郑会计')
    await row.getByRole('button', { name: '人事联系人' }).click()
    const drawer = desk.page.getByRole('dialog')
    await drawer.getByText('郑会计').first().click()
    await drawer.getByLabel('理由').fill('电话问过，郑会计接手')
    await drawer.getByRole('button', { name: '核定' }).click()
    await expect(row).toBeHidden()
    expect(await city.one('select contact_name from employers where id = $1', id)).toEqual({ contact_name: '郑会计' })
    await desk.page.goto(`/console/employers/${id}`)
    await desk.page.getByRole('tab', { name: '修改历史' }).click()
    await expect(desk.page.getByText('核定冲突').first()).toBeVisible()
    await desk.page.getByRole('tab', { name: '时间线' }).click()
    await expect(desk.page.getByText('填表人 吴会计')).toBeVisible()
  })
})
