import { afterEach, describe, expect, it, vi } from 'vitest'
import { addressOf, get, post, useSurroundings } from './request'

function answer(status: number, body: unknown, type = 'application/json') {
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { 'content-type': type } })
}

afterEach(() => vi.unstubAllGlobals())

describe('a request', () => {
  it('leaves empty filters out of the address', () => {
    expect(addressOf('/api/x', { q: '', page: 1, reason: ['a', 'b'], none: null })).toBe('/api/x?page=1&reason=a%2Cb')
  })

  it('gives the refusal of the server as a value, in its own words', async () => {
    vi.stubGlobal('fetch', () =>
      Promise.resolve(answer(409, { type: 'version_stale', detail: '已被他人修改' }, 'application/problem+json')),
    )
    const result = await get('/api/x')
    expect(result).toMatchObject({ ok: false, problem: { type: 'version_stale', detail: '已被他人修改' } })
  })

  it('says that there is no network when there is none', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    expect(await get('/api/x')).toMatchObject({ ok: false, problem: { type: 'no_network' } })
  })

  it('does not take a gateway page for data', async () => {
    vi.stubGlobal('fetch', () =>
      Promise.resolve(new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } })),
    )
    expect(await get('/api/x')).toMatchObject({ ok: false, problem: { type: 'server_unavailable', status: 502 } })
  })

  it('waits for the person to sign in again and then sends the same once more', async () => {
    const fetched = vi
      .fn()
      .mockResolvedValueOnce(answer(401, { type: 'session_expired', detail: '' }))
      .mockResolvedValueOnce(answer(200, { saved: true }))
    vi.stubGlobal('fetch', fetched)
    useSurroundings({ language: () => 'zh-CN', signInAgain: () => Promise.resolve(true) })
    expect(await post('/api/patrols', { title: 'kept' })).toEqual({ ok: true, data: { saved: true } })
    expect(fetched).toHaveBeenCalledTimes(2)
    expect((fetched.mock.calls[1]![1] as RequestInit).body).toBe('{"title":"kept"}')
  })

  it('gives the refusal back when she does not', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(answer(401, { type: 'session_expired', detail: '' })))
    useSurroundings({ language: () => 'zh-CN', signInAgain: () => Promise.resolve(false) })
    expect(await get('/api/x')).toMatchObject({ ok: false, problem: { type: 'session_expired' } })
  })
})
