/** Every main screen, reached as a person reaches it; for the checks that look at all of them. */
import { expect } from '@playwright/test'
import type { DeskApp } from '../pages/desk'
import type { FieldApp } from '../pages/field'
import type { City, Employer } from './city'

export interface FieldScene {
  app: FieldApp
  city: City
  login: string
  /** One she has work at. */
  employer: Employer
  photo: string
}

type Step<Scene> = (scene: Scene) => Promise<void>

/** Wait until a map has drawn what it has. */
async function mapDrawn(page: FieldApp['page']): Promise<void> {
  await expect(page.locator('.maplibregl-canvas')).toBeVisible()
  await page.waitForLoadState('networkidle')
}

/** The phone's screens, in an order in which each can be reached from the one before. */
export const FIELD_SCREENS: [string, Step<FieldScene>][] = [
  [
    'sign-in',
    async ({ app }) => {
      await app.page.goto('/')
      await expect(app.page.getByLabel('账号')).toBeVisible()
    },
  ],
  [
    'today',
    async ({ app, city, login }) => {
      await app.signInAndReceive(login, city.password)
      await expect(app.page.getByRole('button', { name: /^(开始|结束)巡查$/ })).toBeVisible()
    },
  ],
  [
    'map',
    async ({ app, employer }) => {
      await app.page.goto(`/map?employer=${employer.id}`)
      await expect(app.page.getByRole('button', { name: '打开档案' })).toBeVisible()
      await mapDrawn(app.page)
    },
  ],
  [
    'employers',
    async ({ app, employer }) => {
      await app.go('单位')
      await expect(app.page.getByRole('link', { name: employer.name })).toBeVisible()
    },
  ],
  ['employer', ({ app, employer }) => app.openStop(employer.name)],
  [
    'check-in',
    async ({ app }) => {
      await app.openCheckIn()
      await expect(app.page.getByText('在单位现场')).toBeVisible()
    },
  ],
  [
    'visit',
    async ({ app, photo }) => {
      await app.checkIn()
      await app.choose('了解情况')
      await app.page.getByLabel('见到谁').fill('王经理（人事）')
      await app.addFinding({ kind: '没签劳动合同', severity: '一般', note: '3 名新员工，已告知一个月内补签' })
      await app.addPhotos([photo])
      await app.page.evaluate(() => scrollTo(0, 0))
    },
  ],
  [
    'visit-findings',
    async ({ app }) => {
      await app.page.getByLabel('具体情况').evaluate((field) => field.scrollIntoView({ block: 'center' }))
    },
  ],
  [
    'register',
    async ({ app }) => {
      await app.saveVisit()
      await app.page.goto('/employers/new')
      await app.page.getByLabel('单位名称').fill('好邻居便利店')
      await app.page.getByLabel('统一社会信用代码').fill('91370783MA3C0XYE1B')
      await expect(app.page.getByRole('alert')).toBeVisible()
      await app.page.getByRole('button', { name: '用我现在的位置' }).click()
    },
  ],
  [
    'outbox',
    async ({ app }) => {
      await app.page.goto('/outbox')
      await expect(app.page.getByRole('listitem').first()).toBeVisible()
      await expect(app.page.getByRole('listitem').filter({ hasText: '走访' })).toContainText('已送达')
    },
  ],
  [
    'record',
    async ({ app }) => {
      await app.page.getByRole('listitem').filter({ hasText: '走访' }).getByRole('link').click()
      await expect(app.photos()).toHaveCount(1)
    },
  ],
  [
    'talk',
    async ({ app }) => {
      await app.page.goto('/talk')
      await expect(app.page.getByText('劳务派遣')).toBeVisible()
    },
  ],
  [
    'incident',
    async ({ app }) => {
      await app.page.goto('/incident')
      await app.choose('工伤事故')
    },
  ],
  [
    'incident-reported',
    async ({ app }) => {
      await app.holdToReport()
      await expect(app.page.getByText(/指挥中心 \d\d:\d\d 已收到/)).toBeVisible()
    },
  ],
  [
    'on-duty',
    async ({ app }) => {
      await app.page.goto('/')
      // Whoever takes the pictures has begun already.
      const start = app.page.getByRole('button', { name: '开始巡查' })
      await expect(start.or(app.strip())).toBeVisible()
      if (await start.isVisible()) await start.click()
      await expect(app.strip()).toContainText('正在记录轨迹')
    },
  ],
  [
    'employer-file',
    async ({ app, employer }) => {
      await app.page.goto(`/employers/${employer.id}/file`)
      await expect(app.page.getByRole('heading', { name: '单位档案' })).toBeVisible()
      await app.page.locator('details').evaluateAll((sections) => sections.forEach((section) => section.setAttribute('open', '')))
    },
  ],
  ...(['settings', 'pack', 'help', 'help/track', 'password'] as const).map((path): [string, Step<FieldScene>] => [
    path.replace('/', '-'),
    async ({ app }) => {
      await app.page.goto(`/${path}`)
      await expect(app.page.getByRole('heading', { level: 1 })).toBeVisible()
    },
  ]),
  [
    'summary',
    async ({ app }) => {
      await app.page.goto('/summary')
      await expect(app.page.locator('[data-tile=incidents]')).toContainText('1')
    },
  ],
  ['account', ({ app }) => app.go('我的')],
  [
    'lock',
    async ({ app }) => {
      await app.standBeforeDoor()
      await app.page.reload()
      await expect(app.door).toBeVisible()
    },
  ],
  [
    'lock-wrong',
    async ({ app }) => {
      await app.typePin('902741')
      await expect(app.page.getByRole('alert')).toBeVisible()
    },
  ],
  [
    'lock-forgotten',
    async ({ app }) => {
      await app.page.getByRole('button', { name: '忘记解锁码' }).click()
      await expect(app.page.getByLabel('账号')).toBeVisible()
    },
  ],
  [
    'lock-change',
    async ({ app }) => {
      await app.page.getByRole('button', { name: '返回' }).click()
      await app.typePin(app.pin)
      await app.go('我的')
      await app.page.getByRole('button', { name: '更换解锁码' }).click()
      await app.typePin(app.pin)
      await expect(app.page.getByRole('heading', { name: '设置解锁码' })).toBeVisible()
      await app.passDoorFromNowOn()
    },
  ],
]

