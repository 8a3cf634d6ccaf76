/** The main job, end to end: a day's work without a network, and the county that sees it and plans the next. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from '@playwright/test'
import { CHROMIUM, PHONE } from '../support/browser'
import { beside, type City, type Stop, type Supervisor } from '../support/city'
import { creditCode, withWrongCheckDigit } from '../support/creditCode'
import { preparePhone, standAt, watchPushes } from '../support/phone'
import { readPhotos, sha256OfFile, storedFile } from '../support/photos'
import { FieldApp, type OutboxLine } from '../pages/field'
import { expect, test } from '../support/stage'

const NEW_EMPLOYER = { name: '寿光市圣城街道好邻居便利店', address: '圣城街 128 号', code: creditCode(40_112_706) }
const FINDING = { kind: '拖欠工资', severity: '严重', note: '员工反映十月工资未发，涉及 4 人，约 1.8 万元' }
const EVIDENCE_COPY_PX = 1600

/** A phone whose browser can be ended and started again: what it holds is on its disk. */
class Phone {
  context!: BrowserContext
  app!: FieldApp
  pushes!: Map<string, number>
  private readonly disk = mkdtempSync(join(tmpdir(), 'wangge-phone-'))

  constructor(private readonly baseURL: string) {}

  async switchOn(options: { offline?: boolean } = {}): Promise<void> {
    this.context = await chromium.launchPersistentContext(this.disk, {
      ...PHONE,
      ...CHROMIUM.launchOptions,
      baseURL: this.baseURL,
      offline: options.offline ?? false,
    })
    await preparePhone(this.context)
    const before = this.pushes
    this.pushes = watchPushes(this.context)
    for (const [op_id, n] of before ?? []) this.pushes.set(op_id, n)
    this.app = new FieldApp(this.context.pages()[0] ?? (await this.context.newPage()))
  }

  async switchOff(): Promise<void> {
    await this.context.close()
  }

  async scrap(): Promise<void> {
    await this.context?.close().catch(() => undefined)
    rmSync(this.disk, { recursive: true, force: true })
  }
}

