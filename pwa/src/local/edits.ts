/** Edits of files that the work package does not hold yet, laid over it when a file is read. */
import type { LocalDb, OutboxRow } from './db'
import { operationOf } from './outbox'
import type { EmployerEditPayload } from './shapes'

/** Answers that are columns of the employer's row. */
const OWN = ['name', 'uscc', 'no_uscc_reason', 'address', 'contact_name', 'contact_phone', 'industry_code', 'employees', 'note'] as const // prettier-ignore

export interface FileOnPhone {
  /** What every field says, what waits to be sent included. */
  values: Record<string, unknown>
  /** The version that this phone holds. */
  version: number
  disputed: string[]
  filled_on: string | null
  /** Fields that wait to be sent. */
  pending: string[]
}

/**
 * Whether an edit still has to be laid over: it waits, or the server has it and the phone has not pulled what it made of it.
 * One that was put aside for the person (quarantined, disputed) says nothing here: the file is what the server says.
 */
const isAhead = (row: OutboxRow, version: number, base: number) =>
  row.state === 'waiting' || row.state === 'sending' || (row.state === 'sent' && base >= version)

export async function fileOnPhone(db: LocalDb, employerId: string): Promise<FileOnPhone | null> {
  const [employer, form, rows] = await Promise.all([
    db.employers.get(employerId),
    db.forms.get(employerId),
    db.outbox.where('employer_id').equals(employerId).sortBy('device_seq'),
  ])
  if (!employer || employer.gone) return null
  const values: Record<string, unknown> = { ...form?.answers }
  for (const key of OWN) values[key] = employer[key] === '' ? null : (employer[key] ?? null)
  const pending = new Set<string>()
  for (const row of rows) {
    if (row.kind !== 'employer.edit' || row.corrected_by) continue
    const operation = operationOf(row)
    if (!isAhead(row, employer.version, operation.base_version ?? 0)) continue
    const { changes } = operation.payload as EmployerEditPayload
    Object.assign(values, changes)
    if (row.state !== 'sent') for (const key of Object.keys(changes)) pending.add(key)
  }
  return {
    values,
    version: employer.version,
    disputed: form?.disputed ?? [],
    filled_on: form?.filled_on ?? null,
    pending: [...pending],
  }
}
