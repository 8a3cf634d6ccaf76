import { describe, expect, it } from 'vitest'
import { standing } from '@/local/standing'
import { keepNote, keepPhoto } from '@/local/photos'
import { recordCheckIn, recordVisit } from '@/local/records'
import { pullState } from '@/local/reference'
import { FIRST_POLICIES } from '@/local/shapes'
import { newId } from '@/shared/ids'
import { sha256OfBytes, sha256OfText } from '@/shared/sha256'
import { ACCOUNT, capture, checkInOf, json, me, NOON, phone, photoOf, problem, visitOf } from '@/testing/phone'
import { backoffMs } from './backoff'
import { SyncEngine } from './engine'

type Route = (init: RequestInit | undefined, url: URL) => Response | Promise<Response>

/** Scripted answers by method and path; what nobody scripted is an up-to-date server that takes everything. */
function answers(routes: Record<string, Route> = {}) {
  const asked: string[] = []
  const usual: Record<string, Route> = {
    'GET /api/me': () => json(me()),
    'POST /api/me/device/key': () => json({ key_id: 'k', is_revoked: false }),
    'POST /api/sync/push': (init) =>
      json({
        server_time: '2026-11-24T04:00:05Z',
        outcomes: (JSON.parse(String(init?.body)) as { operations: { body: string }[] }).operations.map(({ body }) => {
          const { op_id } = JSON.parse(body) as { op_id: string }
          return { op_id, outcome: 'applied', receipt: { op_id, op_sha256: sha256OfText(body), received_at: '2026-11-24T04:00:05Z' }, problem: null, flags: [] } // prettier-ignore
        }),
      }),
    'GET /api/sync/pull': () =>
      json({ cursor: 'c', reset: false, up_to_date: true, progress: null, server_time: '2026-11-24T04:00:06Z', scope_grid_ids: [], items: [] }), // prettier-ignore
  }
  const fetch = async (input: string, init?: RequestInit) => {
    const url = new URL(input, 'http://server')
    const key = `${init?.method ?? 'GET'} ${url.pathname}`
    asked.push(key)
    const route = routes[key] ?? routes[key.replace(/\/[0-9a-f-]{36}$/, '/:id')] ?? usual[key]
    return route ? route(init, url) : problem('not_found', 404)
  }
  return { fetch, asked }
}

async function engineWith(routes: Record<string, Route> = {}) {
  const { db, factory } = await phone()
  const server = answers(routes)
  const clock = { now: NOON }
  const engine = new SyncEngine({
    db,
    account_id: ACCOUNT,
    fetch: server.fetch,
    apiBase: 'http://server',
    now: () => clock.now,
    random: () => 0.5,
  })
  return { db, factory, engine, clock, asked: server.asked }
}

/** What tus asks, over a server that keeps bytes in memory and may cut the line. */
function tusServer(options: { cutAfter?: number; refuseHash?: boolean } = {}) {
  const store = new Map<string, { part: string; evidence: string; bytes: number[]; length: number }>()
  const stored = new Map<string, string>()
  let cut = options.cutAfter ?? Infinity
  const metadata = (init: RequestInit | undefined) =>
    Object.fromEntries(
      (new Headers(init?.headers).get('Upload-Metadata') ?? '').split(',').map((pair) => {
        const [key = '', value = ''] = pair.split(' ')
        return [key, atob(value)]
      }),
    )
  const offset = (id: string) => String(store.get(id)!.bytes.length)
  const routes: Record<string, Route> = {
    'POST /api/uploads': (init) => {
      const { evidence_id = '', part = '' } = metadata(init)
      const id = newId()
      store.set(id, {
        part,
        evidence: evidence_id,
        bytes: [],
        length: Number(new Headers(init?.headers).get('Upload-Length')),
      })
      return new Response(null, { status: 201, headers: { Location: `/api/uploads/${id}`, 'Tus-Resumable': '1.0.0' } })
    },
    'HEAD /api/uploads/:id': (_, url) => {
      const id = url.pathname.split('/').pop()!
      if (!store.has(id)) return new Response(null, { status: 404 })
      return new Response(null, {
        status: 200,
        headers: {
          'Upload-Offset': offset(id),
          'Upload-Length': String(store.get(id)!.length),
          'Tus-Resumable': '1.0.0',
        },
      })
    },
    'PATCH /api/uploads/:id': async (init, url) => {
      const id = url.pathname.split('/').pop()!
      const upload = store.get(id)!
      const sent = [...new Uint8Array(await new Response(init?.body as BodyInit).arrayBuffer())]
      if (sent.length > cut) {
        upload.bytes.push(...sent.slice(0, cut))
        cut = Infinity
        throw new TypeError('Failed to fetch')
      }
      upload.bytes.push(...sent)
      const headers: Record<string, string> = { 'Upload-Offset': offset(id), 'Tus-Resumable': '1.0.0' }
      if (upload.bytes.length === upload.length) {
        if (options.refuseHash) {
          store.delete(id)
          return problem('evidence_hash_mismatch', 460)
        }
        const hash = await sha256OfBytes(Uint8Array.from(upload.bytes).buffer)
        stored.set(`${upload.evidence}:${upload.part}`, hash)
        headers['X-Wangge-Stored-Sha256'] = hash
      }
      return new Response(null, { status: 204, headers })
    },
    'GET /api/evidence/:id': (_, url) => {
      const id = url.pathname.split('/').pop()!
      const part = (name: string) => {
        const hash = stored.get(`${id}:${name}`)
        return { sha256: hash ?? '', state: hash ? 'stored' : 'expected' }
      }
      return json({ id, thumb: part('thumb'), copy: part('copy'), original: part('original') })
    },
  }
  return { routes, store, stored }
}

