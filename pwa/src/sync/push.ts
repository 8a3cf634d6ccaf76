/** Push: operations in batches, incidents first, then check-ins, evidence last; each leaves the queue only by the server's own answer about it. */
import { ownProblem, type Problem } from '@/api/problems'
import type { components } from '@/api/schema.gen'
import type { OutboxRow } from '@/local/db'
import type { Me } from '@/local/shapes'
import { readMeta } from '@/local/db'
import { backoffMs, isDue } from './backoff'
import { call, type SyncContext } from './context'
import { isSigned } from './receipts'
import { sealOf } from './sealKey'

type PushAnswer = components['schemas']['PushAnswer']

export interface PushReport {
  answered: number
  /** Why it ended before the queue was through; null when it did not. */
  problem: Problem | null
}

const RECEIPT_TRIES = 3

/** Send until nothing is due. Under the sync lock: rows left `sending` are of a round that was killed, and go again. */
export async function push(context: SyncContext, signal?: AbortSignal): Promise<PushReport> {
  const { db } = context
  const me = await readMeta<Me>(db, 'me')
  let size = Math.max(1, me?.policies.push_operations_max ?? 200)
  let answered = 0
  for (;;) {
    const batch = await dueOperations(context, size)
    if (batch.length === 0) return { answered, problem: null }
    await db.outbox.bulkUpdate(batch.map(({ op_id }) => ({ key: op_id, changes: { state: 'sending' as const } })))
    let result
    try {
      const operations = batch.map((row) => ({ body: row.body, ...sealOf(me, row) }))
      result = await call(
        context,
        (api, signal) => api.POST('/api/sync/push', { body: { operations }, signal }),
        signal,
      )
    } catch (error) {
      await putBack(context, batch)
      throw error
    }
    if (result.ok) {
      const settled = await settle(context, me, batch, result.data)
      answered += settled
      // An answer about none of what was asked would make this loop endless.
      if (settled === 0) return { answered, problem: ownProblem('unexpected_answer', 200) }
      continue
    }
    await putBack(context, batch)
    const { problem } = result
    const isRefusalOfContent = problem.status === 413 || problem.status === 400 || problem.status === 422
    if (!isRefusalOfContent || problem.type === 'client_header_missing') return { answered, problem }
    if (batch.length > 1) {
      size = Math.ceil(batch.length / 2)
      continue
    }
    // This one alone is refused as a request: it waits for the person and holds up nobody else.
    await db.outbox.update(batch[0]!.op_id, { state: 'needs_you', problem })
  }
}

/** What jumps the queue: it goes in a request of its own, before whatever was captured earlier. */
const URGENT: ReadonlySet<OutboxRow['kind']> = new Set<OutboxRow['kind']>(['incident.report'])

/** Whether something urgent has not been answered for. */
export const hasUrgent = async (db: SyncContext['db']): Promise<boolean> =>
  (await db.outbox
    .where('state')
    .anyOf('waiting', 'sending')
    .filter((row) => URGENT.has(row.kind))
    .count()) > 0

/** After what is urgent: a registration goes with the check-ins, which may be at the new employer. */
const FIRST: ReadonlySet<OutboxRow['kind']> = new Set<OutboxRow['kind']>(['check_in.record', 'employer.register'])
const rankOf = ({ kind }: OutboxRow): number => (FIRST.has(kind) ? 0 : kind === 'evidence.announce' ? 2 : 1)

async function dueOperations(context: SyncContext, size: number): Promise<OutboxRow[]> {
  const now = context.now()
  const rows = await context.db.outbox.where('state').anyOf('waiting', 'sending').toArray()
  const due = rows
    .filter((row) => isDue(row.next_at, now))
    .sort((a, b) => rankOf(a) - rankOf(b) || a.device_seq - b.device_seq)
  const urgent = due.filter((row) => URGENT.has(row.kind))
  return (urgent.length ? urgent : due).slice(0, size)
}

const putBack = (context: SyncContext, batch: OutboxRow[]) =>
  context.db.outbox.bulkUpdate(batch.map(({ op_id }) => ({ key: op_id, changes: { state: 'waiting' as const } })))

/** The receipts that are the server's own; looked at before the transaction, which would not wait for it. */
async function believedReceipts(me: Me | undefined, answer: PushAnswer): Promise<Set<unknown>> {
  const receipts = answer.outcomes.map(({ receipt }) => receipt).filter(Boolean)
  const signed = await Promise.all(receipts.map((receipt) => isSigned(me, receipt)))
  return new Set(receipts.filter((_, i) => signed[i]))
}

/** Store what the server said of each operation, in one transaction; gives how many it spoke of. */
async function settle(
  context: SyncContext,
  me: Me | undefined,
  batch: OutboxRow[],
  answer: PushAnswer,
): Promise<number> {
  const { db, now, random } = context
  const byId = new Map(answer.outcomes.map((outcome) => [outcome.op_id, outcome]))
  const believed = await believedReceipts(me, answer)
  let spokenOf = 0
  await db.transaction('rw', db.outbox, async () => {
    for (const [index, row] of batch.entries()) {
      const outcome =
        byId.get(row.op_id) ?? answer.outcomes.find((other) => other.op_id === null && other.index === index)
      const attempts = row.attempts + 1
      const later = { state: 'waiting' as const, attempts, next_at: now() + backoffMs(attempts, random) }
      if (!outcome) {
        await db.outbox.update(row.op_id, later)
        continue
      }
      spokenOf++
      const { receipt, flags } = outcome
      const problem = outcome.problem as Problem | null
      if (receipt?.op_sha256 !== row.sha256) {
        // A receipt for something else is no receipt: the phone keeps its copy and says so when it goes on.
        const mismatch = ownProblem('receipt_mismatch', 200)
        await db.outbox.update(
          row.op_id,
          attempts < RECEIPT_TRIES
            ? { ...later, problem: mismatch }
            : { state: 'needs_you', attempts, problem: mismatch },
        )
        continue
      }
      if (!believed.has(receipt)) {
        // Nobody but the server can have meant this; the next round asks for its keys anew.
        await db.outbox.update(row.op_id, { ...later, problem: ownProblem('receipt_unverified', 200) })
        continue
      }
      const known = { receipt, flags, problem, outcome: outcome.outcome, attempts }
      switch (outcome.outcome) {
        case 'applied':
        case 'duplicate':
          await db.outbox.update(row.op_id, { ...known, state: 'sent', problem: null })
          break
        case 'waiting_for_parent':
          await db.outbox.update(row.op_id, { ...known, ...later })
          break
        case 'conflict':
        case 'quarantined':
          await db.outbox.update(row.op_id, { ...known, state: 'needs_you' })
          break
        default:
          // A newer server's word: the receipt makes it safe, the person should know that something is unusual.
          await db.outbox.update(row.op_id, { ...known, state: 'needs_you' })
      }
    }
  })
  return spokenOf
}
