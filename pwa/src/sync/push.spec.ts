import { describe, expect, it } from 'vitest'
import { standing } from '@/local/standing'
import { keepPhoto } from '@/local/photos'
import { recordCheckIn, recordVisit, reportIncident, startPatrol } from '@/local/records'
import { newId } from '@/shared/ids'
import { canonicalJson } from '@/shared/canonical'
import { sha256OfBytes, sha256OfText } from '@/shared/sha256'
import { signText, toBase64url } from '@/shared/signatures'
import {
  capture,
  checkInOf,
  contextOf,
  json,
  me,
  NOON,
  openStore,
  phone,
  photoOf,
  problem,
  visitOf,
} from '@/testing/phone'
import { writeMeta } from '@/local/db'
import type { Outcome } from '@/local/shapes'
import type { Fetch } from './context'
import { push } from './push'

interface Sent {
  operations: { body: string }[]
}

/** A journal such as the server keeps: what was applied once is a duplicate with the same receipt. */
function journal(outcomeOf: (kind: string) => Outcome = () => 'applied') {
  const lines = new Map<string, { op_sha256: string; received_at: string; outcome: Outcome }>()
  const answer = (sent: Sent) => ({
    server_time: '2026-11-24T04:00:05Z',
    outcomes: sent.operations.map(({ body }, index) => {
      const { op_id, kind } = JSON.parse(body) as { op_id: string; kind: string }
      const known = lines.get(op_id)
      const line = known ?? {
        op_sha256: sha256OfText(body),
        received_at: `2026-11-24T04:00:0${lines.size % 10}Z`,
        outcome: outcomeOf(kind),
      }
      lines.set(op_id, line)
      const outcome = known?.outcome === 'applied' ? 'duplicate' : line.outcome
      const said =
        outcome === 'quarantined' ? { type: 'employer_out_of_scope', title: '', status: 403, detail: '' } : null
      return { index, op_id, outcome, receipt: { op_id, op_sha256: line.op_sha256, received_at: line.received_at }, problem: said, flags: [] } // prettier-ignore
    }),
  })
  return { lines, answer }
}

/** A server with a key; `claimed` is another moment than the one it signs. */
async function signingServer() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']) // prettier-ignore
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  const key_id = await sha256OfBytes(spki.buffer)
  const answer = async (sent: Sent, claimed?: string) => {
    const plain = journal().answer(sent)
    for (const outcome of plain.outcomes) {
      const text = canonicalJson({ type: 'wangge.receipt', ...outcome.receipt, key_id })
      const signature = await signText(privateKey, text)
      Object.assign(outcome.receipt, { key_id, signature }, claimed ? { received_at: claimed } : {})
    }
    return plain
  }
  return {
    key: { key_id, public_key: toBase64url(spki), valid_from: '2026-11-24T00:00:00Z', retired_at: null },
    answer,
  }
}

const bodyOf = (init?: RequestInit) => JSON.parse(String(init?.body)) as Sent

async function captured(count: number) {
  const { db, factory } = await phone()
  for (let i = 0; i < count; i++) await recordCheckIn(db, capture(NOON + i), checkInOf(`e${i}`), null)
  return { db, factory }
}

const incident = {
  kind: 'collective_wage',
  severity: 'serious' as const,
  people_count: 30,
  employer_id: null,
  grid_id: null,
  place: '工地门口',
  position: null,
  accuracy_m: null,
  note: '',
  evidence_ids: [],
}

describe('an incident', () => {
  it('goes first and alone, before what was captured earlier', async () => {
    const { db } = await captured(5)
    await reportIncident(db, capture(NOON + 9), 'i1', incident, 'incident:new')
    const server = journal()
    const sent: string[][] = []
    const fetch: Fetch = async (_, init) => {
      sent.push(bodyOf(init).operations.map(({ body }) => (JSON.parse(body) as { kind: string }).kind))
      return json(server.answer(bodyOf(init)))
    }
    await push(contextOf(db, fetch))
    expect(sent).toEqual([['incident.report'], Array(5).fill('check_in.record')])
  })

  it('that comes up while a batch is under way goes with the very next request', async () => {
    const { db } = await captured(6)
    await db.meta.put({ key: 'me', value: { policies: { push_operations_max: 2 } } })
    const server = journal()
    const sent: string[][] = []
    const fetch: Fetch = async (_, init) => {
      sent.push(bodyOf(init).operations.map(({ body }) => (JSON.parse(body) as { kind: string }).kind))
      if (sent.length === 1) await reportIncident(db, capture(NOON + 9), 'i1', incident, 'incident:new')
      return json(server.answer(bodyOf(init)))
    }
    await push(contextOf(db, fetch))
    expect(sent.map((kinds) => kinds[0])).toEqual([
      'check_in.record',
      'incident.report',
      'check_in.record',
      'check_in.record',
    ])
  })
})

