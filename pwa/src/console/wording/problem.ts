import type { Problem } from '../data/types'

/** Problems that arise on this computer and so bring no sentence of the server's. */
const LOCAL = new Set(['no_network', 'server_unavailable', 'unexpected_answer'])

/** What to show for a problem: the server's own sentence, or ours where it could not speak. */
export function problemText(problem: Problem, t: (key: string) => string): string {
  if (LOCAL.has(problem.type)) return t(`problem.${problem.type}`)
  return problem.detail || t('problem.unexpected_answer')
}

/** The server's remark on one field of a form; list entries (`employer_ids.3`) count for their field. */
export function fieldRemark(problem: Problem | null, field: string): string {
  const remarks = problem?.errors ?? []
  const hit = remarks.filter(
    (e) => e.field === field || e.field.startsWith(`${field}.`) || e.field.startsWith(`${field}[`),
  )
  return hit.map((e) => e.detail).join(' ')
}
