/** What was said on the spot: recorded on the phone, heard at the desk, and proved by the package that leaves the house. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '../support/stage'

test('a note in sound goes from the phone to the desk and into a package that verifies', async ({ newPhone, desk, city }) => {
  test.setTimeout(120_000)
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app, context } = await newPhone()
  await context.grantPermissions(['geolocation', 'microphone'])
  await app.signInAndReceive(who.login, city.password)
  await app.openEmployer(employer!.name)
  await app.page.getByRole('link', { name: '填写走访' }).or(app.page.getByRole('button', { name: '填写走访' })).click()
  await app.choose('了解情况')
  await expect(app.page.getByText('录音最长 5 分钟、10 MB；录像最长 1 分钟、40 MB。')).toBeVisible()
  await app.page.getByRole('button', { name: '开始录音' }).click()
  await expect(app.page.getByText(/正在录音 [2-9] 秒，还能录 4 分/)).toBeVisible()
  await app.page.getByRole('button', { name: '停止并保存' }).click()
  await app.page.getByRole('button', { name: '播放录音 1' }).click()
  await expect.poll(() => app.page.locator('audio').evaluate((audio: HTMLAudioElement) => audio.readyState)).toBeGreaterThan(0)
  await app.saveVisit()
  await app.expectAllSafe()

  const [note] = await city.capturedBy<{ id: string; medium: string; media_type: string; copy_state: string; problem: string | null }>(
    who,
    'evidence',
    'id, medium, media_type, copy_state, problem',
  )
  expect(note).toMatchObject({ medium: 'audio', media_type: 'audio/webm', copy_state: 'stored', problem: null })

  await desk.signInAside('county', city.password)
  await desk.page.goto(`/console/employers/${employer!.id}`)
  await desk.page.locator(`[data-evidence="${note!.id}"]`).first().click()
  await expect.poll(() => desk.page.locator('audio').evaluate((audio: HTMLAudioElement) => audio.readyState)).toBeGreaterThan(0)
  await expect(desk.page.getByText(/签发，存证日志第 \d+ 条起/)).toBeVisible()
  await desk.page.keyboard.press('Escape')

  await desk.page.getByRole('button', { name: '导出证据包' }).click()
  const dialog = desk.page.getByRole('dialog', { name: '导出证据包' })
  await dialog.getByLabel('原因').fill('案卷移送')
  const coming = desk.page.waitForEvent('download')
  await dialog.getByRole('button', { name: '导出', exact: true }).click()
  const folder = mkdtempSync(join(tmpdir(), 'wangge-package-'))
  try {
    const path = join(folder, 'package.zip')
    await (await coming).saveAs(path)
    const report = JSON.parse(execFileSync(join(import.meta.dirname, '../../../.venv/bin/wangge'), ['evidence', 'verify', path, '--json'], { encoding: 'utf8' })) as {
      ok: boolean
      photos: number
      byte_receipts: number
    }
    expect(report.ok).toBe(true)
    expect(report.byte_receipts).toBeGreaterThan(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
