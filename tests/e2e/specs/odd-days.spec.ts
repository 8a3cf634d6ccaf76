/** A day that goes wrong: no position, a poor one, a wrong clock, a code on file already, no server, two tabs. */
import { beside } from '../support/city'
import { creditCode } from '../support/creditCode'
import { standAt, watchPushes } from '../support/phone'
import { expect, test } from '../support/stage'
import { FieldApp } from '../pages/field'

test('without permission to the position she checks in all the same, and it says so', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app } = await newPhone({ geolocation: false })
  await app.signInAndReceive(who.login, city.password)
  await app.openEmployer(employer!.name)
  await app.openCheckIn()
  await expect(app.page.getByText('没有定位权限。')).toBeVisible()
  await expect(app.checkInButton()).toHaveText('没有位置也签到')
  await app.checkIn()
  await app.expectSent()
  expect(await city.capturedBy(who, 'check_ins', 'position is null as is_nowhere, is_on_site, flags')).toEqual([
    { is_nowhere: true, is_on_site: false, flags: ['no_position'] },
  ])
})

test('a position good to 2 km proves nothing: kept, flagged, and she is told before', async ({ newPhone, city, desk }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await standAt(context, beside(employer!.position, 150), 2000)
  await app.signInAndReceive(who.login, city.password)
  await app.openEmployer(employer!.name)
  await app.openCheckIn()
  await expect(app.page.getByText('定位不太准：误差可能有 2000 米')).toBeVisible()
  await expect(app.page.getByText('证明不了在现场')).toBeVisible()
  await expect(app.page.getByText('在单位现场')).toBeHidden()
  await app.checkIn()
  await app.expectSent()
  expect(await city.capturedBy(who, 'check_ins', 'accuracy_m, is_on_site, flags')).toEqual([
    { accuracy_m: 2000, is_on_site: false, flags: ['poor_accuracy'] },
  ])

  await desk.signInAside('county', city.password)
  await desk.go('签到与走访')
  await expect(desk.row(employer!.name).first()).toContainText('无法判断')
})

test('a phone whose clock is a day behind: the server’s time is what counts, and the county sees why', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await context.addInitScript(() => {
    const RealDate = Date
    const behind = 24 * 60 * 60_000
    globalThis.Date = class extends RealDate {
      constructor(...args: [] | [number]) {
        if (args.length) super(...args)
        else super(RealDate.now() - behind)
      }
      static override now = () => RealDate.now() - behind
    } as DateConstructor
  })
  await standAt(context, beside(employer!.position, 10), 8)
  await app.signInAndReceive(who.login, city.password)
  await app.openEmployer(employer!.name)
  await app.openCheckIn()
  await app.checkIn()
  await app.expectSent()
  const columns = `flags, abs(extract(epoch from now() - happened_at)) < 600 as is_now,
    captured_at < now() - interval '23 hours' as was_yesterday`
  expect(await city.capturedBy(who, 'check_ins', columns)).toEqual([
    { flags: ['clock_skew'], is_now: true, was_yesterday: true },
  ])
})

test('a credit code that is on file elsewhere: kept, flagged after the sync, and the county compares the two', async ({
  newPhone,
  city,
  desk,
}) => {
  const who = await city.anySupervisor()
  const name = `重复代码测试店${who.login}`
  const { other, uscc } = await city.one<{ other: string; uscc: string }>(
    `select name as other, uscc from employers where grid_path <@ '370700.370783' and not grid_id = any($1::uuid[]) and uscc is not null
      and review_state = 'accepted' order by id limit 1`,
    who.grids,
  )
  const { app, context } = await newPhone()
  await standAt(context, (await city.employersOf(who))[0]!.position, 10)
  await app.signInAndReceive(who.login, city.password)
  await app.page.goto('/employers/new')
  await app.page.getByRole('button', { name: '用我现在的位置' }).click()
  await app.page.getByLabel('单位名称').fill(name)
  await app.page.getByLabel('统一社会信用代码').fill(uscc)
  await expect(app.page.getByText('代码核对无误')).toBeVisible()
  await app.page.getByRole('button', { name: '保存登记' }).click()
  await expect(app.status).toContainText('1 条需要您处理')
  await app.go('待传')
  await app.page.getByRole('listitem').filter({ hasText: name }).getByRole('link').click()
  await expect(app.page.getByText('代码重复', { exact: true })).toBeVisible()
  await expect(app.page.getByText('这个信用代码已有在册单位。')).toBeVisible()
  expect(await city.operationsOf(who)).toMatchObject([{ kind: 'employer.register', outcome: 'conflict', flags: ['duplicate_credit_code'] }])
  await app.page.getByRole('button', { name: '知道了，不用再提醒' }).click()
  await app.expectAllSafe()

  await desk.signInAside('county', city.password)
  await desk.go('待审核')
  await desk.page.getByRole('button', { name }).click()
  await expect(desk.page.getByRole('alert').filter({ hasText: '信用代码已经在册' })).toContainText(other)
  await desk.page.getByRole('button', { name: /通过/ }).click()
  await expect(desk.page.getByText(`已通过：${name}`)).toBeHidden()
  expect(await city.one('select review_state from employers where name = $1', name)).toEqual({ review_state: 'waiting_review' })
})