async function visitWithPhoto(db: Awaited<ReturnType<typeof phone>>['db'], size?: number) {
  const photo = await keepPhoto(db, capture(), await photoOf(7, size), {
    draft_key: 'visit:e1',
    subject_kind: 'visit',
    employer_id: 'e1',
    source: 'camera',
  })
  await recordVisit(db, capture(), newId(), visitOf('e1', [photo.id]), 'visit:e1')
  return photo
}

describe('a round', () => {
  it('asks who is signed in, pushes, then pulls, and says so', async () => {
    const { db, engine, asked } = await engineWith()
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    expect(await engine.sync()).toBeNull()
    expect(asked.slice(0, 4)).toEqual([
      'GET /api/me',
      'POST /api/me/device/key',
      'POST /api/sync/push',
      'GET /api/sync/pull',
    ])
    expect(engine.state.value).toMatchObject({ phase: 'idle', session: 'ok', problem: null })
    expect(await standing(db)).toMatchObject({ records_waiting: 0 })
  })

  it('runs one at a time; what comes meanwhile makes one more', async () => {
    let open = () => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    let running = 0
    let most = 0
    const { db, engine, asked } = await engineWith({
      'GET /api/me': async () => {
        most = Math.max(most, ++running)
        await gate
        running--
        return json(me())
      },
    })
    const first = engine.sync()
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    const others = [engine.sync(), engine.sync(), engine.sync()]
    open()
    await Promise.all([first, ...others])
    expect(most).toBe(1)
    expect(asked.filter((key) => key === 'GET /api/me')).toHaveLength(2)
    expect(await standing(db)).toMatchObject({ records_waiting: 0 })
  })

  it('pauses when the session has ended and goes on after sign-in, nothing lost', async () => {
    let isOver = true
    const { db, engine, asked } = await engineWith({
      'GET /api/me': () => (isOver ? problem('session_expired', 401) : json(me())),
    })
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    await engine.sync()
    expect(engine.state.value).toMatchObject({ session: 'signed_out', next_at: null })
    expect(asked).toEqual(['GET /api/me'])
    isOver = false
    await engine.sync()
    expect(await standing(db)).toMatchObject({ records_waiting: 0 })
  })

  it('sends nothing under another person’s session', async () => {
    const { db, engine, asked } = await engineWith({
      'GET /api/me': () => json(me({ account_id: newId(), person: { ...me().person, name: '别人' } })),
    })
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    await engine.sync()
    expect(engine.state.value).toMatchObject({
      session: 'other_account',
      problem: { type: 'other_account', name: '别人' },
    })
    expect(asked).toEqual(['GET /api/me'])
    expect(await standing(db)).toMatchObject({ records_waiting: 1 })
  })

  it('waits longer after each failure, as long as the server asks, and not at all after success', async () => {
    let fails = 3
    const { engine, clock } = await engineWith({
      'GET /api/me': () => (fails-- > 0 ? problem('rate_limited', 429) : json(me())),
    })
    const waits = []
    for (let i = 0; i < 3; i++) {
      await engine.sync()
      waits.push(engine.state.value.next_at! - clock.now)
    }
    expect(waits).toEqual([1, 2, 3].map((n) => backoffMs(n, () => 0.5)))
    await engine.sync()
    expect(engine.state.value).toMatchObject({ next_at: null, problem: null })
  })

  it('notes how far the phone’s clock is off', async () => {
    const { db, engine } = await engineWith()
    await engine.sync()
    expect((await db.meta.get('server_offset_ms'))?.value).toBe(6_000)
  })

  it('pulls page after page until up to date, and goes on from the cursor after a cut', async () => {
    const cursors: (string | null)[] = []
    let cut = true
    const { db, engine } = await engineWith({
      'GET /api/sync/pull': (_, url) => {
        const cursor = url.searchParams.get('cursor')
        cursors.push(cursor)
        const n = cursor ? Number(cursor) : 0
        if (n === 2 && cut) {
          cut = false
          throw new TypeError('Failed to fetch')
        }
        return json({ cursor: String(n + 1), reset: n === 0, up_to_date: n === 3, progress: { done: n, total: 3 }, server_time: '2026-11-24T04:00:00Z', scope_grid_ids: [], items: [] }) // prettier-ignore
      },
    })
    await engine.sync()
    expect(engine.state.value.problem).toMatchObject({ type: 'no_network' })
    await engine.sync()
    expect(cursors).toEqual([null, '1', '2', '2', '3'])
    expect(await pullState(db)).toMatchObject({ cursor: '4', complete_generation: 1 })
  })
})

