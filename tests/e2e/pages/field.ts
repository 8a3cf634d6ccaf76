/** The phone's app, as a supervisor uses it: where things are on its screens, and nothing about what should be there. */
import { expect, type Locator, type Page } from '@playwright/test'
import { dataKeyOf, openRow, rawRows } from '../support/store'

export type Tab = '今日' | '地图' | '单位' | '待传' | '我的'

export interface OutboxLine {
  op_id: string
  kind: string
  entity_id: string
  sha256: string
  state: string
}

export class FieldApp {
  readonly status: Locator
  readonly signInSheet: Locator
  /** The door of the app: it stands before everything else until her PIN has been given. */
  readonly door: Locator
  pin = '481516'
  private readonly dataKeys = new Map<string, string>()

  constructor(readonly page: Page) {
    this.status = page.locator('main:not([data-lock])').getByRole('status').first()
    this.signInSheet = page.getByRole('dialog', { name: '请重新登录' })
    this.door = page.locator('[data-lock]')
    // Whatever a story is about, she gives her PIN when she is asked for it, like everybody else.
    this.givesPin = this.passDoorFromNowOn()
  }

  // ---- the door

  private readonly givesPin: Promise<void>
  private readonly asksForPin = () => this.page.locator('[data-lock=unlock], [data-lock=choose]')

  passDoorFromNowOn = () => this.page.addLocatorHandler(this.asksForPin(), () => this.passDoor())

  /** From here on the story gives the PIN itself, or does not. */
  async standBeforeDoor(): Promise<void> {
    await this.givesPin
    await this.page.removeLocatorHandler(this.asksForPin())
  }

  async typePin(pin: string): Promise<void> {
    await this.door.waitFor()
    await this.page.keyboard.type(pin)
    await this.page.keyboard.press('Enter')
  }

  /** The door is behind her: what follows may look at the store without looking at the screen. */
  isInside = () => expect(this.door).toBeHidden({ timeout: 30_000 })

  /** Give the PIN, or choose it at the first sign-in. */
  private async passDoor(): Promise<void> {
    const step = await this.door.getAttribute('data-lock')
    await this.typePin(this.pin)
    if (step === 'choose') {
      await this.page.getByRole('heading', { name: '再输一次' }).waitFor()
      await this.typePin(this.pin)
    }
    await this.door.waitFor({ state: 'hidden' })
  }

  // ---- signing in

  async fillSignIn(login: string, password: string, within: Page | Locator = this.page): Promise<void> {
    await within.getByLabel('账号').fill(login)
    await within.getByLabel('密码', { exact: true }).fill(password)
    await within.getByRole('button', { name: '登录', exact: true }).click()
  }

  async signIn(login: string, password: string): Promise<void> {
    await this.page.goto('/')
    await this.fillSignIn(login, password)
    await expect(this.page.getByRole('heading', { name: '今日巡查' })).toBeVisible()
  }

  /** Sign in and wait until the work package and the app's own files are on the phone. */
  async signInAndReceive(login: string, password: string): Promise<void> {
    await this.signIn(login, password)
    await this.expectReadyForTheField()
  }

  /** The work package and the app's own files are here: the network may go. */
  async expectReadyForTheField(): Promise<void> {
    await this.expectAllSafe()
    await this.go('我的')
    await expect(this.page.getByText('没有网络也能打开本应用。')).toBeVisible({ timeout: 20_000 })
    await this.go('今日')
  }

  async signOut(): Promise<void> {
    await this.go('我的')
    await this.page.getByRole('button', { name: '退出登录' }).click()
    await this.page.getByRole('dialog').getByRole('button', { name: '退出登录' }).click()
    await expect(this.page.getByLabel('账号')).toBeVisible()
  }

  // ---- getting about

