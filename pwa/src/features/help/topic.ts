/** One question and its answer. */
export interface Topic {
  id: string
  title: string
  text: string[]
}

/** Topics that hold every word typed, those with all of them in the title first. */
export function findTopics(topics: readonly Topic[], typed: string): Topic[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const has = (text: string) => words.every((word) => text.toLowerCase().includes(word))
  const found = topics.filter(({ title, text }) => has([title, ...text].join('\n')))
  return found.sort((a, b) => Number(has(b.title)) - Number(has(a.title)))
}
