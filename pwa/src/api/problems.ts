/** What can go wrong, as a value: RFC 9457 problem details from the server, or one of our own kinds from this device. */

export interface FieldProblem {
  field: string
  code: string
  detail: string
}

export interface Problem {
  /** Stable code for programs, such as `session_expired`. */
  type: string
  title: string
  status: number
  /** The server's sentence, in the language that was asked for. Empty for this device's own problems. */
  detail: string
  request_id?: string
  errors?: FieldProblem[]
  [extra: string]: unknown
}

export type Result<T> = { ok: true; data: T } | { ok: false; problem: Problem }

export const failed = (problem: Problem): { ok: false; problem: Problem } => ({ ok: false, problem })

/** A problem that arose here: no server was reached, or its answer made no sense. The screen has the words for its code. */
export function ownProblem(type: string, status = 0, extra: Record<string, unknown> = {}): Problem {
  return { type, title: type.replaceAll('_', ' '), status, detail: '', ...extra }
}

/** The problem in an answer that is not a success. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  if (body && typeof body === 'object' && 'type' in body && typeof body.type === 'string') {
    const { type, title, detail, ...rest } = body as Record<string, unknown>
    return {
      ...rest,
      type: String(type),
      title: typeof title === 'string' ? title : String(type),
      detail: typeof detail === 'string' ? detail : '',
      status: response.status,
    }
  }
  return ownProblem(response.status >= 500 ? 'server_unavailable' : 'unexpected_answer', response.status)
}

/** Whether a problem means that nobody is signed in (any more). */
export const meansSignIn = (problem: Problem) => problem.type === 'not_signed_in' || problem.type === 'session_expired'
