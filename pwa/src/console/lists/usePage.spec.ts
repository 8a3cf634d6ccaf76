import { describe, expect, it } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import type { Result } from '../data/request'
import type { Page } from '../data/types'
import { usePage } from './usePage'

const page = (...items: string[]): Result<Page<string>> => ({
  ok: true,
  data: { items, total: items.length, page: 1, page_size: 50 },
})
const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('a page of a list', () => {
  it('shows the answer to the last question, even when an earlier answer comes later', async () => {
    const question = ref('slow')
    const answers = new Map<string, (result: Result<Page<string>>) => void>()
    const scope = effectScope()
    const list = scope.run(() =>
      usePage(question, (q) => new Promise<Result<Page<string>>>((resolve) => answers.set(q, resolve))),
    )!
    question.value = 'quick'
    await nextTick()
    answers.get('quick')!(page('new'))
    answers.get('slow')!(page('old'))
    await settled()
    expect(list.items.value).toEqual(['new'])
    expect(list.loading.value).toBe(false)
    scope.stop()
  })

  it('keeps the rows when a reload fails, and says why', async () => {
    let result: Result<Page<string>> = page('kept')
    const scope = effectScope()
    const list = scope.run(() => usePage(ref(1), () => Promise.resolve(result)))!
    await settled()
    result = { ok: false, problem: { type: 'no_network', title: '', status: 0, detail: '' } }
    await list.reload()
    expect(list.items.value).toEqual(['kept'])
    expect(list.problem.value?.type).toBe('no_network')
    scope.stop()
  })

  it('does not call a list empty before it has been asked', () => {
    const scope = effectScope()
    const list = scope.run(() => usePage(ref(1), () => new Promise<Result<Page<string>>>(() => {})))!
    expect(list.known.value).toBe(false)
    scope.stop()
  })
})
