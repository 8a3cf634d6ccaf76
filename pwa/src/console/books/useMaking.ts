import { onScopeDispose, watch, type Ref } from 'vue'
import { followBook, type BookItem } from './api'

const POLL_MS = 1000

/** Follow the books of a list that are being made, one question each second for each, until all have an end. */
export function useMaking(items: Ref<BookItem[]>) {
  let timer: ReturnType<typeof setTimeout> | undefined

  async function look() {
    const waiting = items.value.filter((book) => book.state === 'making')
    const answers = await Promise.all(waiting.map((book) => followBook(book.id)))
    const now = new Map(answers.flatMap((answer) => (answer.ok ? [[answer.data.id, answer.data] as const] : [])))
    // What another question has brought meanwhile is newer only where it still says "making".
    items.value = items.value.map((book) => (book.state === 'making' ? (now.get(book.id) ?? book) : book))
  }
  watch(
    items,
    (books) => {
      clearTimeout(timer)
      if (books.some((book) => book.state === 'making')) timer = setTimeout(() => void look(), POLL_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
}
