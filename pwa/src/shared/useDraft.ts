/** A form's value that is in the store after every keystroke, and back from there after a kill. */
import { reactive, ref, toRaw, watch, type Ref } from 'vue'
import { discardDraft, readDraft, saveDraft } from '@/local/drafts'
import { noteSurprise } from '@/modules/errors'
import { hold } from '@/modules/holds'
import { atWork } from '@/modules/work'

export interface Draft<T extends object> {
  value: T
  /** False until the store has been asked. */
  isReady: Ref<boolean>
  /** There was something from before. */
  isRestored: Ref<boolean>
  savedAt: Ref<number | null>
  /** Something that belongs to the form was kept elsewhere (a photo): there is a draft now, even with nothing typed. */
  touch(): void
  /** Resolves when the last keystroke is in the store. */
  flush(): Promise<void>
  /** The form has become a record: no more writing here. */
  end(): void
  discard(): Promise<void>
}

export function useDraft<T extends object>(key: string, employerId: string | null, fresh: T): Draft<T> {
  const { db } = atWork()
  const value = reactive(fresh) as T
  const isReady = ref(false)
  const isRestored = ref(false)
  const savedAt = ref<number | null>(null)
  let isOver = false
  let writing: Promise<void> = Promise.resolve()

  const save = () => {
    if (isOver || !isReady.value) return
    const copy = JSON.parse(JSON.stringify(toRaw(value))) as T
    writing = hold(
      writing
        .then(async () => {
          if (isOver) return
          await saveDraft(db, key, employerId, copy, Date.now())
          savedAt.value = Date.now()
        })
        .catch(noteSurprise),
    )
  }

  void readDraft<T>(db, key)
    .then((found) => {
      if (found) {
        Object.assign(value, found.value)
        isRestored.value = true
        savedAt.value = Date.parse(found.updated_at)
      }
    })
    .catch(noteSurprise)
    .finally(() => {
      isReady.value = true
      watch(value, save, { deep: true, flush: 'sync' })
    })

  return {
    value,
    isReady,
    isRestored,
    savedAt,
    touch: save,
    flush: () => writing,
    end: () => {
      isOver = true
    },
    discard: async () => {
      isOver = true
      await writing
      await discardDraft(db, key)
    },
  }
}
