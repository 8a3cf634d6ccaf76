/** What the import room asks of the server. */
import { failed, ownProblem, problemFrom, type Result } from '@/api/problems'
import { saveFile } from '@/shared/saveFile'
import { addressOf, get, post, send, type QueryValue } from '../data/request'
import type { Geometry, Page } from '../data/types'
import type { ChangePreview, Draft, FeatureItem, ImportDetail, ImportItem, PreviewMap } from './types'

type Query = Record<string, QueryValue>
const BASE = '/api/spatial-imports'

export const listImports = (query: Query, signal?: AbortSignal) => get<Page<ImportItem>>(BASE, query, signal)
export const readImport = (id: string) => get<ImportDetail>(`${BASE}/${id}`)
export const answerImport = (id: string, version: number, draft: Draft) =>
  send<ImportDetail>('PATCH', `${BASE}/${id}`, { body: { version, ...draft } })
export const listFeatures = (id: string, query: Query, signal?: AbortSignal) =>
  get<Page<FeatureItem>>(`${BASE}/${id}/features`, query, signal)
export const readPreview = (id: string) => get<PreviewMap>(`${BASE}/${id}/preview.geojson`)
export const readChanges = (id: string, parentId: string) =>
  get<ChangePreview>(`${BASE}/${id}/changes`, { parent_id: parentId })
export const applyImport = (id: string, version: number, basis: string | null) =>
  post<ImportDetail>(`${BASE}/${id}/apply`, { version, basis })
/** A change of the grids with the areas as they were before it. */
export const readChange = (id: string) =>
  get<{ before: { features: { geometry: Geometry }[] } }>(`/api/grid-changes/${id}`)
export const withdrawImport = (id: string, version: number) => post<ImportDetail>(`${BASE}/${id}/withdraw`, { version })

/** Send a file as it is; `onSent` hears the share that has gone, 0 to 1. */
export function uploadFile(
  file: File,
  query: Query,
  language: string,
  onSent: (share: number) => void,
): Promise<Result<ImportDetail>> {
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
      if (request.status === 201) return resolve({ ok: true, data: body as ImportDetail })
      resolve(failed(problemFrom(body, new Response(null, { status: request.status || 500 }))))
    }
    request.send(file)
  })
}

/** Fetch a file and hand it to the browser's downloads; a refusal is a value like everywhere. */
export async function download(path: string, query: Query, language: string): Promise<Result<string>> {
  let response: Response
  try {
    response = await fetch(addressOf(path, query), {
      credentials: 'same-origin',
      headers: { 'Accept-Language': language, 'X-Wangge-Client': `console/${__APP_VERSION__}` },
    })
  } catch {
    return failed(ownProblem('no_network', 0))
  }
  if (!response.ok) return failed(problemFrom(await response.json().catch(() => null), response))
  const name = decodeURIComponent(
    /filename\*=UTF-8''(.+)$/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'export',
  )
  saveFile(name, await response.blob())
  return { ok: true, data: name }
}