export interface DeskScene {
  desk: DeskApp
  city: City
  patrol_id: string
  employer_id: string
  /** A name that waits for review. */
  waiting: string
}

/** The desk's screens. */
export const DESK_SCREENS: [string, Step<DeskScene>][] = [
  [
    'sign-in',
    async ({ desk }) => {
      await desk.page.goto('/console')
      await expect(desk.page.getByLabel('账号')).toBeVisible()
    },
  ],
  [
    'map',
    async ({ desk, city }) => {
      await desk.signIn('county', city.password)
      await expect(desk.page.getByText(/^截至 /)).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  [
    'map-patrol',
    async ({ desk, patrol_id }) => {
      await desk.page.locator(`[data-patrol="${patrol_id}"]`).click()
      await expect(desk.page.getByRole('button', { name: '打开巡查' })).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  [
    'incidents',
    async ({ desk }) => {
      await desk.go('突发事件')
      await expect(desk.page.getByRole('row').nth(1)).toContainText('工伤事故')
    },
  ],
  [
    'incident',
    async ({ desk }) => {
      await desk.page.getByRole('row').nth(1).getByRole('button', { name: '工伤事故' }).click()
      await expect(desk.page.getByRole('button', { name: '接报', exact: true })).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  [
    'talks',
    async ({ desk }) => {
      await desk.page.keyboard.press('Escape')
      await expect(desk.page.getByRole('button', { name: '接报', exact: true })).toBeHidden()
      await desk.go('宣传记录')
      await expect(desk.page.getByRole('table')).toBeVisible()
    },
  ],
  [
    'uncovered',
    async ({ desk }) => {
      await desk.go('未覆盖单位')
      await desk.page.getByRole('radio', { name: '从未走访' }).click()
      await expect(desk.page.getByRole('row').nth(1)).toContainText('从未走访')
      for (const i of [0, 1, 2, 3])
        await desk.page
          .getByRole('checkbox', { name: /^选中 / })
          .nth(i)
          .check()
      await mapDrawn(desk.page)
    },
  ],
  [
    'plan',
    async ({ desk }) => {
      await desk.page.getByRole('button', { name: '编成巡查' }).click()
      await desk.page.getByRole('radio').first().check()
      await mapDrawn(desk.page)
    },
  ],
  [
    'patrols',
    async ({ desk }) => {
      await desk.go('巡查')
      await expect(desk.page.getByRole('row').nth(1)).toBeVisible()
    },
  ],
  [
    'patrol',
    async ({ desk, patrol_id }) => {
      await desk.page.goto(`/console/patrols/${patrol_id}`)
      await expect(desk.page.locator('[data-visit]').first()).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  [
    'photo',
    async ({ desk }) => {
      await desk.page
        .getByRole('button', { name: /^打开第 1 张/ })
        .first()
        .click()
      await expect(desk.page.getByRole('dialog').locator('img')).toBeVisible()
      await desk.page.waitForLoadState('networkidle')
    },
  ],
  [
    'day',
    async ({ desk }) => {
      await desk.page.keyboard.press('Escape')
      await expect(desk.page.getByRole('dialog')).toBeHidden()
      await desk.go('签到与走访')
      await expect(desk.page.getByRole('row').nth(1)).toBeVisible()
    },
  ],
  [
    'employers',
    async ({ desk }) => {
      await desk.go('用人单位')
      await expect(desk.page.getByRole('row').nth(1)).toBeVisible()
    },
  ],
  [
    'employer',
    async ({ desk, employer_id }) => {
      await desk.page.goto(`/console/employers/${employer_id}`)
      await expect(desk.page.locator('[data-visit]').first()).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  [
    'review',
    async ({ desk, waiting }) => {
      await desk.go('待审核')
      await desk.page.getByRole('button', { name: waiting }).click()
      await expect(desk.page.getByRole('heading', { name: waiting })).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  ['records', ({ desk }) => desk.go('问题记录')],
  [
    'organisation',
    async ({ desk }) => {
      await desk.go('机构')
      await expect(desk.page.getByRole('heading', { name: '法定职权' })).toBeVisible()
      await expect(desk.page.getByRole('treeitem').nth(1)).toBeVisible()
    },
  ],
  [
    'entrustments',
    async ({ desk }) => {
      await desk.go('委托')
      await expect(desk.page.getByRole('row').nth(1)).toBeVisible()
    },
  ],
  [
    'entrustment',
    async ({ desk }) => {
      await desk.page.getByRole('row').nth(1).getByRole('link').click()
      await expect(desk.page.getByRole('heading', { name: '委托书文件' })).toBeVisible()
    },
  ],
  [
    'entrustment-new',
    async ({ desk }) => {
      await desk.page.goto('/console/entrustments/new')
      await expect(desk.page.locator('label').filter({ hasText: '工资支付' }).first()).toBeVisible()
    },
  ],
  [
    'responsibility',
    async ({ desk }) => {
      await desk.go('指挥地图')
      await mapDrawn(desk.page)
      await desk.page.getByRole('button', { name: '谁负责' }).click()
      await desk.map().click()
      await expect(desk.page.locator('[data-step="competence"]')).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  [
    'anomalies',
    async ({ desk }) => {
      await desk.go('异常记录')
      await desk.page.getByRole('combobox', { name: '结论' }).press('Enter')
      await desk.page.getByRole('option', { name: '全部' }).click()
      await expect(desk.page.getByRole('table')).toBeVisible()
    },
  ],
  ...([
    'records', 'chains', 'conflicts', 'registries', 'registries/rows', 'matching', 'matching/decisions', 'books', 'imports',
    'people', 'certificates', 'training', 'accounts', 'devices', 'sessions', 'rights', 'security',
  ] as const).map((path): [string, Step<DeskScene>] => [
    path.replace('/', '-'),
    async ({ desk }) => {
      await desk.page.goto(`/console/${path}`)
      await expect(desk.page.getByRole('heading', { level: 1 })).toBeVisible()
      await desk.page.waitForLoadState('networkidle')
    },
  ]), // prettier-ignore
  [
    'key-list',
    async ({ desk }) => {
      await desk.go('重点监管')
      await expect(desk.page.getByRole('table')).toBeVisible()
    },
  ],
  [
    'ratings',
    async ({ desk }) => {
      await desk.go('诚信等级')
      await expect(desk.page.getByRole('button', { name: '新建评价批次' }).first()).toBeVisible()
    },
  ],
  [
    'gaps',
    async ({ desk }) => {
      await desk.go('缺口')
      await expect(desk.page.getByText(/^每 15 秒自动更新 · 截至 /)).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  [
    'gaps-list',
    async ({ desk }) => {
      await desk.page.locator('[data-kind="grid_without_owner"]').click()
      await expect(desk.page.getByRole('row').nth(1)).toBeVisible()
      await mapDrawn(desk.page)
    },
  ],
  [
    'grid-editor',
    async ({ desk, city }) => {
      const { id } = await city.one<{ id: string }>(
        `select s.id from grids s where s.level = 3 and s.valid_to is null and s.path <@ '370700.370783' order by s.code limit 1`,
      )
      await desk.page.goto(`/console/grids/${id}`)
      await expect(desk.page.getByText('下级网格正好铺满，没有缝隙和重叠。')).toBeVisible()
      await desk.page.getByRole('toolbar').getByRole('button', { name: '切分' }).click()
      await mapDrawn(desk.page)
    },
  ],
  [
    'grid-changes',
    async ({ desk }) => {
      await desk.page.getByRole('button', { name: '变更记录' }).click()
      await expect(desk.page.getByRole('heading', { name: /的变更$/ })).toBeVisible()
    },
  ],
]
