/** What is safe on the server and what is not, by what receipts say. */
import type { LocalDb, OutboxRow } from './db'

/** Whether a row still asks something of the person. */
export const asksForPerson = (row: OutboxRow) => row.state === 'needs_you' && !row.corrected_by && !row.seen_at

/** Whether the server has answered for it: a receipt with the phone's own hash. */
export const isReceived = (row: OutboxRow) => row.receipt?.op_sha256 === row.sha256

export interface Standing {
  /** Operations without a final answer; announcements of photos count with their photos. */
  records_waiting: number
  /** Evidence copies whose byte receipt is not here. */
  photos_waiting: number
  /** Notes in sound and picture whose byte receipt is not here. */
  notes_waiting: number
  /** Originals still to go, as far as the policy lets them go at all. */
  originals_waiting: number
  /** Things that the person has to look at. */
  needs_you: number
  /** Of those, how many the server does not have. */
  unsafe: number
  drafts: number
}

/** What is where, by what receipts say (S8). */
export async function standing(db: LocalDb): Promise<Standing> {
  const [records_waiting, needing, uploads, stuck, drafts] = await Promise.all([
    db.outbox
      .where('state')
      .anyOf('waiting', 'sending')
      .filter((row) => row.kind !== 'evidence.announce')
      .count(),
    db.outbox.where('state').equals('needs_you').toArray(),
    db.uploads.where('state').equals('waiting').toArray(),
    db.uploads.where('state').equals('needs_you').toArray(),
    db.drafts.count(),
  ])
  const asking = needing.filter(asksForPerson)
  return {
    records_waiting,
    photos_waiting: uploads.filter((row) => row.part === 'copy' && !row.is_note).length,
    notes_waiting: uploads.filter((row) => row.is_note).length,
    originals_waiting: uploads.filter((row) => row.part === 'original').length,
    needs_you: asking.length + stuck.length,
    unsafe: asking.filter((row) => !isReceived(row)).length + stuck.length,
    drafts,
  }
}
