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

/** The problem in an answer that is not a success; `body` is what it held, as far as that was JSON. */
export function problemFrom(body: unknown, response: Response): Problem {
  const { status } = response
  const retryAfter = Number(response.headers.get('retry-after'))
  const extra = retryAfter > 0 ? { retry_after_s: retryAfter } : {}
  if (body && typeof body === 'object' && 'type' in body && typeof body.type === 'string') {
    const { type, title, detail, ...rest } = body as Record<string, unknown>
    return {
      ...extra,
      ...rest,
      type: String(type),
      title: typeof title === 'string' ? title : String(type),
      detail: typeof detail === 'string' ? detail : '',
      status,
    }
  }
  return ownProblem(status >= 500 ? 'server_unavailable' : 'unexpected_answer', status, extra)
}

/** Whether a problem means that nobody is signed in (any more). */
export const meansSignIn = ({ type }: Problem) =>
  type === 'not_signed_in' || type === 'session_expired' || type === 'session_idle'