  async go(tab: Tab): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: tab }).click()
  }

  /** The phone says that all is safe, and its outbox bears it out: the sentence of a moment ago may still stand there. */
  async expectAllSafe(): Promise<void> {
    await this.isInside()
    const underWay = async () => (await this.outbox()).filter(({ state }) => state === 'waiting' || state === 'sending')
    await expect.poll(underWay, { timeout: 30_000 }).toEqual([])
    await expect(this.status).toContainText('全部已安全存到服务器', { timeout: 30_000 })
  }

  /** All that was captured has its receipt; drafts and originals may be left. */
  async expectSent(): Promise<void> {
    await this.isInside()
    await expect.poll(async () => (await this.outbox()).filter(({ state }) => state !== 'sent'), { timeout: 30_000 }).toEqual([])
  }

  /** She puts the phone away and takes it out again. */
  async comeBack(): Promise<void> {
    await this.page.evaluate(() => {
      for (const state of ['hidden', 'visible']) {
        Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
        document.dispatchEvent(new Event('visibilitychange'))
      }
    })
  }

  async openEmployer(name: string): Promise<void> {
    await this.go('单位')
    await this.page.getByRole('searchbox').fill(name)
    await this.page.getByRole('link', { name }).first().click()
    await expect(this.page.getByRole('heading', { name })).toBeVisible()
  }

  /** Open a stop from the patrol on today's page. */
  async openStop(name: string): Promise<void> {
    await this.go('今日')
    await this.page.getByRole('listitem').filter({ hasText: name }).getByRole('link').click()
    await expect(this.page.getByRole('heading', { name })).toBeVisible()
  }

  // ---- checking in

  async openCheckIn(): Promise<void> {
    await this.page
      .getByRole('link', { name: '签到' })
      .or(this.page.getByRole('button', { name: '签到' }))
      .click()
    await expect(this.page.getByRole('heading', { name: '签到' })).toBeVisible()
  }

  /** A check-in at an employer, wherever she stands; the visit's form that follows is left empty. */
  async recordCheckInHere(name: string): Promise<void> {
    await this.openEmployer(name)
    await this.openCheckIn()
    await this.checkIn()
    await this.page.getByRole('button', { name: '返回' }).click()
  }

  checkInButton = () => this.page.getByRole('button', { name: /^(签到|照实签到|没有位置也签到)$/ })

  async checkIn(): Promise<void> {
    await this.checkInButton().click()
    await expect(this.page.getByRole('heading', { name: '走访记录' })).toBeVisible()
  }

  // ---- a visit

  choose = (label: string, within: Page | Locator = this.page) => within.getByText(label, { exact: true }).click()

  async addFinding(finding: { kind: string; severity: string; note: string }): Promise<void> {
    await this.page.getByRole('button', { name: '添加问题' }).click()
    const block = this.page.locator('.finding').last()
    await this.choose(finding.kind, block)
    await this.choose(finding.severity, block)
    await block.getByLabel('具体情况').fill(finding.note)
  }

  /** Choose files for the photo field without waiting for what becomes of them. */
  async offerPhotos(files: string | string[], source: 'camera' | 'gallery' = 'camera'): Promise<void> {
    await this.page.locator(`input[data-source=${source}]`).setInputFiles(files)
  }

  photos = () => this.page.getByRole('img', { name: /^照片 \d+$/ })

  async addPhotos(files: string[], source: 'camera' | 'gallery' = 'camera'): Promise<void> {
    const before = await this.photos().count()
    for (const [i, file] of files.entries()) {
      await this.offerPhotos(file, source)
      await expect(this.photos()).toHaveCount(before + i + 1, { timeout: 20_000 })
    }
  }

  async saveVisit(): Promise<void> {
    await this.page.getByRole('button', { name: '保存走访' }).click()
    await expect(this.page.getByRole('heading', { name: '走访记录' })).toBeHidden()
  }

  /** The shortest visit there is, from an employer's page. */
  async recordShortVisit(note: string, photos: string[] = []): Promise<void> {
    await this.page
      .getByRole('link', { name: '填写走访' })
      .or(this.page.getByRole('button', { name: '填写走访' }))
      .click()
    await this.choose('了解情况')
    await this.page.getByLabel('其他说明').fill(note)
    await this.addPhotos(photos)
    await this.saveVisit()
  }

  // ---- the day beside visits

  /** The stops left, in the order in which the card lists them. */
  round = async (): Promise<string[]> =>
    (await this.page.locator('ol > li .wg-ellipsis').allTextContents()).map((text) => text.trim())

  /** The strip that says whether her way is being written down. */
  strip = () => this.page.getByRole('complementary', { name: '巡查状态' })

  /** Hold the red button as long as it wants. */
  async holdToReport(): Promise<void> {
    const button = this.page.getByRole('button', { name: '按住上报' })
    await button.scrollIntoViewIfNeeded()
    const box = (await button.boundingBox())!
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await this.page.mouse.down()
    // The button lets go by itself once it has been held long enough.
    await expect(this.page.locator('button.hold.isHeld')).toHaveCount(0)
    await this.page.mouse.up()
  }

  /** Points of her way that this phone has, of all stretches. */
  trackPoints = async (): Promise<number> =>
    (await this.rows<{ points: unknown[] }>('tracks')).reduce((sum, { points }) => sum + points.length, 0)

  // ---- the store under it

  /** All rows of a table, of every person who has a store on this phone and the same PIN; opened without the app. */
  async rows<T>(table: string): Promise<T[]> {
    const rows = []
    for (const raw of await rawRows(this.page, table)) {
      if (raw.encrypted === null) rows.push(raw.plain)
      else rows.push(openRow(await this.dataKey(raw.database), table, { key: raw.key, encrypted: raw.encrypted }))
    }
    return rows as T[]
  }

  private async dataKey(database: string): Promise<string> {
    const known = this.dataKeys.get(`${database} ${this.pin}`) ?? (await dataKeyOf(this.page, database, this.pin))
    if (!known) throw new Error(`the PIN does not open ${database}`)
    this.dataKeys.set(`${database} ${this.pin}`, known)
    return known
  }

  outbox = () => this.rows<OutboxLine>('outbox')
}