test('a day offline reaches the county, and the county’s next patrol reaches the phone', async ({
  server,
  city,
  photos,
  desk,
}) => {
  test.setTimeout(150_000)
  const who = await city.demoSupervisor()
  const [first, second] = (await city.stopsToday(who)) as [Stop, Stop]
  const phone = new Phone(server.baseUrl)
  const before = await counts(city, who)

  try {
    await test.step('she signs in and receives her grids, employers and today’s patrol', async () => {
      await phone.switchOn()
      await standAt(phone.context, beside(first.position, 20), 12)
      await phone.app.signInAndReceive(who.login, city.password)
      await expect(phone.app.page.getByText('已走访 0 / 6 家')).toBeVisible()
      expect(await phone.app.rows('grids')).toHaveLength(who.grids.length)
      expect(await phone.app.rows('employers')).toHaveLength(await city.employersInHerPackage(who))
    })

    await phone.context.setOffline(true)

    await test.step('without a network she opens the map of her grid and the list of employers', async () => {
      const { page } = phone.app
      await phone.app.go('地图')
      await expectMapToHold(phone.app, first)
      await phone.app.go('单位')
      await expect(page.getByText(`共 ${await city.employersInHerPackage(who)} 家`)).toBeVisible()
      await page.getByRole('searchbox').fill(second.name.slice(0, 6))
      await expect(page.getByRole('link', { name: second.name })).toBeVisible()
    })

    await test.step('she starts the patrol and checks in at the first employer, told how exactly and how far', async () => {
      const { app } = phone
      await app.go('今日')
      await app.page.getByRole('button', { name: '开始巡查' }).click()
      await app.openStop(first.name)
      await app.openCheckIn()
      await expect(app.page.getByText('离单位 20 米')).toBeVisible()
      await expect(app.page.getByText('定位精度约 12 米')).toBeVisible()
      await expect(app.page.getByText('在单位现场')).toBeVisible()
      await app.checkIn()
    })

    await test.step('she records the visit with a finding and two photos', async () => {
      const { app } = phone
      await app.choose('采集信息')
      await app.choose('了解情况')
      await app.page.getByLabel('见到谁').fill('王经理（人事）')
      await app.addFinding(FINDING)
      await app.addPhotos([photos.upright])
      await app.addPhotos([photos.lying], 'gallery')
      await app.page.getByLabel('其他说明').fill('已告知当月补发')
      await app.saveVisit()
      await expect(app.page.getByText('已走访 1 / 6 家')).toBeVisible()
    })

    await test.step('a check-in from far off is kept and says so', async () => {
      const { app } = phone
      await standAt(phone.context, beside(second.position, 850), 15)
      await app.openStop(second.name)
      await app.openCheckIn()
      await expect(app.page.getByText('离单位有 850 米，超出 100 米')).toBeVisible()
      await expect(app.checkInButton()).toHaveText('照实签到')
      await app.checkIn()
      await app.choose('宣传政策')
      await app.page.getByLabel('其他说明').fill('大门锁着，')
      await expect(app.page.getByText(/草稿已存/)).toBeVisible()
    })

    await test.step('she registers an employer that is on no file; its credit code is checked on the spot', async () => {
      const { app } = phone
      const { page } = app
      await standAt(phone.context, beside(first.position, 35, 20), 9)
      await page.goto('/employers/new')
      await page.getByLabel('单位名称').fill(NEW_EMPLOYER.name)
      await page.getByLabel('统一社会信用代码').fill(withWrongCheckDigit(NEW_EMPLOYER.code))
      await expect(page.getByRole('alert')).toContainText('校验位对不上')
      await page.getByLabel('统一社会信用代码').fill(NEW_EMPLOYER.code)
      await expect(page.getByText('代码核对无误')).toBeVisible()
      await page.getByRole('button', { name: '用我现在的位置' }).click()
      await expect(page.getByText('定位所得，精度约 9 米')).toBeVisible()
      await page.getByLabel('地址').fill(NEW_EMPLOYER.address)
      await page.getByLabel('大约多少职工').fill('6')
      await app.addPhotos([photos.lying])
      await page.getByRole('button', { name: '保存登记' }).click()
      await expect(page.getByRole('heading', { name: NEW_EMPLOYER.name })).toBeVisible()
    })

    const captured = await phone.app.outbox()
    expect(kindsOf(captured)).toEqual(EXPECTED_SO_FAR)

    await test.step('reloaded, closed and opened, and with its browser ended and started: all of it is there', async () => {
      await phone.app.page.reload()
      await expectEverythingThere(phone, captured, first, second)
      await phone.app.page.close()
      phone.app = new FieldApp(await phone.context.newPage())
      await phone.app.page.goto('/')
      await expectEverythingThere(phone, captured, first, second)
      await phone.switchOff()
      await phone.switchOn({ offline: true })
      await phone.app.page.goto('/')
      await expectEverythingThere(phone, captured, first, second)
      expect(phone.pushes.size).toBe(0)
    })

    await test.step('she finishes the visit she had begun', async () => {
      const { app } = phone
      await app.go('今日')
      await app.page.getByRole('link', { name: `走访：${second.name}` }).click()
      const note = app.page.getByLabel('其他说明')
      await expect(note).toHaveValue('大门锁着，')
      await note.fill('大门锁着，门卫收下宣传页')
      await app.saveVisit()
      await expect(app.status).toContainText('6 条记录、3 张照片待传')
      await expect(app.status).toContainText('没有网络')
    })

    const sent = await phone.app.outbox()

    await test.step('back online everything goes by itself, once, and the status says so', async () => {
      await phone.context.setOffline(false)
      await phone.app.expectAllSafe()
      await expect.poll(async () => (await phone.app.outbox()).filter(({ state }) => state !== 'sent')).toEqual([])
      expect([...phone.pushes.values()].every((n) => n === 1)).toBe(true)
      expect([...phone.pushes.keys()].sort()).toEqual(sent.map(({ op_id }) => op_id).sort())
    })

    await test.step('the database holds each of them, once', async () => {
      await expectRows(city, who, sent, before, first, second)
    })

    await test.step('the photos’ bytes are those whose hashes were announced', async () => {
      await expectEvidence(city, server, who, photos)
    })

    await test.step('the county sees the patrol, the check-ins and the photos', async () => {
      const { page } = desk
      await desk.signIn('county', city.password)
      await page.locator(`[data-patrol="${first.patrol_id}"]`).click()
      const panel = page.getByRole('complementary', { name: '地图详情' })
      await expect(panel.getByText('已走访 2 / 6 家')).toBeVisible()
      await page.getByRole('button', { name: '打开巡查' }).click()
      const stop = page.locator(`[data-employer="${first.id}"]`)
      await expect(stop.getByText('到场', { exact: true })).toBeVisible()
      await expect(stop.getByText(FINDING.note)).toBeVisible()
      await expect(stop.getByText('照片 2 张，全部到达')).toBeVisible()
      await expectThumbnails(stop.locator('[data-evidence] img'), 2)
      const farStop = page.locator(`[data-employer="${second.id}"]`)
      await expect(farStop.getByText('不在现场', { exact: true })).toBeVisible()
      await expect(farStop.getByText(/签到位置离单位 85\d 米，超出 100 米/)).toBeVisible()
      await stop.getByRole('button', { name: '打开第 1 张，共 2 张' }).click()
      const full = page.getByRole('dialog').locator('img')
      await expect.poll(() => full.evaluate((img: HTMLImageElement) => img.naturalHeight)).toBe(EVIDENCE_COPY_PX)
      await page.keyboard.press('Escape')
    })

    await test.step('and takes the new employer into its files', async () => {
      const { page } = desk
      await desk.go('待审核')
      await page.getByRole('button', { name: NEW_EMPLOYER.name }).click()
      await expect(page.getByRole('heading', { name: NEW_EMPLOYER.name })).toBeVisible()
      await expect(page.getByRole('cell', { name: NEW_EMPLOYER.code })).toBeVisible()
      await expectThumbnails(desk.main.locator('[data-evidence] img'), 1)
      await page.getByRole('button', { name: '通过', exact: false }).click()
      await expect(page.getByText(`已通过：${NEW_EMPLOYER.name}`)).toBeVisible()
      const { review_state } = await city.one('select review_state from employers where name = $1', NEW_EMPLOYER.name)
      expect(review_state).toBe('accepted')
    })

    let planned = 0
    await test.step('it asks who is looked after by nobody, draws round some and makes a patrol of them', async () => {
      const { page } = desk
      await desk.go('未覆盖单位')
      await page.getByRole('radio', { name: '从未走访' }).click()
      await expect(page.getByRole('row').nth(1)).toContainText('从未走访')
      await desk.drawRectangle()
      await expect(page.getByRole('button', { name: /圈定范围内/ })).toBeVisible()
      await page.getByRole('checkbox', { name: /^选中 / }).first().check()
      await page.getByRole('checkbox', { name: /^选中 / }).nth(2).check()
      await page.getByRole('button', { name: '编成巡查' }).click()
      await page.locator(`[data-person="${who.person_id}"]`).check()
      await page.getByLabel('给巡查人员的话').fill('先去最远的一家')
      await page.getByRole('button', { name: '下发巡查' }).click()
      await expect(page.getByText(/巡查已下发：/).first()).toBeVisible()
      const row = await city.one<{ n: number; note: string; reasons: boolean }>(
        `select count(*)::int as n, max(p.note) as note, bool_and(e.last_visited_at is null) as reasons
           from patrols p join patrol_stops s on s.patrol_id = p.id join employers e on e.id = s.employer_id
          where p.assignee_id = $1 and p.planned_on = china_today() + 1`,
        who.person_id,
      )
      expect(row).toEqual({ n: 2, note: '先去最远的一家', reasons: true })
      planned = row.n
    })

    await test.step('which reaches her phone', async () => {
      const { app } = phone
      await app.go('我的')
      await app.page.getByRole('button', { name: '马上更新' }).click()
      await app.go('今日')
      const coming = app.page.locator('section').filter({ hasText: '接下来的安排' })
      await coming.getByRole('button', { name: /未覆盖单位走访/ }).click()
      await expect(coming.getByText('交办要求：先去最远的一家')).toBeVisible()
      await expect(coming.getByRole('listitem')).toHaveCount(planned)
      expect(await app.rows('employers')).toHaveLength(await city.employersInHerPackage(who))
    })
  } finally {
    await phone.scrap()
  }
})

