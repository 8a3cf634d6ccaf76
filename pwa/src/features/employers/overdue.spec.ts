import { describe, expect, it } from 'vitest'
import type { EmployerRow } from '@/local/db'
import { employerOf } from '@/testing/phone'
import { chinaDay } from '@/shared/time'
import { isOverdue } from './overdue'

const DAY = 86_400_000
const last = '2026-01-05T02:00:00Z'
const row = (visit_due_on?: string) =>
  ({ ...employerOf('e', { last_visited_at: last, ...(visit_due_on ? { visit_due_on } : {}) }) }) as EmployerRow

describe('an overdue visit on the phone', () => {
  it('is in time on its due day and overdue on the next', () => {
    expect(isOverdue(row(chinaDay(Date.now())), last)).toBe(false)
    expect(isOverdue(row(chinaDay(Date.now() - DAY)), last)).toBe(true)
    expect(isOverdue(row(), last)).toBe(false)
  })
  it('is settled by her own visit before the server has it', () => {
    expect(isOverdue(row(chinaDay(Date.now() - DAY)), new Date().toISOString())).toBe(false)
  })
})