describe('photos', () => {
  it('travel after their announcement; bytes go only with a byte receipt', async () => {
    const tus = tusServer()
    const { db, engine } = await engineWith(tus.routes)
    const photo = await visitWithPhoto(db)
    await engine.sync()
    await engine.settled()
    expect(tus.stored.get(`${photo.id}:copy`)).toBe(photo.copy_sha256)
    expect(await db.photo_bytes.toCollection().primaryKeys()).toEqual([`${photo.id}:original`])
    expect(await standing(db)).toMatchObject({ photos_waiting: 0, originals_waiting: 1 })
  })

  it('send originals when the person says so', async () => {
    const tus = tusServer()
    const { db, engine } = await engineWith(tus.routes)
    const photo = await visitWithPhoto(db)
    await engine.sync()
    await engine.settled()
    await engine.sendPhotos({ originalsNow: true })
    expect(tus.stored.get(`${photo.id}:original`)).toBe(photo.original_sha256)
    expect(await db.photo_bytes.count()).toBe(0)
  })

  it('go on from the last byte after a cut', async () => {
    const tus = tusServer({ cutAfter: 700 })
    const { db, engine, clock } = await engineWith(tus.routes)
    const photo = await visitWithPhoto(db)
    await engine.sync()
    await engine.settled()
    expect(await db.uploads.get(`${photo.id}:copy`)).toMatchObject({ state: 'waiting', attempts: 1 })
    clock.now += 3_600_000
    await engine.sync()
    await engine.settled()
    expect(tus.stored.get(`${photo.id}:copy`)).toBe(photo.copy_sha256)
    expect([...tus.store.values()].filter((upload) => upload.part === 'copy')).toHaveLength(1)
  })

  it('are not sent twice when only the last answer was lost', async () => {
    const tus = tusServer()
    let isLost = true
    const patch = tus.routes['PATCH /api/uploads/:id']!
    const { db, engine, clock, asked } = await engineWith({
      ...tus.routes,
      'PATCH /api/uploads/:id': async (init, url) => {
        const answer = await patch(init, url)
        if (!isLost) return answer
        isLost = false
        throw new TypeError('Failed to fetch')
      },
    })
    const photo = await visitWithPhoto(db)
    await engine.sync()
    await engine.settled()
    expect(await db.photo_bytes.count()).toBe(3)
    clock.now += 3_600_000
    await engine.sync()
    await engine.settled()
    // the thumbnail's, whose answer was lost, and the copy's
    expect(asked.filter((key) => key.startsWith('PATCH'))).toHaveLength(2)
    expect(await db.uploads.get(`${photo.id}:copy`)).toMatchObject({
      state: 'stored',
      stored_sha256: photo.copy_sha256,
    })
  })

  it('whose hash the server does not find again are sent afresh, then shown to the person, never dropped', async () => {
    const tus = tusServer({ refuseHash: true })
    const { db, engine, clock } = await engineWith(tus.routes)
    const photo = await visitWithPhoto(db)
    for (let i = 0; i < 3; i++) {
      await engine.sync()
      await engine.settled()
      clock.now += 3_600_000
    }
    expect(await db.uploads.get(`${photo.id}:copy`)).toMatchObject({ state: 'needs_you', problem: { type: 'evidence_hash_mismatch' } }) // prettier-ignore
    expect(await db.photo_bytes.count()).toBe(2)
    expect(await standing(db)).toMatchObject({ needs_you: 1, unsafe: 1 })
  })

  it('never hold back data', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const tus = tusServer()
    const post = tus.routes['POST /api/uploads']!
    const { db, engine } = await engineWith({
      ...tus.routes,
      'POST /api/uploads': async (init, url) => {
        await held
        return post(init, url)
      },
    })
    await visitWithPhoto(db)
    await engine.sync()
    await recordCheckIn(db, capture(), checkInOf('e2'), null)
    await engine.sync()
    expect(await standing(db)).toMatchObject({ records_waiting: 0, photos_waiting: 1 })
    release()
    await engine.settled()
    expect(await standing(db)).toMatchObject({ photos_waiting: 0 })
  })

  it('start with thumbnails, then copies, then notes, then originals, the smallest first', async () => {
    const tus = tusServer()
    const { db, engine } = await engineWith({ ...tus.routes, 'GET /api/me': () => json(me({ policies: { ...FIRST_POLICIES, original_upload: 'always' } })) }) // prettier-ignore
    await visitWithPhoto(db, 5_000)
    await visitWithPhoto(db, 1_000)
    const of = { draft_key: 'said', subject_kind: 'visit' as const, employer_id: 'e1', source: 'recorder' as const }
    const buffer = new ArrayBuffer(700)
    const sha256 = await sha256OfBytes(buffer)
    const note = await keepNote(
      db,
      capture(),
      { buffer, sha256, medium: 'audio', media_type: 'audio/webm', seconds: 3 },
      of,
    )
    await recordVisit(db, capture(), newId(), visitOf('e1', [note.id]), 'said')
    await engine.sync()
    await engine.settled()
    const order = [...tus.store.values()].map(({ part, length }) => `${part} ${length}`)
    expect(order).toEqual(['thumb 8', 'thumb 8', 'copy 1000', 'copy 5000', 'copy 700', 'original 2000', 'original 10000']) // prettier-ignore
  })
})

