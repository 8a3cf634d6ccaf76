/** Wrong passwords, sessions that end in the middle of work, and two people on one phone. */
import { watchPushes } from '../support/phone'
import { expect, test } from '../support/stage'

test('a wrong password is answered with the tries that are left, on the phone and at the desk', async ({
  newPhone,
  desk,
  city,
}) => {
  const who = await city.anySupervisor()
  const { app } = await newPhone()
  await app.page.goto('/')
  await app.fillSignIn(who.login, 'not the password')
  await expect(app.page.getByRole('alert')).toContainText('4')
  await app.fillSignIn(who.login, 'not this one either')
  await expect(app.page.getByRole('alert')).toContainText('3')
  await app.fillSignIn(who.login, city.password)
  await expect(app.page.getByRole('heading', { name: '今日巡查' })).toBeVisible()

  const { login } = await city.one<{ login: string }>(
    `select a.login from accounts a join people p on p.id = a.person_id where p.kind = 'staff' and a.login like '%-%' or a.login ~ '^s' limit 1`,
  )
  await desk.page.goto('/console')
  await desk.page.getByLabel('账号').fill(login)
  await desk.page.getByLabel('密码').fill('not the password')
  await desk.page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(desk.page.getByRole('alert')).toHaveText('账号或密码不对，还可以再试 4 次。')
})

test('a session that ends while she works offline: the outbox waits for her, then all goes once', async ({
  newPhone,
  city,
  photos,
}) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  const pushes = watchPushes(context)
  await app.signInAndReceive(who.login, city.password)
  await context.setOffline(true)
  await app.openEmployer(employer!.name)
  await app.recordShortVisit('登录过期时写的', [photos.lying])
  await city.revokeSessions(who)
  await context.setOffline(false)

  await expect(app.signInSheet).toContainText('您的记录都还在本机，一条没少')
  await expect(app.status).toContainText('1 条记录、1 张照片待传：需要重新登录')
  expect(await city.operationsOf(who)).toHaveLength(0)

  await app.signInSheet.getByRole('button', { name: '先不登录，继续巡查' }).click()
  await app.recordCheckInHere(employer!.name)
  await expect(app.status).toContainText('2 条记录、1 张照片待传：需要重新登录')
  const waiting = await app.outbox()
  expect(new Set(waiting.map(({ state }) => state))).toEqual(new Set(['waiting']))

  await app.comeBack()
  await app.fillSignIn(who.login, city.password, app.signInSheet)
  await expect(app.signInSheet).toBeHidden()
  await app.expectAllSafe()
  expect((await city.operationsOf(who)).map(({ op_id }) => op_id).sort()).toEqual(waiting.map(({ op_id }) => op_id).sort())
  expect([...pushes.values()]).toEqual(waiting.map(() => 1))
})

test('a session that ends between a record and its photo: the photo waits, and goes after signing in', async ({
  newPhone,
  city,
  photos,
}) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await app.signInAndReceive(who.login, city.password)
  let isEnded = false
  await context.route('**/api/uploads', async (route) => {
    if (!isEnded) {
      isEnded = true
      await city.revokeSessions(who)
    }
    await route.continue()
  })
  await app.openEmployer(employer!.name)
  await app.recordShortVisit('照片还没传完', [photos.lying])
  await expect(app.signInSheet).toBeVisible()
  await expect(app.status).toContainText('1 张照片待传')
  const state = () => city.capturedBy(who, 'evidence', 'copy_state')
  expect(await state()).toEqual([{ copy_state: 'expected' }])

  await app.fillSignIn(who.login, city.password, app.signInSheet)
  await app.expectAllSafe()
  expect(await state()).toEqual([{ copy_state: 'stored' }])
})

test('another person on the same phone sees nothing of the first one’s, whose work waits for her', async ({
  newPhone,
  city,
  photos,
}) => {
  const [ann, bea] = [await city.anySupervisor(), await city.anySupervisor()]
  const [annsEmployer] = await city.employersOf(ann)
  const { app, context } = await newPhone()
  await app.signInAndReceive(ann.login, city.password)
  await context.setOffline(true)
  await app.openEmployer(annsEmployer!.name)
  await app.recordShortVisit('甲写的', [photos.lying])
  const anns = await app.outbox()
  await app.signOut()
  await context.setOffline(false)

  await app.fillSignIn(bea.login, city.password)
  await expect(app.status).toContainText('全部已安全存到服务器', { timeout: 30_000 })
  await app.go('待传')
  await expect(app.page.getByText('没有记录')).toBeVisible()
  await app.go('单位')
  await app.page.getByRole('searchbox').fill(annsEmployer!.name)
  await expect(app.page.getByText('没有找到')).toBeVisible()
  expect(await city.operationsOf(bea)).toHaveLength(0)

  await app.signOut()
  await app.fillSignIn(ann.login, city.password)
  await expect(app.page.getByRole('heading', { name: '今日巡查' })).toBeVisible()
  await expect.poll(async () => (await city.operationsOf(ann)).length, { timeout: 30_000 }).toBe(anns.length)
  await app.expectAllSafe()
  expect((await city.operationsOf(ann)).map(({ op_id }) => op_id).sort()).toEqual(anns.map(({ op_id }) => op_id).sort())
  expect(await city.operationsOf(bea)).toHaveLength(0)
})