test('an employer registered without a code, with a code that is wrong in each way', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const { app, context } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  await context.setOffline(true)
  const { page } = app
  await page.goto('/employers/new')
  await page.getByRole('button', { name: '保存登记' }).click()
  await expect(page.getByText('请填写单位名称。')).toBeVisible()
  await expect(page.getByText('请填写信用代码，或选择没有代码的原因。')).toBeVisible()
  const code = page.getByLabel('统一社会信用代码')
  const right = creditCode(51_233_108)
  await code.fill(right.replace('0', 'O'))
  await expect(page.getByRole('alert').last()).toContainText('不会出现在信用代码里')
  await code.fill(`${right.slice(0, 4)}A${right.slice(5)}`)
  await expect(page.getByRole('alert').last()).toContainText('第 5 位应是数字')
  await code.fill(right.slice(0, 17))
  await expect(page.getByRole('alert').last()).toContainText('应为 18 位，现在是 17 位')
  await code.fill(right.toLowerCase())
  await expect(page.getByText('代码核对无误')).toBeVisible()
  await page.getByText('没有营业执照', { exact: true }).click()
  await page.getByLabel('单位名称').fill(`路边修车铺${who.login}`)
  await page.getByRole('button', { name: '保存登记' }).click()
  await expect(page.getByRole('heading', { name: `路边修车铺${who.login}` })).toBeVisible()
  await context.setOffline(false)
  await app.expectAllSafe()
  expect(await city.one('select uscc, no_uscc_reason, review_state from employers where name = $1', `路边修车铺${who.login}`)).toEqual({
    uscc: null,
    no_uscc_reason: 'no_licence',
    review_state: 'waiting_review',
  })
})

test('the server goes away and comes back: the status is honest, and the work goes by itself', async ({ newPhone, city, server }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  const pushes = watchPushes(context)
  await app.signInAndReceive(who.login, city.password)
  await server.stop('SIGKILL')
  try {
    await app.openEmployer(employer!.name)
    await app.recordShortVisit('服务器不在的时候')
    await expect(app.status).toContainText('1 条记录待传：连不上服务器')
    await app.page.reload()
    await expect(app.status).toContainText('1 条记录待传')
  } finally {
    await server.start()
  }
  await app.expectAllSafe()
  expect(await city.operationsOf(who)).toMatchObject([{ kind: 'visit.record', outcome: 'applied' }])
  expect([...pushes.values()]).toEqual([1])
})

test('two tabs at once: each record leaves once', async ({ newPhone, city }) => {
  const who = await city.anySupervisor()
  const [one, other] = await city.employersOf(who)
  const { app, context } = await newPhone()
  const pushes = watchPushes(context)
  await app.signInAndReceive(who.login, city.password)
  const second = new FieldApp(await context.newPage())
  await second.page.goto('/')
  await second.expectAllSafe()
  await context.setOffline(true)
  await app.openEmployer(one!.name)
  await app.recordShortVisit('第一个标签页')
  await second.openEmployer(other!.name)
  await second.recordShortVisit('第二个标签页')
  await expect(app.status).toContainText('2 条记录待传')
  await expect(second.status).toContainText('2 条记录待传')
  const lines = await app.rows<{ device_seq: number }>('outbox')
  expect(lines.map(({ device_seq }) => device_seq).sort()).toEqual([1, 2])
  await context.setOffline(false)
  await app.expectAllSafe()
  await second.expectAllSafe()
  expect([...pushes.values()]).toEqual([1, 1])
  expect(await city.operationsOf(who)).toHaveLength(2)
})