describe('stopping', () => {
  it('gives up what is under way and keeps it for next time', async () => {
    const { db, engine } = await engineWith({
      'POST /api/sync/push': (init) =>
        new Promise((_, reject) => {
          const stopped = () => reject(new DOMException('stopped', 'AbortError'))
          if (init?.signal?.aborted) stopped()
          init?.signal?.addEventListener('abort', stopped)
        }),
    })
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    const round = engine.sync()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await engine.stop()
    await round
    expect((await db.outbox.toArray())[0]).toMatchObject({ state: 'waiting', receipt: null })
  })

  it('lets go of what is long done, and of nothing else', async () => {
    const { db, engine, clock } = await engineWith()
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    await engine.sync()
    await recordCheckIn(db, capture(), checkInOf('e2'), null)
    clock.now += 40 * 86_400_000
    await engine.tidy()
    expect((await db.outbox.toArray()).map((row) => row.employer_id)).toEqual(['e2'])
    expect(await db.records.count()).toBe(1)
  })

  it('keeps arrived bytes for as many days as the deployment says, and what has not arrived for ever', async () => {
    const tus = tusServer()
    const policies = { ...FIRST_POLICIES, phone_photo_keep_days: 2 }
    const { db, engine, clock } = await engineWith({ ...tus.routes, 'GET /api/me': () => json(me({ policies })) })
    const photo = await visitWithPhoto(db)
    await engine.sync()
    await engine.settled()
    expect(tus.stored.has(`${photo.id}:copy`)).toBe(true)
    clock.now += 1.9 * 86_400_000
    await engine.tidy()
    expect(await db.photo_bytes.count()).toBe(3)
    clock.now += 0.2 * 86_400_000
    await engine.tidy()
    expect(await db.photo_bytes.toCollection().primaryKeys()).toEqual([`${photo.id}:original`])
  })
})

