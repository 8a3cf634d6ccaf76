/** axe looks at every main screen: nothing serious or critical for people who read or reach differently. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { creditCode } from '../support/creditCode'
import { standAt } from '../support/phone'
import { DESK_SCREENS, FIELD_SCREENS } from '../support/screens'
import { expect, test } from '../support/stage'

async function seriousFindings(page: Page, screen: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${screen}: ${id} at ${target.join(' ')}: ${failureSummary}`),
    )
}

test('every screen of the phone and of the desk', async ({ newPhone, desk, city, photos }) => {
  test.setTimeout(900_000)
  const who = await city.anySupervisor()
  const employers = (await city.employersOf(who)).slice(0, 3)
  const employer = employers[0]!
  await city.planToday(who, employers)
  const [stop] = await city.stopsToday(who)
  const { app, context } = await newPhone()
  await standAt(context, employer.position, 12)
  const found: string[] = []

  for (const [name, reach] of FIELD_SCREENS) {
    await test.step(`phone: ${name}`, async () => {
      await reach({ app, city, login: who.login, employer, photo: photos.lying })
      found.push(...(await seriousFindings(app.page, `phone ${name}`)))
    })
  }

  const waiting = `等候审核的店${who.login}`
  await app.page.goto('/employers/new')
  await app.page.getByLabel('单位名称').fill(waiting)
  await app.page.getByLabel('统一社会信用代码').fill(creditCode(60_114_233))
  await app.page.getByRole('button', { name: '保存登记' }).click()
  await app.expectAllSafe()

  for (const [name, reach] of DESK_SCREENS) {
    await test.step(`desk: ${name}`, async () => {
      await reach({ desk, city, patrol_id: stop!.patrol_id, employer_id: employer.id, waiting })
      found.push(...(await seriousFindings(desk.page, `desk ${name}`)))
    })
  }
  expect(found).toEqual([])
})