describe('push', () => {
  it('sends in the order of capture and keeps the receipts', async () => {
    const { db } = await captured(3)
    const server = journal()
    const seen: number[] = []
    const report = await push(
      contextOf(db, async (url, init) => {
        expect(url).toBe('http://server/api/sync/push')
        expect(init?.headers).toMatchObject({ 'x-wangge-client': 'field/test', 'accept-language': 'zh-CN' })
        seen.push(...bodyOf(init).operations.map(({ body }) => JSON.parse(body).device_seq as number))
        return json(server.answer(bodyOf(init)))
      }),
    )
    expect(report).toEqual({ answered: 3, problem: null })
    expect(seen).toEqual([1, 2, 3])
    const rows = await db.outbox.toArray()
    expect(rows.every((row) => row.state === 'sent' && row.receipt?.op_sha256 === row.sha256)).toBe(true)
    expect((await standing(db)).records_waiting).toBe(0)
  })

  it('sends check-ins before other records, and announcements of evidence last', async () => {
    const { db } = await phone()
    await startPatrol(db, capture(), newId())
    const of = { draft_key: 'v', subject_kind: 'visit' as const, employer_id: 'e1', source: 'camera' as const }
    const photo = await keepPhoto(db, capture(), await photoOf(3), of)
    await recordVisit(db, capture(), newId(), visitOf('e1', [photo.id]), 'v')
    await recordCheckIn(db, capture(), checkInOf('e1'), null)
    const kinds: string[] = []
    await push(
      contextOf(db, async (_, init) => {
        const sent = bodyOf(init)
        kinds.push(...sent.operations.map(({ body }) => (JSON.parse(body) as { kind: string }).kind))
        return json(journal().answer(sent))
      }),
    )
    expect(kinds).toEqual(['check_in.record', 'patrol.start', 'visit.record', 'evidence.announce'])
  })

  it('sends again what was under way when the app was killed, and takes the same receipt for a duplicate', async () => {
    const { db, factory } = await captured(2)
    const server = journal()
    // The server commits, the answer is lost, the app dies before it notices.
    await db.outbox.toCollection().modify({ state: 'sending' })
    const bodies = (await db.outbox.toArray()).map(({ body }) => ({ body }))
    const first = server.answer({ operations: bodies })
    db.close()
    const again = openStore(factory)
    await push(contextOf(again, async (_, init) => json(server.answer(bodyOf(init)))))
    const rows = await again.outbox.toArray()
    expect(rows.map((row) => row.outcome)).toEqual(['duplicate', 'duplicate'])
    expect(rows.map((row) => row.receipt)).toEqual(first.outcomes.map((outcome) => outcome.receipt))
    expect(server.lines.size).toBe(2)
  })

  it('keeps everything when no network is there, the answer is lost, or makes no sense', async () => {
    const { db } = await captured(2)
    const answers: Fetch[] = [
      async () => Promise.reject(new TypeError('Failed to fetch')),
      async () => new Response('<html>log in to this Wi-Fi</html>', { status: 200 }),
      async () => new Response('bad gateway', { status: 502 }),
      async () => json({ server_time: '2026-11-24T04:00:00Z', outcomes: [] }),
    ]
    const types = []
    for (const fetch of answers)
      types.push((await push(contextOf(db, fetch, NOON + types.length * 3_600_000))).problem?.type)
    expect(types).toEqual(['no_network', 'unexpected_answer', 'server_unavailable', 'unexpected_answer'])
    expect(await standing(db)).toMatchObject({ records_waiting: 2 })
    expect((await db.outbox.toArray()).every((row) => row.state === 'waiting' && !row.receipt)).toBe(true)
  })

  it('stops at an ended session and loses nothing', async () => {
    const { db } = await captured(1)
    const report = await push(contextOf(db, async () => problem('session_expired', 401)))
    expect(report.problem).toMatchObject({ type: 'session_expired', status: 401 })
    expect(await standing(db)).toMatchObject({ records_waiting: 1, needs_you: 0 })
  })

  it('halves the batch on 413 until it passes', async () => {
    const { db } = await captured(7)
    const server = journal()
    const sizes: number[] = []
    const report = await push(
      contextOf(db, async (_, init) => {
        const sent = bodyOf(init)
        sizes.push(sent.operations.length)
        return sent.operations.length > 2 ? problem('too_many_operations', 413) : json(server.answer(sent))
      }),
    )
    expect(sizes).toEqual([7, 4, 2, 2, 2, 1])
    expect(report).toEqual({ answered: 7, problem: null })
  })

  it('sets aside the one operation that no server takes, and sends the others', async () => {
    const { db } = await captured(3)
    const server = journal()
    const bad = (await db.outbox.toArray()).find((row) => row.device_seq === 2)!
    await push(
      contextOf(db, async (_, init) => {
        const sent = bodyOf(init)
        return sent.operations.some(({ body }) => body === bad.body)
          ? problem('body_too_large', 413)
          : json(server.answer(sent))
      }),
    )
    expect(await db.outbox.get(bad.op_id)).toMatchObject({ state: 'needs_you', receipt: null, problem: { type: 'body_too_large' } }) // prettier-ignore
    expect(await db.outbox.where('state').equals('sent').count()).toBe(2)
    expect(await standing(db)).toMatchObject({ records_waiting: 0, needs_you: 1, unsafe: 1 })
  })

  it('does not believe a receipt with another hash', async () => {
    const { db } = await captured(1)
    const server = journal()
    const lying: Fetch = async (_, init) => {
      const answer = server.answer(bodyOf(init))
      answer.outcomes[0]!.receipt.op_sha256 = '0'.repeat(64)
      return json(answer)
    }
    await push(contextOf(db, lying))
    const [row] = await db.outbox.toArray()
    expect(row).toMatchObject({ state: 'waiting', receipt: null, problem: { type: 'receipt_mismatch' } })
    for (let hour = 1; hour < 4; hour++) await push(contextOf(db, lying, NOON + hour * 3_600_000))
    expect((await db.outbox.toArray())[0]).toMatchObject({ state: 'needs_you', receipt: null })
    expect(await standing(db)).toMatchObject({ needs_you: 1, unsafe: 1 })
  })

  it('believes only receipts that the server has signed, once it knows the server’s keys', async () => {
    const { db } = await captured(1)
    const server = await signingServer()
    const stranger = await signingServer()
    await writeMeta(db, 'me', me({ receipt_keys: [server.key] }))
    await push(contextOf(db, async (_, init) => json(await stranger.answer(bodyOf(init)))))
    const [row] = await db.outbox.toArray()
    expect(row).toMatchObject({ state: 'waiting', receipt: null, problem: { type: 'receipt_unverified' } })
    await push(contextOf(db, async (_, init) => json(await server.answer(bodyOf(init), '2026-11-24T04:00:09Z')), NOON + 3_600_000)) // prettier-ignore
    expect((await db.outbox.toArray())[0]).toMatchObject({ state: 'waiting', problem: { type: 'receipt_unverified' } })
    await push(contextOf(db, async (_, init) => json(await server.answer(bodyOf(init))), NOON + 7_200_000))
    expect((await db.outbox.toArray())[0]).toMatchObject({ state: 'sent', problem: null })
  })

  it('sends the seal once the server knows the key, and the bare text before', async () => {
    const { db } = await captured(2)
    const [first] = await db.outbox.orderBy('device_seq').toArray()
    const seen: unknown[] = []
    const fetch: Fetch = async (_, init) => {
      seen.push(...bodyOf(init).operations)
      return problem('server_busy', 503)
    }
    await push(contextOf(db, fetch))
    await writeMeta(db, 'me', me({ seal_keys: [{ key_id: first!.key_id!, is_revoked: false }] }))
    await push(contextOf(db, fetch))
    expect(seen.slice(0, 2).every((sent) => Object.keys(sent as object).join() === 'body')).toBe(true)
    expect(seen[2]).toEqual({ body: first!.body, key_id: first!.key_id, signature: first!.signature })
  })

  it('keeps one whose parent is not there yet, and asks again later, not at once', async () => {
    const { db } = await captured(1)
    let asked = 0
    const fetch: Fetch = async (_, init) => {
      asked++
      return json(journal(() => (asked < 2 ? 'waiting_for_parent' : 'applied')).answer(bodyOf(init)))
    }
    await push(contextOf(db, fetch))
    await push(contextOf(db, fetch))
    expect(asked).toBe(1)
    expect((await db.outbox.toArray())[0]).toMatchObject({ state: 'waiting', outcome: 'waiting_for_parent' })
    await push(contextOf(db, fetch, NOON + 3_600_000))
    expect((await db.outbox.toArray())[0]).toMatchObject({ state: 'sent', outcome: 'applied' })
  })

  it('shows the person what was quarantined, and keeps it', async () => {
    const { db } = await captured(1)
    await push(contextOf(db, async (_, init) => json(journal(() => 'quarantined').answer(bodyOf(init)))))
    const [row] = await db.outbox.toArray()
    expect(row).toMatchObject({ state: 'needs_you', problem: { type: 'employer_out_of_scope' } })
    expect(row!.body).toBeTruthy()
    expect(await standing(db)).toMatchObject({ needs_you: 1, unsafe: 0 })
  })

  it('sends on what an answer does not speak of', async () => {
    const { db } = await captured(2)
    const server = journal()
    let asked = 0
    await push(
      contextOf(db, async (_, init) => {
        const answer = server.answer(bodyOf(init))
        if (asked++ === 0) answer.outcomes.pop()
        return json(answer)
      }),
    )
    const rows = await db.outbox.orderBy('device_seq').toArray()
    expect(rows.map((row) => row.state)).toEqual(['sent', 'waiting'])
    await push(contextOf(db, async (_, init) => json(server.answer(bodyOf(init))), NOON + 3_600_000))
    expect(await db.outbox.where('state').equals('sent').count()).toBe(2)
  })
})