describe('an order to erase this phone', () => {
  const wipe = () => problem('device_wipe', 403)

  it('is followed only when all that is unsent has reached the server, originals too', async () => {
    const tus = tusServer()
    const said: unknown[] = []
    const { db, engine, asked } = await engineWith({
      ...tus.routes,
      'GET /api/me': wipe,
      'POST /api/me/device/wiped': (init) => {
        said.push(JSON.parse(String(init?.body)))
        return new Response(null, { status: 204 })
      },
    })
    const photo = await visitWithPhoto(db)
    let heldAtErasing = -1
    const held = db.delete.bind(db)
    db.delete = (async () => {
      heldAtErasing = await db.outbox.filter((row) => row.state !== 'sent').count()
      await held()
    }) as unknown as typeof db.delete
    await engine.sync()
    await engine.settled()
    expect(heldAtErasing).toBe(0)
    expect(tus.stored.get(`${photo.id}:copy`)).toBe(photo.copy_sha256)
    expect(tus.stored.get(`${photo.id}:original`)).toBe(photo.original_sha256)
    expect(said).toEqual([{ left_unsent: 0 }])
    expect(asked).not.toContain('GET /api/sync/pull')
    expect(engine.state.value).toMatchObject({ wipe: 'erased', session: 'signed_out' })
    expect(db.isOpen()).toBe(false)
  })

  it('waits while the network is away, and erases nothing', async () => {
    let isAway = true
    const { db, engine, clock, asked } = await engineWith({
      'GET /api/me': wipe,
      'POST /api/me/device/wiped': () => new Response(null, { status: 204 }),
      'POST /api/sync/push': (init) => {
        if (isAway) throw new TypeError('Failed to fetch')
        const { operations } = JSON.parse(String(init?.body)) as { operations: { body: string }[] }
        return json({
          server_time: '2026-11-24T04:00:05Z',
          outcomes: operations.map(({ body }) => {
            const { op_id } = JSON.parse(body) as { op_id: string }
            return { op_id, outcome: 'applied', receipt: { op_id, op_sha256: sha256OfText(body), received_at: '2026-11-24T04:00:05Z' }, problem: null, flags: [] } // prettier-ignore
          }),
        })
      },
    })
    await recordCheckIn(db, capture(), checkInOf(newId()), null)
    await engine.sync()
    expect(await db.outbox.count()).toBe(1)
    expect(asked).not.toContain('POST /api/me/device/wiped')
    expect(engine.state.value).toMatchObject({ wipe: 'sending', problem: { type: 'no_network' } })
    isAway = false
    clock.now += 3_600_000
    await engine.sync()
    expect(engine.state.value.wipe).toBe('erased')
    expect(asked).toContain('POST /api/me/device/wiped')
  })

  it('counts what the server would not take, so that the desk knows', async () => {
    const said: unknown[] = []
    const { db, engine } = await engineWith({
      'GET /api/me': wipe,
      'POST /api/sync/push': () => problem('invalid_input', 422),
      'POST /api/me/device/wiped': (init) => {
        said.push(JSON.parse(String(init?.body)))
        return new Response(null, { status: 204 })
      },
    })
    await recordCheckIn(db, capture(), checkInOf(newId()), null)
    await engine.sync()
    expect(said).toEqual([{ left_unsent: 1 }])
  })
})

describe('what the desk hears of a phone', () => {
  it('is how much it still holds, with every round', async () => {
    const heard: (string | null)[] = []
    const { db, engine } = await engineWith({
      'GET /api/me': (init) => {
        heard.push(new Headers(init?.headers).get('X-Wangge-Unsent'))
        return json(me())
      },
    })
    await recordCheckIn(db, capture(), checkInOf(newId()), null)
    await engine.sync()
    await engine.sync()
    expect(heard).toEqual(['1,0', '0,0'])
  })
})
