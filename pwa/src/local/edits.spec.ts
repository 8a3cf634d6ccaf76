import { describe, expect, it } from 'vitest'
import { storePage, type PullItem, type PullPage } from '@/sync/pull'
import { capture, dump, employerOf, NOON, phone } from '@/testing/phone'
import type { LocalDb } from './db'
import { fileOnPhone } from './edits'
import { operationOf, resend } from './outbox'
import { editEmployer } from './records'
import { pullState } from './reference'
import type { EmployerEditPayload, EmployerForm } from './shapes'

const FORM: EmployerForm = { answers: { on_roll: 5 }, filled_on: '2026-10-01', disputed: [], is_complete: true }
const said = (changes: Record<string, unknown>): EmployerEditPayload => ({
  employer_id: 'e1',
  changes,
  survey: null,
  note: '',
})
async function receive(db: LocalDb, cursor: string, items: PullItem[], reset = false) {
  const page: PullPage = {
    cursor,
    reset,
    up_to_date: true,
    progress: null,
    server_time: '2026-11-24T04:00:00Z',
    scope_grid_ids: ['g1'],
    items,
  }
  await storePage(db, await pullState(db), page, NOON)
}
const employer = (changes: object): PullItem => ({ kind: 'employer', id: 'e1', data: employerOf('e1', changes) })
/** A phone that holds one employer with its form, at version 4. */
async function holding() {
  const { db, factory } = await phone()
  await receive(db, 'c1', [employer({ version: 4, employees: 9, form: FORM })], true)
  return { db, factory }
}

describe('a file on the phone', () => {
  it('keeps its form apart from the list, encrypted', async () => {
    const { db, factory } = await holding()
    expect(await db.employers.get('e1')).not.toHaveProperty('form')
    expect(await db.forms.get('e1')).toMatchObject({ answers: { on_roll: 5 } })
    expect(await dump(factory)).not.toContain('on_roll')
  })

  it('shows what was changed here at once, until the server’s own word of it has come', async () => {
    const { db } = await holding()
    await editEmployer(db, capture(), 4, said({ on_roll: 6, employees: 10 }), 'form:e1')
    await editEmployer(db, capture(), 4, said({ on_roll: 7 }), 'form:e1')
    const [first, second] = await db.outbox.toArray()
    expect(operationOf(first!)).toMatchObject({ kind: 'employer.edit', base_version: 4 })
    expect(await fileOnPhone(db, 'e1')).toMatchObject({ values: { on_roll: 7, employees: 10 }, version: 4, pending: expect.arrayContaining(['on_roll', 'employees']) }) // prettier-ignore
    await db.outbox.update(first!.op_id, { state: 'sent' })
    await db.outbox.update(second!.op_id, { state: 'sent' })
    expect(await fileOnPhone(db, 'e1')).toMatchObject({ values: { on_roll: 7, employees: 10 }, pending: [] })
    // what came of it at the server: somebody else’s word stands for one of them
    await receive(db, 'c2', [employer({ version: 6, employees: 10, form: { ...FORM, answers: { on_roll: 8 } } })])
    expect((await fileOnPhone(db, 'e1'))!.values).toMatchObject({ on_roll: 8, employees: 10 })
  })

  it('says nothing of an edit that the server put aside, and of its correction again', async () => {
    const { db } = await holding()
    await editEmployer(db, capture(), 4, said({ on_roll: 6 }), 'form:e1')
    const [row] = await db.outbox.toArray()
    await db.outbox.update(row!.op_id, { state: 'needs_you' })
    expect((await fileOnPhone(db, 'e1'))!.values.on_roll).toBe(5)
    await resend(db, row!.op_id, { payload: said({ on_roll: 7 }) })
    expect((await fileOnPhone(db, 'e1'))!.values.on_roll).toBe(7)
    const corrected = (await db.outbox.toArray()).find(({ op_id }) => op_id !== row!.op_id)!
    expect(operationOf(corrected)).toMatchObject({ base_version: 4, entity_id: row!.entity_id })
  })

  it('goes with its employer when that leaves the scope, and with its answers when they are taken away', async () => {
    const { db } = await holding()
    await receive(db, 'c2', [employer({ version: 5 })])
    expect(await db.forms.count()).toBe(0)
    await receive(db, 'c3', [employer({ version: 6, form: FORM })])
    await receive(db, 'c4', [{ kind: 'employer', id: 'e1', data: null }])
    expect(await db.forms.count()).toBe(0)
    expect(await fileOnPhone(db, 'e1')).toBeNull()
  })
})
