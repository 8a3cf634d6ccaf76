import { onScopeDispose, ref, shallowRef } from 'vue'
import type { Problem } from '../data/types'
import { makeChange, previewChange } from './editorApi'
import type { ChangeDetail, Command, Preview } from './types'

/** A change on the table: asked for, looked at, made or put away. Nothing is written before "make". */
export function useProposal(made: (change: ChangeDetail) => void) {
  const command = shallowRef<Command | null>(null)
  const preview = shallowRef<Preview | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const asking = ref(false)
  const making = ref(false)
  /** Somebody has changed the ground since: look again before making it. */
  const stale = ref(false)
  let running: AbortController | null = null

  async function propose(asked: Command) {
    running?.abort()
    const mine = (running = new AbortController())
    command.value = asked
    problem.value = null
    asking.value = true
    const result = await previewChange(asked, mine.signal)
    if (mine !== running) return
    asking.value = false
    stale.value = false
    if (result.ok) preview.value = result.data
    else {
      preview.value = null
      if (result.problem.type !== 'aborted') problem.value = result.problem
    }
  }

  async function make(note: string) {
    if (!command.value || !preview.value?.ok || making.value) return
    making.value = true
    const result = await makeChange({ ...command.value, note: note.trim(), basis: preview.value.basis })
    making.value = false
    if (!result.ok) {
      problem.value = result.problem
      stale.value = result.problem.status === 409
      return
    }
    drop()
    made(result.data)
  }

  function drop() {
    running?.abort()
    running = null
    command.value = null
    preview.value = null
    problem.value = null
    asking.value = false
    stale.value = false
  }
  const again = () => (command.value ? propose(command.value) : Promise.resolve())

  onScopeDispose(() => running?.abort())
  return { command, preview, problem, asking, making, stale, propose, again, make, drop }
}