const EXPECTED_SO_FAR = {
  'patrol.start': 1,
  'check_in.record': 2,
  'visit.record': 1,
  'evidence.announce': 3,
  'employer.register': 1,
}

function kindsOf(lines: OutboxLine[]): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const { kind } of lines) kinds[kind] = (kinds[kind] ?? 0) + 1
  return kinds
}

/** The drawn map answers a tap with the employer that stands there: it is drawn, and where it belongs. */
async function expectMapToHold({ page }: FieldApp, employer: Stop): Promise<void> {
  await page.goto(`/map?employer=${employer.id}`)
  const card = page.locator('section').filter({ hasText: employer.name })
  await expect(card).toBeVisible()
  await card.getByRole('button', { name: '关闭' }).click()
  await expect(card).toBeHidden()
  const canvas = page.locator('.maplibregl-canvas')
  await expect(async () => {
    const box = (await canvas.boundingBox())!
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
    await expect(card).toBeVisible({ timeout: 500 })
  }).toPass()
}

async function expectEverythingThere(phone: Phone, captured: OutboxLine[], first: Stop, second: Stop): Promise<void> {
  const { app } = phone
  const { page } = app
  const marks = (lines: OutboxLine[]) => lines.map(({ op_id, sha256 }) => `${op_id} ${sha256}`).sort()
  await app.go('今日')
  await expect(page.getByText('已走访 1 / 6 家')).toBeVisible()
  await expect(page.getByRole('link', { name: `走访：${second.name}` })).toBeVisible()
  await expect(app.status).toContainText('5 条记录、3 张照片待传')
  expect(marks(await app.outbox())).toEqual(marks(captured))
  await app.go('待传')
  for (const line of ['开始巡查', '登记单位', '走访', '签到'])
    await expect(page.getByRole('listitem').filter({ hasText: line }).first()).toContainText('待传')
  await page.getByRole('listitem').filter({ hasText: '走访' }).getByRole('link').click()
  await expect(page.getByText(FINDING.note)).toBeVisible()
  await expect(app.photos()).toHaveCount(2)
  for (const picture of await app.photos().all())
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
  await app.openEmployer(NEW_EMPLOYER.name)
  await expect(page.getByText('您登记的，等待县区审核')).toBeVisible()
  await app.openEmployer(first.name)
  await expect(page.getByText('今日巡查点').or(page.getByText('我的记录'))).toBeVisible()
}

