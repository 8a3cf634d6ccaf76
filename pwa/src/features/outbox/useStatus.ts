/** The one honest sentence about what has been sent. It says "all safe" only when every receipt is on this phone (S8). */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { readMeta } from '@/local/db'
import { policies, syncState, work } from '@/modules/work'
import { shortMoment } from '@/shared/time'
import { useLive } from '@/shared/useLive'
import { useNow } from '@/shared/useNow'
import { plainType } from '@/shared/useWords'
import { useStanding } from './useStanding'

export interface Status {
  tone: 'good' | 'busy' | 'wait' | 'bad'
  text: string
  /** What else the person should know; empty when nothing. */
  more: string
}

export function useStatus() {
  const { t, te } = useI18n()
  const standing = useStanding()
  const now = useNow()
  const syncedAt = useLive<string | null>(
    async () => (work.value ? ((await readMeta<string>(work.value.db, 'synced_at')) ?? null) : null),
    null,
    [() => work.value?.db],
  )

  const waitingWords = computed(() => {
    const s = standing.value
    const parts = []
    if (s.records_waiting + s.unsafe > 0) parts.push(t('status.records', { n: s.records_waiting + s.unsafe }))
    if (s.photos_waiting > 0) parts.push(t('status.photos', { n: s.photos_waiting }))
    return parts.join(t('status.and'))
  })

  const status = computed<Status>(() => {
    const s = standing.value
    const sync = syncState.value
    const extra = []
    if (s.needs_you > 0) extra.push(t('status.needsYou', { n: s.needs_you }))
    if (s.drafts > 0) extra.push(t('status.drafts', { n: s.drafts }))
    const more = extra.join(' · ')
    const trouble = sync.problem ?? sync.upload_problem
    const isStopped = sync.session === 'signed_out' || sync.session === 'other_account'

    if (waitingWords.value) {
      const waiting = t('status.waiting', { what: waitingWords.value })
      if (isStopped || trouble)
        return { tone: isStopped ? 'bad' : 'wait', text: t('status.because', { waiting, why: why() }), more }
      if (sync.uploading) {
        const percent = Math.floor((100 * sync.uploading.sent) / Math.max(1, sync.uploading.total))
        return { tone: 'busy', text: t('status.doing', { waiting, what: t('status.sendingPhoto', { percent }) }), more }
      }
      if (sync.phase === 'pushing')
        return { tone: 'busy', text: t('status.doing', { waiting, what: t('status.sending') }), more }
      return { tone: 'wait', text: waiting, more }
    }
    if (isStopped) return { tone: 'bad', text: t('status.signIn'), more }
    if (s.needs_you > 0) return { tone: 'bad', text: t('status.needsYou', { n: s.needs_you }), more: s.drafts ? t('status.drafts', { n: s.drafts }) : '' } // prettier-ignore
    const policy = policies().original_upload
    if (s.originals_waiting > 0 && policy !== 'never') {
      const key = policy === 'wifi' && !sync.uploading ? 'status.originalsWait' : 'status.originalsGoing'
      return { tone: 'good', text: t(key, { n: s.originals_waiting }), more }
    }
    if (!syncedAt.value) return { tone: sync.problem ? 'wait' : 'good', text: t('status.safeNever'), more: sync.problem ? why() : more } // prettier-ignore
    return { tone: 'good', text: t('status.safe', { time: shortMoment(syncedAt.value, now.value) }), more }

    function why(): string {
      const type = plainType(trouble?.type ?? (navigator.onLine ? 'other' : 'no_network'))
      return te(`status.why.${type}`, 'zh-CN') ? t(`status.why.${type}`) : t('status.why.other')
    }
  })

  return { status, standing, waitingWords, syncedAt }
}
