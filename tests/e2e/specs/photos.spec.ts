/** Files that are no photos, or too much of one: a clear sentence each, and nothing else lost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPhotos, sha256OfFile, storedFile, fixtureImage } from '../support/photos'
import { expect, test } from '../support/stage'

const MIB = 1024 * 1024

test('what cannot be attached is refused in plain words, and the visit keeps all the rest', async ({
  newPhone,
  city,
  photos,
  server,
}) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const folder = mkdtempSync(join(tmpdir(), 'wangge-huge-'))
  const huge = join(folder, 'huge.jpg')
  writeFileSync(huge, Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(60 * MIB - 4)]))
  try {
    const { app } = await newPhone()
    await app.signInAndReceive(who.login, city.password)
    await app.openEmployer(employer!.name)
    await app.page.getByRole('link', { name: '填写走访' }).or(app.page.getByRole('button', { name: '填写走访' })).click()
    await app.choose('了解情况')
    await app.page.getByLabel('其他说明').fill('写到一半')
    await app.addPhotos([photos.lying])

    const refusals: [string, string][] = [
      [huge, '照片有 60 MB，超过 50 MB，没有添加。'],
      [fixtureImage('truncated.jpg'), '这张照片不完整'],
      [fixtureImage('empty.jpg'), '这个文件是空的'],
      [fixtureImage('html_named.jpg'), '这个文件不是照片'],
      [fixtureImage('svg_script.svg'), '这个文件不是照片'],
      [fixtureImage('bomb_declared_60000x60000.png'), '照片尺寸 60000×60000 不正常'],
    ]
    for (const [file, sentence] of refusals) {
      await app.offerPhotos(file, 'gallery')
      await expect(app.page.getByRole('alert')).toContainText(sentence)
      await expect(app.page.getByRole('alert')).toContainText('其他内容都还在。')
      await expect(app.photos()).toHaveCount(1)
    }
    await expect(app.page.getByLabel('其他说明')).toHaveValue('写到一半')

    // Several at once: the good one among the bad ones is kept.
    await app.offerPhotos([fixtureImage('html_named.jpg'), fixtureImage('png_named.jpg'), fixtureImage('empty.jpg')], 'gallery')
    await expect(app.photos()).toHaveCount(2)
    await app.saveVisit()
    await app.expectAllSafe()

    const rows = await city.capturedBy<{ copy_sha256: string; copy_state: string; original_sha256: string; original_state: string }>(
      who,
      'evidence',
      'copy_sha256, copy_state, original_sha256, original_state',
    )
    expect(rows.map((row) => [row.copy_state, row.original_state])).toEqual([
      ['stored', 'stored'],
      ['stored', 'stored'],
    ])
    // A PNG that calls itself JPEG: its original is kept as it is, its evidence copy is a JPEG, upright.
    expect(rows[1]!.original_sha256).toBe(sha256OfFile(fixtureImage('png_named.jpg')))
    const [copy] = readPhotos(storedFile(server, rows[1]!.copy_sha256))
    expect([copy!.format, copy!.width, copy!.height, copy!.orientation]).toEqual(['JPEG', 36, 48, 1])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('originals wait for Wi-Fi, and go at once when she says so', async ({ newPhone, city, photos }) => {
  const who = await city.anySupervisor()
  const [employer] = await city.employersOf(who)
  const { app } = await newPhone({ network: 'cellular' })
  await app.signInAndReceive(who.login, city.password)
  await app.openEmployer(employer!.name)
  await app.recordShortVisit('流量', [photos.lying])
  await expect(app.status).toContainText('记录和照片都已存到服务器；1 张原图等 Wi‑Fi 再传')
  const states = () => city.capturedBy(who, 'evidence', 'copy_state, original_state')
  expect(await states()).toEqual([{ copy_state: 'stored', original_state: 'expected' }])
  await app.go('待传')
  await app.page.getByRole('button', { name: '现在就传原图（用流量）' }).click()
  await app.expectAllSafe()
  expect(await states()).toEqual([{ copy_state: 'stored', original_state: 'stored' }])
})
