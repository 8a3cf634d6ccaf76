/** The one honest sentence about what has been sent, without the screen: a test can ask it at any moment. */
import type { Standing } from '@/local/standing'
import type { Policies } from '@/local/shapes'
import type { SyncState } from '@/sync/state'

export interface Status {
  tone: 'good' | 'busy' | 'wait' | 'bad'
  text: string
  /** What else the person should know; empty when nothing. */
  more: string
  /** Whether the sentence says that the server has every record and every photo (S8). */
  says_safe: boolean
}

export interface StatusFacts {
  standing: Standing
  sync: SyncState
  /** When a round last went through, as the screen writes it; null when none did. */
  synced_at: string | null
  original_upload: Policies['original_upload']
  is_online: boolean
}

/** Words by key, and whether there are any. */
export interface StatusWords {
  t: (key: string, named?: Record<string, unknown>) => string
  has: (key: string) => boolean
}

/** What waits, in words; empty when nothing does. */
export function waitingWords(
  { records_waiting, photos_waiting, notes_waiting, unsafe }: Standing,
  { t }: StatusWords,
): string {
  const parts = []
  if (records_waiting + unsafe > 0) parts.push(t('status.records', { n: records_waiting + unsafe }))
  if (photos_waiting > 0) parts.push(t('status.photos', { n: photos_waiting }))
  if (notes_waiting > 0) parts.push(t('status.notes', { n: notes_waiting }))
  return parts.join(t('status.and'))
}

/** It says "all safe" only when every receipt is on this phone (S8). */
export function statusOf(facts: StatusFacts, words: StatusWords): Status {
  const { standing: s, sync, synced_at } = facts
  const { t } = words
  const drafts = s.drafts > 0 ? t('status.drafts', { n: s.drafts }) : ''
  const needsYou = s.needs_you > 0 ? t('status.needsYou', { n: s.needs_you }) : ''
  const more = [needsYou, drafts].filter(Boolean).join(' · ')
  const trouble = sync.problem ?? sync.upload_problem
  const isStopped = sync.session === 'signed_out' || sync.session === 'other_account'
  const say = (tone: Status['tone'], text: string, also = more): Status => ({
    tone,
    text,
    more: also,
    says_safe: false,
  })

  const what = waitingWords(s, words)
  if (what) {
    const waiting = t('status.waiting', { what })
    if (isStopped || trouble)
      return say(isStopped ? 'bad' : 'wait', t('status.because', { waiting, why: why(facts, words) }))
    if (sync.uploading) {
      const percent = Math.floor((100 * sync.uploading.sent) / Math.max(1, sync.uploading.total))
      return say('busy', t('status.doing', { waiting, what: t('status.sendingPhoto', { percent }) }))
    }
    if (sync.phase === 'pushing') return say('busy', t('status.doing', { waiting, what: t('status.sending') }))
    return say('wait', waiting)
  }
  if (isStopped) return say('bad', t('status.signIn'))
  if (needsYou) return say('bad', needsYou, drafts)
  const safe = (text: string, also = more): Status => ({ tone: 'good', text, more: also, says_safe: true })
  if (s.originals_waiting > 0 && facts.original_upload !== 'never') {
    const key = facts.original_upload === 'wifi' && !sync.uploading ? 'status.originalsWait' : 'status.originalsGoing'
    return safe(t(key, { n: s.originals_waiting }))
  }
  if (synced_at) return safe(t('status.safe', { time: synced_at }))
  const never = t('status.safeNever')
  return sync.problem ? { ...safe(never, why(facts, words)), tone: 'wait' } : safe(never)
}

function why({ sync, is_online }: StatusFacts, { t, has }: StatusWords): string {
  const type = (sync.problem ?? sync.upload_problem)?.type ?? (is_online ? 'other' : 'no_network')
  const plain = type === 'no_network' && is_online ? 'no_server' : type
  return has(`status.why.${plain}`) ? t(`status.why.${plain}`) : t('status.why.other')
}
