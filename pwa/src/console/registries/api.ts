/** What the rooms of registry lists ask of the server. */
import type { components } from '@/api/schema.gen'
import { failed, ownProblem, problemFrom, type Result } from '@/api/problems'
import { addressOf, get, post, send, type QueryValue } from '../data/request'
import type { Page, Position, Problem } from '../data/types'

type Wire = components['schemas']
type Query = Record<string, QueryValue>
export const REGISTRIES = ['market_regulation', 'tax', 'social_insurance'] as const
export type Registry = (typeof REGISTRIES)[number]
export const LIST_FIELDS = [
  'name',
  'uscc',
  'registration_no',
  'address',
  'contact_name',
  'contact_phone',
  'industry_code',
  'employees',
  'registered_on',
  'status',
  'division',
  'lon',
  'lat',
] as const
export type ListField = (typeof LIST_FIELDS)[number]
export type ListState = 'reading' | 'needs_answer' | 'ready' | 'applying' | 'applied' | 'failed' | 'withdrawn'

export interface ListReport {
  question?: { kind: 'header' | 'columns' }
  sheets: string[]
  sheet: string
  encoding: string | null
  header_row?: number
  header_rows?: number
  headings?: string[]
  columns?: Partial<Record<ListField, number>>
  basis?: Partial<Record<ListField, 'guessed' | 'remembered' | 'answered'>>
  sample: string[][]
  counts?: { rows: number; errors: number; warnings: number; passed_over: number }
  codes?: { code: string; severity: 'error' | 'warning'; count: number }[]
  outcomes?: { added: number; changed: number; unchanged: number; gone: number }
}
type Over<W, O> = Omit<W, keyof O> & O
export type ListResult = Partial<Record<'added' | 'changed' | 'unchanged' | 'gone' | 'linked' | 'waiting', number>>
interface Loose {
  state: ListState
  counts: ListReport['counts'] | null
  result: ListResult | null
}
export type RegistryImportItem = Over<Wire['RegistryImportItem'], Loose>
export type RegistryImport = Over<
  Wire['RegistryImportDetail'],
  Loose & { report: ListReport | null; problem: Problem | null }
>
export type ListRow = Wire['ListRowRead']
export type RegistryRow = Over<Wire['RegistryRowItem'], { position: Position | null }>
export type ListAnswers = Omit<Wire['ListAnswersPatch'], 'version'>

const BASE = '/api/registry-imports'
export const listRegistryImports = (query: Query, signal?: AbortSignal) =>
  get<Page<RegistryImportItem>>(BASE, query, signal)
export const readRegistryImport = (id: string) => get<RegistryImport>(`${BASE}/${id}`)
export const answerRegistryImport = (id: string, version: number, answers: ListAnswers) =>
  send<RegistryImport>('PATCH', `${BASE}/${id}`, { body: { version, ...answers } })
export const applyRegistryImport = (id: string, version: number) =>
  post<RegistryImport>(`${BASE}/${id}/apply`, { version })
export const withdrawRegistryImport = (id: string, version: number) =>
  post<RegistryImport>(`${BASE}/${id}/withdraw`, { version })
export const listProblemRows = (id: string, query: Query, signal?: AbortSignal) =>
  get<Page<ListRow>>(`${BASE}/${id}/rows`, query, signal)
export const markedSheet = (id: string) => addressOf(`${BASE}/${id}/marked.xlsx`)
export const listRegistryRows = (query: Query, signal?: AbortSignal) =>
  get<Page<RegistryRow>>('/api/registry-rows', query, signal)
export const registerSheet = (query: Query) => addressOf('/api/registry-rows/export.xlsx', query)
export const placeRegistryRow = (id: string, position: Position, version: number) =>
  post<RegistryRow>(`/api/registry-rows/${id}/place`, { position, version })

/** Send a list as it is; `onSent` hears the share that has gone, 0 to 1. */
export function uploadList(
  file: File,
  query: Query,
  language: string,
  onSent: (share: number) => void,
): Promise<Result<RegistryImport>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('POST', addressOf(BASE, { ...query, file_name: file.name }))
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Accept-Language', language)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('X-Wangge-Client', `console/${__APP_VERSION__}`)
    request.upload.onprogress = (event) => event.lengthComputable && onSent(event.loaded / event.total)
    request.onerror = () => resolve(failed(ownProblem('no_network', 0)))
    request.onload = () => {
      let body: unknown = null
      try {
        body = JSON.parse(request.responseText)
      } catch {
        // no JSON: the status alone has to say it
      }
      if (request.status === 201) return resolve({ ok: true, data: body as RegistryImport })
      resolve(failed(problemFrom(body, new Response(null, { status: request.status || 500 }))))
    }
    request.send(file)
  })
}
