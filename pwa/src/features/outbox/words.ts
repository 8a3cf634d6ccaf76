/** How the state of one operation is said and coloured. */
import type { OutboxRow } from '@/local/db'
import { asksForPerson } from '@/local/standing'

export function stateOf(row: OutboxRow): { key: string; tone: string } {
  if (row.state === 'needs_you' && !asksForPerson(row)) return { key: 'outbox.state.handled', tone: '' }
  if (row.state === 'needs_you') return { key: 'outbox.state.needs_you', tone: 'wg-tag--bad' }
  if (row.outcome === 'waiting_for_parent') return { key: 'outbox.held', tone: 'wg-tag--warn' }
  if (row.state === 'sent') return { key: 'outbox.state.sent', tone: 'wg-tag--good' }
  return { key: `outbox.state.${row.state}`, tone: 'wg-tag--warn' }
}

/** Key of an operation's name: `visit.record` is `outbox.kind.visit_record`, since dots mean depth there. */
export const kindKey = (kind: OutboxRow['kind']) => `outbox.kind.${kind.replace('.', '_')}`
