/** The county's console, as a clerk uses it. */
import { expect, type Locator, type Page } from '@playwright/test'

export type Room =
  | '指挥地图'
  | '未覆盖单位'
  | '突发事件'
  | '宣传记录'
  | '巡查'
  | '签到与走访'
  | '用人单位'
  | '待审核'
  | '问题记录'
  | '人员'
  | '证书'
  | '培训'
  | '机构'
  | '委托'
  | '账号与设备'
  | '审计日志'
  | '权限'
  | '导入导出'
  | '一格一册'
  | '缺口'
  | '网格编辑'
  | '异常记录'
  | '重点监管'
  | '诚信等级'
  | '字段冲突'
  | '登记名单'

export class DeskApp {
  readonly main: Locator

  constructor(readonly page: Page) {
    this.main = page.getByRole('main')
  }

  /** Sign in on a page without the map, whose drawing is the dearest of all: for stories that begin elsewhere. */
  signInAside = (login: string, password: string) => this.signIn(login, password, '/console/rights')

  async signIn(login: string, password: string, at = '/console'): Promise<void> {
    await this.page.goto(at)
    await this.page.getByLabel('账号').fill(login)
    await this.page.getByLabel('密码').fill(password)
    await this.page.getByRole('button', { name: '登录', exact: true }).click()
    await expect(this.page.getByRole('navigation', { name: '主菜单' })).toBeVisible()
  }

  async go(room: Room): Promise<void> {
    await this.page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: room }).click()
    await expect(
      this.page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: room }),
    ).toHaveAttribute('aria-current', 'page')
  }

  /** The drawn map, once its first picture stands. */
  map = () => this.page.locator('.maplibregl-canvas')

  /** Choose a unit in a field that searches while one types. */
  async chooseUnit(label: string, name: string): Promise<void> {
    const field = this.page.getByRole('combobox', { name: label })
    await field.click()
    await field.fill(name)
    await this.page.getByRole('option', { name }).first().click()
  }

  row = (text: string) => this.page.getByRole('row').filter({ hasText: text })

  async chooseGrid(name: string): Promise<void> {
    await this.page.getByRole('button', { name: '选择网格' }).click()
    await this.page.getByPlaceholder('按名称查找网格').fill(name)
    await this.page.getByRole('button', { name }).first().click()
  }

  /** Draw a rectangle over the middle of the map. */
  async drawRectangle(share = 0.8): Promise<void> {
    await this.page.getByRole('button', { name: '框选' }).click()
    await expect(this.page.getByText('点一下定一个角，再点一下定对角。')).toBeVisible()
    const box = (await this.map().boundingBox())!
    const [dx, dy] = [(box.width * share) / 2, (box.height * share) / 2]
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await this.page.mouse.click(x - dx, y - dy)
    await this.page.mouse.move(x, y, { steps: 4 })
    await this.page.mouse.move(x + dx, y + dy, { steps: 4 })
    await this.page.mouse.click(x + dx, y + dy)
  }
}
