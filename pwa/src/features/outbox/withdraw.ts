/** Take back a record that the server keeps without applying it: with a reason, and only where the server can be asked. */
import { resultOf, type Api } from '@/api/client'
import { failed, type Result } from '@/api/problems'
import type { LocalDb, OutboxRow, UploadRow } from '@/local/db'
import { markSeen } from '@/local/outbox'
import { asksForPerson, isReceived } from '@/local/standing'

/** As the server wants it. */
export const REASON_LENGTH = { min: 2, max: 300 }

/** Photos that only this phone has would be lost sight of with their record: then it is corrected or handed in as a file. */
export const mayWithdraw = (row: OutboxRow, uploads: UploadRow[]): boolean =>
  asksForPerson(row) && isReceived(row) && uploads.every(({ state }) => state === 'stored')

export async function withdraw(api: Api, db: LocalDb, opId: string, reason: string): Promise<Result<null>> {
  const path = { operation_id: opId }
  const answer = await resultOf(
    api.POST('/api/sync/operations/{operation_id}/withdraw', { params: { path }, body: { reason } }),
  )
  // Closed at the desk meanwhile, or applied after all: there is nothing left to ask of the person either.
  if (!answer.ok && answer.problem.type !== 'operation_not_open') return failed(answer.problem)
  await markSeen(db, opId, Date.now())
  return { ok: true, data: null }
}
