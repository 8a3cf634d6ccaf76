import { describe, expect, it } from 'vitest'
import { baseMapState, PART_BYTES, readBaseMap } from '@/local/baseMap'
import { ACCOUNT, NOON, phone, problem } from '@/testing/phone'
import { sha256OfBytes } from '@/shared/sha256'
import { refreshBaseMap } from './baseMap'
import type { SyncContext } from './context'

const DAYS = 7
const bytesOf = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251)

/** A server that sends ranges of a file, may cut the line, and may get another file. */
class Server {
  etag = '"one"'
  /** Bytes it still gives; beyond them the line is cut. */
  left = Infinity
  none = false
  readonly asked: Headers[] = []

  constructor(public file = bytesOf(PART_BYTES * 2 + 1000, 1)) {}

  fetch = async (_: string, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers)
    this.asked.push(headers)
    if (this.none) return problem('no_base_map', 404)
    if (headers.get('if-none-match') === this.etag)
      return new Response(null, { status: 304, headers: { ETag: this.etag } })
    const condition = headers.get('if-range')
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '')
    if (!range || (condition && condition !== this.etag)) {
      return new Response(this.file, { status: 200, headers: { ETag: this.etag } })
    }
    const from = Number(range[1])
    const part = this.file.slice(from, Number(range[2]) + 1)
    if (part.length > this.left) throw new TypeError('the line is cut')
    this.left -= part.length
    const where = `bytes ${from}-${from + part.length - 1}/${this.file.length}`
    return new Response(part, { status: 206, headers: { ETag: this.etag, 'Content-Range': where } })
  }
}

async function phoneAt(
  server: Server,
  network: ReturnType<SyncContext['network']> = { type: 'wifi', save_data: false },
) {
  const { db } = await phone()
  const clock = { now: NOON }
  const context = {
    db,
    fetch: server.fetch,
    now: () => clock.now,
    apiBase: 'http://server',
    account_id: ACCOUNT,
    app_version: '0',
    language: () => 'zh-CN',
    network: () => network,
  } as unknown as SyncContext
  const refresh = (now = false) => refreshBaseMap(context, DAYS, new AbortController().signal, now)
  const all = async () => {
    const { current } = await baseMapState(db)
    return current && sha256OfBytes(await readBaseMap(db, current.etag, 0, current.bytes))
  }
  return { db, clock, refresh, all }
}

describe('the base map', () => {
  it('comes in pieces and is the file again, wherever it is read', async () => {
    const server = new Server()
    const { db, refresh, all } = await phoneAt(server)
    expect(await refresh()).toBeNull()
    expect(server.asked).toHaveLength(3)
    expect(await all()).toBe(await sha256OfBytes(server.file.buffer))
    for (const [from, length] of [
      [0, 127],
      [PART_BYTES - 3, 7],
      [PART_BYTES, 1],
      [PART_BYTES * 2 + 900, 5000],
    ] as const) {
      const read = await readBaseMap(db, '"one"', from, length)
      expect([...new Uint8Array(read)], `${from}`).toEqual([...server.file.slice(from, from + length)])
    }
  })
  it('goes on from the last piece after a cut, and draws the old one until the new one is whole', async () => {
    const server = new Server()
    const { clock, refresh, all } = await phoneAt(server)
    await refresh()
    const old = await all()
    server.file = bytesOf(PART_BYTES * 3, 2)
    server.etag = '"two"'
    server.left = PART_BYTES * 2
    clock.now += DAYS * 86_400_000
    expect(await refresh()).toMatchObject({ type: 'no_network' })
    expect(await all()).toBe(old)
    server.left = Infinity
    server.asked.length = 0
    expect(await refresh()).toBeNull()
    expect(server.asked.map((headers) => headers.get('range'))).toEqual([
      `bytes=${PART_BYTES * 2}-${PART_BYTES * 3 - 1}`,
    ])
    expect(await all()).toBe(await sha256OfBytes(server.file.buffer))
  })
  it('begins anew when the server has another one by then', async () => {
    const server = new Server()
    const { db, refresh, all } = await phoneAt(server)
    server.left = PART_BYTES
    await refresh()
    server.file = bytesOf(PART_BYTES + 5, 3)
    server.etag = '"two"'
    server.left = Infinity
    expect(await refresh()).toBeNull()
    expect(await all()).toBe(await sha256OfBytes(server.file.buffer))
    expect((await db.base_parts.toCollection().primaryKeys()).every((id) => id.startsWith('"two"'))).toBe(true)
  })
  it('is not asked for while it is new, and by hand at once: then nothing comes twice, and its age is today’s', async () => {
    const server = new Server()
    const { db, clock, refresh } = await phoneAt(server)
    await refresh()
    server.asked.length = 0
    clock.now += 86_400_000
    await refresh()
    expect(server.asked).toHaveLength(0)
    await refresh(true)
    expect(server.asked).toHaveLength(1)
    expect(await baseMapState(db)).toMatchObject({ checked_at: '2026-11-25T04:00:00.000Z', current: { etag: '"one"' } })
  })
  it.each([
    { type: 'cellular', save_data: false },
    { type: null, save_data: true },
  ])('costs no mobile data by itself (%o), only when she asks', async (network) => {
    const server = new Server()
    const { refresh, all } = await phoneAt(server, network)
    await refresh()
    expect(server.asked).toHaveLength(0)
    expect(await refresh(true)).toBeNull()
    expect(await all()).toBe(await sha256OfBytes(server.file.buffer))
  })
  it('goes when the server has none any more', async () => {
    const server = new Server()
    const { db, refresh, all } = await phoneAt(server)
    await refresh()
    server.none = true
    expect(await refresh(true)).toBeNull()
    expect(await all()).toBeNull()
    expect(await db.base_parts.count()).toBe(0)
    expect(await baseMapState(db)).toMatchObject({ is_none: true })
  })
  it('is given up when a server sends no pieces', async () => {
    const server = new Server()
    const { refresh, all } = await phoneAt(server)
    const { fetch } = server
    server.fetch = (input, init) => fetch(input, { ...init, headers: {} })
    expect(await phoneAt(server).then(({ refresh }) => refresh())).toMatchObject({ type: 'unexpected_answer' })
    await refresh()
    expect(await all()).toBe(await sha256OfBytes(server.file.buffer))
  })
})
