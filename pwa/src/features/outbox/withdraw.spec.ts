import { describe, expect, it } from 'vitest'
import { makeApi } from '@/api/client'
import type { UploadRow } from '@/local/db'
import { recordVisit } from '@/local/records'
import { newId } from '@/shared/ids'
import { capture, json, phone, problem, visitOf } from '@/testing/phone'
import { mayWithdraw, withdraw } from './withdraw'

/** The API over a server that gives this one answer. */
function serverThatSays(answer: Response) {
  const asked: { path: string; body: unknown }[] = []
  const fetch = async (input: string, init?: RequestInit) => {
    asked.push({ path: new URL(input).pathname, body: JSON.parse(String(init?.body)) })
    return answer
  }
  return { asked, api: makeApi({ fetch, origin: 'http://server', app_version: 'test', language: 'en' }) }
}

async function refusedVisit() {
  const { db } = await phone()
  await recordVisit(db, capture(), newId(), visitOf(newId()), 'draft')
  const row = (await db.outbox.toArray())[0]!
  await db.outbox.update(row.op_id, {
    state: 'needs_you',
    outcome: 'quarantined',
    receipt: {
      op_id: row.op_id,
      op_sha256: row.sha256,
      received_at: '2026-11-24T04:01:00Z',
      key_id: '',
      signature: '',
    },
  })
  return { db, row: (await db.outbox.get(row.op_id))! }
}

describe('taking back a record', () => {
  it('asks the server with the reason, and then nothing more of the person', async () => {
    const { db, row } = await refusedVisit()
    const { api, asked } = serverThatSays(json({}))
    expect(await withdraw(api, db, row.op_id, '重复')).toMatchObject({ ok: true })
    expect(asked).toEqual([{ path: `/api/sync/operations/${row.op_id}/withdraw`, body: { reason: '重复' } }])
    expect((await db.outbox.get(row.op_id))?.seen_at).toBeTruthy()
  })

  it('leaves everything as it is when the server cannot be asked', async () => {
    const { db, row } = await refusedVisit()
    const { api } = serverThatSays(problem('server_busy', 503))
    expect(await withdraw(api, db, row.op_id, '重复')).toMatchObject({ ok: false, problem: { type: 'server_busy' } })
    expect((await db.outbox.get(row.op_id))?.seen_at).toBeNull()
  })

  it('is content when a desk has closed it meanwhile', async () => {
    const { db, row } = await refusedVisit()
    const { api } = serverThatSays(problem('operation_not_open', 409))
    expect(await withdraw(api, db, row.op_id, '重复')).toMatchObject({ ok: true })
    expect((await db.outbox.get(row.op_id))?.seen_at).toBeTruthy()
  })

  it('is offered only for what the server has, with all its photos', async () => {
    const { row } = await refusedVisit()
    const part = (state: UploadRow['state']) => ({ state }) as UploadRow
    expect(mayWithdraw(row, [])).toBe(true)
    expect(mayWithdraw(row, [part('stored'), part('stored')])).toBe(true)
    expect(mayWithdraw(row, [part('stored'), part('waiting')])).toBe(false)
    expect(mayWithdraw({ ...row, receipt: null }, [])).toBe(false)
    expect(mayWithdraw({ ...row, seen_at: '2026-11-24T05:00:00Z' }, [])).toBe(false)
  })
})
