import type { EmployerRow } from '@/local/db'
import { chinaDay } from '@/shared/time'

/** Whether its visit is overdue as far as the phone knows: her own newer visit counts before the server has it. */
export const isOverdue = (row: EmployerRow, visited_at: string | null): boolean =>
  visited_at === row.last_visited_at && row.visit_due_on !== undefined && row.visit_due_on < chinaDay(Date.now())
