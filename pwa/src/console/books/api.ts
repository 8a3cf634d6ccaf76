/** What the room of books asks of the server. */
import type { components } from '@/api/schema.gen'
import { get, inBackground, post, type QueryValue } from '../data/request'
import type { Page } from '../data/types'

export type BookItem = components['schemas']['BookItem']
export type NewBook = Partial<components['schemas']['NewBook']> & { kind: BookItem['kind'] }
export const BASE = '/api/books'

export const listBooks = (query: Record<string, QueryValue>, signal?: AbortSignal) =>
  get<Page<BookItem>>(BASE, query, signal)
export const beginBook = (wanted: NewBook) => post<BookItem>(BASE, wanted)
/** How far a making is; asked by the page itself, so it does not count as use of the session. */
export const followBook = (id: string) => inBackground(() => get<BookItem>(`${BASE}/${id}`))