interface Counts {
  operations: number
  check_ins: number
  visits: number
  employers: number
  evidence: number
}

const counts = (city: City, who: Supervisor) =>
  city.one<Counts & Record<string, unknown>>(
    `select (select count(*)::int from sync_operations where person_id = $1) as operations,
            (select count(*)::int from check_ins where person_id = $1) as check_ins,
            (select count(*)::int from visits where person_id = $1) as visits,
            (select count(*)::int from employers) as employers,
            (select count(*)::int from evidence where person_id = $1) as evidence`,
    who.person_id,
  )

async function expectRows(
  city: City,
  who: Supervisor,
  sent: OutboxLine[],
  before: Counts,
  first: Stop,
  second: Stop,
): Promise<void> {
  expect(await counts(city, who)).toEqual({
    operations: before.operations + sent.length,
    check_ins: before.check_ins + 2,
    visits: before.visits + 2,
    employers: before.employers + 1,
    evidence: before.evidence + 3,
  })
  const journal = await city.operationsOf(who)
  expect(journal.map(({ op_id, op_sha256 }) => `${op_id} ${op_sha256}`).sort()).toEqual(
    sent.map(({ op_id, sha256 }) => `${op_id} ${sha256}`).sort(),
  )
  expect(new Set(journal.map(({ outcome }) => outcome))).toEqual(new Set(['applied']))
  // all of it sealed by this phone's key, in one chain, with receipts that the phone believed
  expect(journal.filter(({ flags }) => flags.includes('unsealed'))).toEqual([])
  const [chain, ...more] = await city.rows<{ first_seq: string; operations: string; keys: string; prev: string }>(
    `select min(device_seq) as first_seq, count(*) as operations, count(distinct key_id) as keys, count(distinct coalesce(prev_sha256, '')) as prev
     from sync_operations where person_id = $1 group by chain_id`,
    who.person_id,
  )
  expect(more).toEqual([])
  expect(chain).toEqual({ first_seq: '1', operations: String(sent.length), keys: '1', prev: String(sent.length) })

  const patrol = await city.one('select status, started_at is not null as has_start from patrols where id = $1', first.patrol_id)
  expect(patrol).toEqual({ status: 'started', has_start: true })
  const states = await city.rows<{ status: string }>(
    'select status from patrol_stops where patrol_id = $1 order by seq',
    first.patrol_id,
  )
  expect(states.map(({ status }) => status)).toEqual(['visited', 'visited', 'planned', 'planned', 'planned', 'planned'])

  const checkIns = await city.rows<{ employer_id: string; distance_m: number; accuracy_m: number; is_on_site: boolean; flags: string[]; patrol_id: string }>(
    `select employer_id, distance_m, accuracy_m, is_on_site, flags, patrol_id from check_ins
      where person_id = $1 and happened_at > now() - interval '10 minutes' order by happened_at`,
    who.person_id,
  )
  expect(checkIns).toMatchObject([
    { employer_id: first.id, accuracy_m: 12, is_on_site: true, flags: [], patrol_id: first.patrol_id },
    { employer_id: second.id, accuracy_m: 15, is_on_site: false, flags: ['off_site'], patrol_id: first.patrol_id },
  ])
  expect(checkIns[0]!.distance_m).toBeCloseTo(20, 0)
  expect(Math.abs(checkIns[1]!.distance_m - 850)).toBeLessThan(3)

  const visits = await city.rows(
    `select v.employer_id, v.people_met, v.note, v.evidence_expected, v.activities, v.check_in_id is not null as has_check_in,
            (select json_agg(json_build_object('kind', kind, 'severity', severity, 'note', note)) from findings f where f.visit_id = v.id) as findings
       from visits v where v.person_id = $1 and v.happened_at > now() - interval '10 minutes' order by v.happened_at`,
    who.person_id,
  )
  expect(visits).toEqual([
    {
      employer_id: first.id,
      people_met: '王经理（人事）',
      note: '已告知当月补发',
      evidence_expected: 2,
      activities: ['collect', 'observe'],
      has_check_in: true,
      findings: [{ kind: 'wage_arrears', severity: 'major', note: FINDING.note }],
    },
    {
      employer_id: second.id,
      people_met: '',
      note: '大门锁着，门卫收下宣传页',
      evidence_expected: 0,
      activities: ['publicise'],
      has_check_in: true,
      findings: null,
    },
  ])

  const registered = await city.one(
    `select e.uscc, e.address, e.employees, e.review_state, e.accuracy_m, e.position_source, e.registered_by = $2 as is_hers,
            e.grid_id = any($3::uuid[]) as in_her_grid, e.grid_source
       from employers e where e.name = $1`,
    NEW_EMPLOYER.name,
    who.person_id,
    who.grids,
  )
  expect(registered).toEqual({
    uscc: NEW_EMPLOYER.code,
    address: NEW_EMPLOYER.address,
    employees: 6,
    review_state: 'waiting_review',
    accuracy_m: 9,
    position_source: 'gps',
    is_hers: true,
    in_her_grid: true,
    grid_source: 'position',
  })
}

