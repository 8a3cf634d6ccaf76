import { reactive, ref, shallowRef } from 'vue'
import type { Result } from '../../data/request'
import type { Problem } from '../../data/types'

/** A dialog's form: its values, what the server has against them, and whether it is being sent. */
export function useForm<T extends object>(initial: () => T) {
  const open = ref(false)
  const values = reactive(initial()) as T
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)

  function show(given: Partial<T> = {}) {
    Object.assign(values, initial(), given)
    problem.value = null
    open.value = true
  }
  /** Send; the dialog closes when the server agrees and stays with its sentence when it does not. */
  async function submit<R>(send: () => Promise<Result<R>>, done: (data: R) => void) {
    if (busy.value) return
    busy.value = true
    const result = await send()
    busy.value = false
    if (!result.ok) return void (problem.value = result.problem)
    open.value = false
    done(result.data)
  }
  const errorOf = (field: string) => problem.value?.errors?.find((e) => e.field === field)?.detail ?? ''

  return { open, values, problem, busy, show, submit, errorOf }
}
