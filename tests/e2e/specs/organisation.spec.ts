/** Who may do what: an entrustment is drawn up and changes who is responsible; what was entrusted is not entrusted on. */
import type { City } from '../support/city'
import { expect, test } from '../support/stage'

const ZONE = '370700X1'
const POWERS = ['行政检查', '责令改正', '行政处罚']
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n')

/** An employer of the zone whose entrustment has run out, and that no list names. */
const employerOfTheZone = (city: City) =>
  city.one<{ id: string; name: string }>(
    `select e.id, e.name from employers e where e.grid_path <@ ('370700.' || $1)::ltree and e.position is not null
        and not exists (select from employer_designations d where d.employer_id = e.id) order by e.name limit 1`,
    ZONE,
  )

/** A staff member of a central district, which acts by the city's entrustment. */
const staffOfADistrict = (city: City) =>
  city.one<{ login: string }>(
    `select a.login from accounts a join appointments p on p.person_id = a.person_id join units u on u.id = p.unit_id
      where u.code = '370702' and p.role = 'county' order by a.login limit 1`,
  )

test('an entrustment changes who is responsible, from its first day on', async ({ desk, city }) => {
  test.setTimeout(90_000)
  const employer = await employerOfTheZone(city)
  await desk.signInAside('city', city.password)

  await desk.page.goto(`/console/employers/${employer.id}`)
  const answer = desk.page.locator('.who')
  await expect(answer.locator('[data-step="lapsed"]')).toContainText('由潍坊市劳动保障监察网格化管理指挥中心自己实施')
  await expect(answer.locator('[data-step="competence"]')).toContainText('峡山生态经济开发区劳动保障监察大队属于中心市区')

  await desk.go('委托')
  await desk.page.getByRole('button', { name: '新的委托' }).click()
  await desk.chooseUnit('受托机构', '峡山生态经济开发区')
  const group = (name: string) => desk.page.getByRole('group', { name })
  await desk.page.getByRole('button', { name: '全选' }).first().click()
  for (const power of POWERS) await group('委托权限').getByText(power, { exact: true }).click()
  await expect(desk.page.getByText('可以这样委托，没有与其他委托重叠。')).toBeVisible()
  await expect(desk.page.getByRole('button', { name: '保存并生效' })).toBeDisabled()
  await desk.page.getByLabel('委托书名称').fill('峡山区劳动保障监察委托书')
  await desk.page.getByLabel('文号').fill('潍人社监委〔2026〕88号')
  await desk.page.getByLabel('公布日期').fill((await city.one<{ today: string }>('select china_today()::text as today')).today)
  await desk.page.getByLabel('公布日期').press('Enter')
  await desk.page.getByLabel('公布地点').fill('市人社局网站')
  await desk.page.getByLabel('委托书文件').setInputFiles({ name: '委托书.pdf', mimeType: 'application/pdf', buffer: PDF })
  await desk.page.getByRole('button', { name: '保存并生效' }).click()

  await expect(desk.page.getByRole('heading', { level: 1 })).toContainText('峡山生态经济开发区劳动保障监察大队')
  await expect(desk.page.getByRole('heading', { level: 1 })).toContainText('有效')
  await expect(desk.page.getByText('起草')).toBeVisible()
  const [download] = await Promise.all([
    desk.page.waitForEvent('download'),
    desk.page.getByRole('link', { name: '下载文件' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('峡山区劳动保障监察委托书.pdf')

  await desk.page.goto(`/console/employers/${employer.id}`)
  await expect(answer.locator('[data-step="entrusted"]').filter({ hasText: '峡山区劳动保障监察委托书' })).toContainText(
    '以委托机构的名义实施，后果由委托机构承担，不得再委托',
  )
  await expect(answer.locator('[data-step="lapsed"]')).toHaveCount(0)
  await expect(answer.getByText('按《峡山区劳动保障监察委托书》受托')).toBeVisible()
})

test('a district that acts by entrustment is told why it may not entrust its street', async ({ desk, city }) => {
  const { login } = await staffOfADistrict(city)
  await desk.signInAside(login, city.password)

  await desk.go('机构')
  await expect(desk.page.getByText('没有自己的法定职权，受委托实施；受委托的不得再委托。')).toBeVisible()
  await desk.go('委托')
  await desk.page.getByRole('button', { name: '新的委托' }).click()
  await expect(desk.page.getByText('该机构没有自己的法定职权，不能作委托机构。')).toBeVisible()
  await desk.chooseUnit('受托机构', '城关街道')
  await desk.page.getByText('工资支付', { exact: true }).click()
  await desk.page.getByRole('group', { name: '委托权限' }).getByText('采集信息', { exact: true }).click()

  const refusal = desk.page.getByRole('alert')
  await expect(refusal).toContainText('潍城区劳动保障监察大队在这段时间对“工资支付”没有自己的法定职权')
  await expect(refusal).toContainText('它是受潍坊市劳动保障监察网格化管理指挥中心《劳动保障监察委托书》委托实施的')
  await expect(refusal).toContainText('不得再委托其他组织（行政处罚法第二十条）')
  await expect(desk.page.getByRole('checkbox', { name: '行政处罚' }).last()).toBeDisabled()

  await desk.page.getByRole('button', { name: '存为草稿' }).click()
  await expect(refusal).toContainText('不得再委托')
  expect(await city.rows(`select t.id from entrustments t join units u on u.id = t.principal_id where u.code = '370702'`)).toEqual([])
})

test('a non-local employer belongs to the city from the day it is designated', async ({ desk, city }) => {
  const employer = await city.one<{ id: string }>(
    `select e.id from employers e where e.grid_path <@ '370700.370783' and e.position is not null
        and not exists (select from employer_designations d where d.employer_id = e.id) order by e.name desc limit 1`,
  )
  await desk.signInAside('county', city.password)
  await desk.page.goto(`/console/employers/${employer.id}`)
  const summary = desk.page.locator('.who__summary')
  await expect(summary.getByRole('definition').first()).toHaveText('寿光市劳动保障监察大队')

  await desk.page.getByRole('button', { name: '认定为外地驻潍或重点单位' }).click()
  await desk.page.getByLabel('原因').fill('总部在济南')
  await desk.page.getByLabel('依据').fill('2026 年外地驻潍单位名单')
  await desk.page.getByRole('button', { name: '确定' }).click()

  await expect(summary.getByRole('definition').first()).toHaveText('潍坊市劳动保障监察网格化管理指挥中心')
  await expect(desk.page.locator('[data-step="designation"]')).toContainText('外地驻潍单位（总部在济南；依据：2026 年外地驻潍单位名单）')
  await desk.page.getByRole('combobox', { name: '事项' }).click()
  await desk.page.getByRole('option', { name: '行政处罚' }).click()
  await expect(desk.page.locator('[data-step="competence"]')).toContainText('“行政处罚”由潍坊市劳动保障监察网格化管理指挥中心依法定职权管辖')
})