interface EvidenceRow {
  subject_kind: string
  source: string
  copy_sha256: string
  copy_bytes: string
  copy_state: string
  copy_width: number
  copy_height: number
  original_sha256: string
  original_bytes: string
  original_state: string
  announced: { copy: { sha256: string }; original: { sha256: string } }
}

async function expectEvidence(
  city: City,
  server: Parameters<typeof storedFile>[0],
  who: Supervisor,
  photos: { upright: string; lying: string },
): Promise<void> {
  const rows = await city.rows<EvidenceRow>(
    `select e.*, (o.body::json)->'payload' as announced from evidence e
       join sync_operations o on o.entity_id = e.id and o.kind = 'evidence.announce' where e.person_id = $1 order by e.captured_at`,
    who.person_id,
  )
  expect(rows.map((row) => [row.subject_kind, row.source])).toEqual([
    ['visit', 'camera'],
    ['visit', 'gallery'],
    ['employer', 'camera'],
  ])
  for (const [i, input] of [photos.upright, photos.lying, photos.lying].entries()) {
    const row = rows[i]!
    expect([row.copy_state, row.original_state]).toEqual(['stored', 'stored'])
    expect(row.announced.copy.sha256).toBe(row.copy_sha256)
    expect(row.announced.original.sha256).toBe(row.original_sha256)

    const original = storedFile(server, row.original_sha256)
    expect(sha256OfFile(original)).toBe(row.original_sha256)
    expect(readFileSync(original).equals(readFileSync(input))).toBe(true)

    const copy = storedFile(server, row.copy_sha256)
    expect(sha256OfFile(copy)).toBe(row.copy_sha256)
    expect(statSync(copy).size).toBe(Number(row.copy_bytes))
    const [was, is] = readPhotos(input, copy) as [ReturnType<typeof readPhotos>[0], ReturnType<typeof readPhotos>[0]]
    const isTurned = was.orientation === 6
    expect(is).toEqual({
      ...was,
      // Upright in its pixels, and saying so; all else that the camera wrote is there.
      orientation: 1,
      width: isTurned ? 1200 : EVIDENCE_COPY_PX,
      height: isTurned ? EVIDENCE_COPY_PX : 1200,
    })
    expect([row.copy_width, row.copy_height]).toEqual([is.width, is.height])
    expect(is.gps).not.toEqual({})
  }
}

async function expectThumbnails(images: ReturnType<Page['locator']>, n: number): Promise<void> {
  await expect(images).toHaveCount(n)
  for (const image of await images.all()) {
    await image.scrollIntoViewIfNeeded()
    await expect.poll(() => image.evaluate((img: HTMLImageElement) => Math.max(img.naturalWidth, img.naturalHeight))).toBe(320)
  }
}
