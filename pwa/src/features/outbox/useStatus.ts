/** The status sentence for the screen, following store and sync. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { readMeta } from '@/local/db'
import { policies, syncState, work } from '@/modules/work'
import { shortMoment } from '@/shared/time'
import { useLive } from '@/shared/useLive'
import { useNow } from '@/shared/useNow'
import { statusOf, waitingWords as wordsFor, type Status, type StatusWords } from './status'
import { useStanding } from './useStanding'

export function useStatus() {
  const { t, te } = useI18n()
  const words: StatusWords = { t: (key, named) => t(key, named ?? {}), has: (key) => te(key, 'zh-CN') }
  const standing = useStanding()
  const now = useNow()
  const syncedAt = useLive<string | null>(
    async () => (work.value ? ((await readMeta<string>(work.value.db, 'synced_at')) ?? null) : null),
    null,
    [() => work.value?.db],
  )
  const waitingWords = computed(() => wordsFor(standing.value, words))
  const status = computed<Status>(() =>
    statusOf(
      {
        standing: standing.value,
        sync: syncState.value,
        synced_at: syncedAt.value && shortMoment(syncedAt.value, now.value),
        original_upload: policies().original_upload,
        is_online: navigator.onLine,
      },
      words,
    ),
  )
  return { status, standing, waitingWords, syncedAt }
}
