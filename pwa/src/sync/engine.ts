/**
 * The sync of one account on one phone: is it still she, push, pull; photos beside it.
 *
 * One round at a time across tabs (a lock by name); asking again during a round makes one more round after it.
 */
import { meansSignIn, ownProblem, type Problem } from '@/api/problems'
import { readMeta, writeMeta } from '@/local/db'
import { asksForPerson, isReceived } from '@/local/standing'
import { deleteBytes } from '@/local/photoBytes'
import { FIRST_POLICIES, type Me } from '@/local/shapes'
import { backoffMs } from './backoff'
import { call, type Fetch, type Locks, type Network, type SyncContext } from './context'
import { BASE_MAP_LOCK, ownLocks, SYNC_LOCK, UPLOAD_LOCK } from './locks'
import { pull } from './pull'
import { hasUrgent, push } from './push'
import { makeKeyKnown } from './sealKey'
import { refreshReference } from './reference'
import { FIRST_STATE, Watched, type SyncState } from './state'
import { upload } from './upload'

const WIPE_UPLOAD_TRIES = 8
/** With an incident on the phone, the next try is never further off. */
const URGENT_RETRY_MS = 10_000

export interface EngineOptions {
  db: SyncContext['db']
  fetch: Fetch
  account_id: string
  now?: () => number
  random?: () => number
  locks?: Locks
  apiBase?: string
  app_version?: string
  language?: () => string
  network?: () => Network
  /** Clear this account's store for good; what else of it lies outside is the caller's to clear. */
  erase?: () => Promise<void>
}

/** Operations and photos that the server has not answered for, as `12,3`. */
async function unsent(db: SyncContext['db']): Promise<string> {
  const [operations, photos] = await Promise.all([
    db.outbox.where('state').anyOf('waiting', 'sending').count(),
    db.uploads.where('state').notEqual('stored').count(),
  ])
  return `${operations},${photos}`
}

/** Whether something is still on its way: what failed just now is tried again, a photo not for ever. */
async function isStillOnItsWay(db: SyncContext['db']): Promise<boolean> {
  const operations = await db.outbox.where('state').anyOf('waiting', 'sending').toArray()
  if (operations.some((row) => !isReceived(row))) return true
  const announced = await db.outbox.filter((row) => row.kind === 'evidence.announce' && isReceived(row)).toArray()
  const photos = new Set(announced.map((row) => row.entity_id))
  const parts = await db.uploads.where('state').equals('waiting').toArray()
  return parts.some((part) => photos.has(part.photo_id) && part.attempts < WIPE_UPLOAD_TRIES)
}

/** What could not be handed over because the server refused to take it. */
async function leftUnsent(db: SyncContext['db']): Promise<number> {
  const kept = await db.outbox.filter((row) => row.state !== 'sent' && !isReceived(row)).count()
  return kept + (await db.uploads.where('state').notEqual('stored').count())
}

export class SyncEngine {
  readonly state = new Watched<SyncState>(FIRST_STATE)
  private readonly context: SyncContext
  private readonly controller = new AbortController()
  private round: Promise<Problem | null> | null = null
  private again = false
  private uploads: Promise<void> | null = null
  private uploadAgain = false
  private mapping: Promise<void> | null = null
  /** Files that the person wants sent now, whatever the network. */
  private readonly wanted = new Set<string>()
  private failures = 0
  private readonly erase: () => Promise<void>

  constructor(options: EngineOptions) {
    this.context = {
      now: Date.now,
      random: Math.random,
      locks: ownLocks(),
      apiBase: '',
      app_version: '0',
      language: () => 'zh-CN',
      network: () => ({ type: null, save_data: false }),
      ...options,
    }
    this.erase = options.erase ?? (() => options.db.delete())
  }

  /** A round of data, then photos. Resolves when the data is through; `settled()` waits for the photos too. */
  sync(): Promise<Problem | null> {
    if (this.controller.signal.aborted) return Promise.resolve(null)
    if (this.round) {
      this.again = true
      return this.round
    }
    this.round = this.rounds().finally(() => {
      this.round = null
    })
    return this.round
  }

  /** Send photos now; with `copiesNow` or `originalsNow`, those that wait for another network or another day, too. */
  async sendPhotos(options: { copiesNow?: boolean; originalsNow?: boolean } = {}): Promise<void> {
    if (this.controller.signal.aborted) return
    if (options.copiesNow || options.originalsNow) {
      const waiting = await this.context.db.uploads.where('state').equals('waiting').toArray()
      for (const row of waiting) {
        if (row.part === 'original' ? options.originalsNow : options.copiesNow) this.wanted.add(row.id)
      }
    }
    if (this.uploads) this.uploadAgain = true
    else {
      this.uploads = this.uploadRounds().finally(() => {
        this.uploads = null
      })
    }
    return this.uploads
  }

  /** Everything a phone carries, anew where it is not the newest: a round, then what is the same for everybody. */
  async refreshPack(): Promise<Problem | null> {
    const problem = await this.sync()
    if (problem) return problem
    await refreshReference(this.context, this.controller.signal, true)
    return this.baseMap(true)
  }

  /** The base map has a lock of its own: large as it is, no record waits for it. Its code is loaded when a round has gone well. */
  private baseMap(now = false): Promise<Problem | null> {
    const { signal } = this.controller
    const under = async () => {
      const { refreshBaseMap } = await import('./baseMap')
      const days = Number((await this.me())?.policies.base_map_refresh_days ?? FIRST_POLICIES.base_map_refresh_days)
      return this.context.locks.request(BASE_MAP_LOCK, { signal }, () =>
        refreshBaseMap(this.context, days, signal, now),
      )
    }
    const asked = under().catch((error: unknown) => {
      if (signal.aborted) return null
      throw error
    })
    const whole = Promise.allSettled([this.mapping, asked]).then(() => undefined)
    this.mapping = whole
    void whole.then(() => {
      if (this.mapping === whole) this.mapping = null
    })
    return asked
  }

  /** Until nothing is under way. */
  async settled(): Promise<void> {
    while (this.round || this.uploads || this.mapping) await Promise.all([this.round, this.uploads, this.mapping])
  }

  /** Stop for good and give the locks back: another person signs in, or the page goes. Everything unsent stays. */
  async stop(): Promise<void> {
    this.controller.abort()
    await Promise.allSettled([this.round, this.uploads, this.mapping])
  }

  /** When something is due by itself: a retry of the round or of one row; null when nothing is. */
  async nextDue(): Promise<number | null> {
    const { db } = this.context
    const [operations, uploads] = await Promise.all([
      db.outbox.where('state').anyOf('waiting', 'sending').toArray(),
      db.uploads.where('state').equals('waiting').toArray(),
    ])
    const times = [...operations, ...uploads].map((row) => row.next_at).filter((at) => at > 0)
    const retry = this.state.value.next_at
    if (retry !== null) return retry
    return times.length ? Math.min(...times) : null
  }

  private async rounds(): Promise<Problem | null> {
    const { signal } = this.controller
    let problem: Problem | null
    do {
      this.again = false
      try {
        problem = await this.context.locks.request(SYNC_LOCK, { signal }, () => this.oneRound(signal))
      } catch (error) {
        this.state.set({ phase: 'idle' })
        if (signal.aborted) return null
        throw error
      }
    } while (this.again && !problem && !signal.aborted)
    if (this.state.value.wipe) return problem
    if (!problem && !signal.aborted) void this.baseMap().catch(() => undefined)
    if (!signal.aborted && (!problem || problem.type === 'right_missing')) void this.sendPhotos().catch(() => undefined)
    return problem
  }

  private async oneRound(signal: AbortSignal): Promise<Problem | null> {
    const { context, state } = this
    let problem = await this.confirmAccount(signal)
    if (problem?.type === 'device_wipe') {
      problem = await this.handOverAndErase(signal)
      if (!problem) return null
    } else problem ??= await this.pushThenPull(signal)
    if (!problem) {
      this.failures = 0
      await writeMeta(context.db, 'synced_at', new Date(context.now()).toISOString())
      state.set({ phase: 'idle', problem: null, next_at: null, session: 'ok' })
      await refreshReference(context, signal)
      return null
    }
    if (meansSignIn(problem)) {
      state.set({ phase: 'idle', problem, session: 'signed_out', next_at: null })
      return problem
    }
    if (problem.type === 'other_account') {
      state.set({ phase: 'idle', problem, session: 'other_account', next_at: null })
      return problem
    }
    this.failures++
    const asked = typeof problem.retry_after_s === 'number' ? problem.retry_after_s * 1000 : 0
    const backoff = backoffMs(this.failures, context.random)
    const wait = Math.max(asked, (await hasUrgent(context.db)) ? Math.min(backoff, URGENT_RETRY_MS) : backoff)
    state.set({ phase: 'idle', problem, next_at: context.now() + wait })
    return problem
  }

  /** The cookie may be another person's by now; nothing of hers goes out under a wrong name. */
  private async confirmAccount(signal: AbortSignal): Promise<Problem | null> {
    // Beside the question, for the desk's list of phones: how much this one still holds.
    const headers = { 'X-Wangge-Unsent': await unsent(this.context.db) }
    const answer = await call(this.context, (api, signal) => api.GET('/api/me', { signal, headers }), signal)
    if (!answer.ok) return answer.problem
    const me = answer.data as Me
    if (me.account_id !== this.context.account_id) return ownProblem('other_account', 409, { name: me.person.name })
    await writeMeta(this.context.db, 'me', me)
    await this.askAgainAbout(me.retried ?? [])
    this.state.set({ session: 'ok' })
    return makeKeyKnown(this.context, me, signal)
  }

  /** A desk has had something of hers applied again: the next push asks what became of it. */
  private async askAgainAbout(retried: Me['retried']): Promise<void> {
    const { outbox } = this.context.db
    const rows = await outbox.bulkGet(retried.map(({ op_id }) => op_id))
    for (const [i, row] of rows.entries()) {
      const { outcome, problem } = retried[i]!
      if (row?.state !== 'needs_you' || (row.outcome === outcome && (row.problem?.type ?? null) === problem)) continue
      await outbox.update(row.op_id, { state: 'waiting', attempts: 0, next_at: 0 })
    }
  }

  /** The order to erase this phone: all that is unsent goes to the server first, then the store goes, then the server is told. */
  private async handOverAndErase(signal: AbortSignal): Promise<Problem | null> {
    const { context, state } = this
    const { db } = context
    state.set({ phase: 'pushing', wipe: 'sending' })
    // Waiting for a better moment has no sense any more.
    await db.outbox.where('state').anyOf('waiting', 'sending').modify({ next_at: 0 })
    await db.uploads.where('state').equals('waiting').modify({ next_at: 0 })
    const pushed = await push(context, signal)
    if (pushed.problem && pushed.problem.type !== 'right_missing') return pushed.problem
    const sent = await context.locks.request(UPLOAD_LOCK, { signal }, () =>
      upload(context, { everything: true, signal, onProgress: (uploading) => state.set({ uploading }) }),
    )
    state.set({ uploading: null })
    if (sent.problem) return sent.problem
    if (await isStillOnItsWay(db)) return ownProblem('still_unsent')
    const left = await leftUnsent(db)
    await this.erase()
    state.set({ phase: 'idle', problem: null, next_at: null, wipe: 'erased', session: 'signed_out' })
    await call(
      context,
      (api, signal) => api.POST('/api/me/device/wiped', { body: { left_unsent: left }, signal }),
      signal,
    )
    return null
  }

  private async pushThenPull(signal: AbortSignal): Promise<Problem | null> {
    this.state.set({ phase: 'pushing' })
    const pushed = await push(this.context, signal)
    // Without the right to capture there may still be a scope to read; any other problem would meet the pull too.
    if (pushed.problem && pushed.problem.type !== 'right_missing') return pushed.problem
    this.state.set({ phase: 'pulling' })
    const pulled = await pull(
      this.context,
      ({ progress }) => this.state.set({ progress }),
      signal,
      async () => (await hasUrgent(this.context.db)) && push(this.context, signal),
    )
    return pushed.problem ?? pulled.problem
  }

  private async uploadRounds(): Promise<void> {
    const { signal } = this.controller
    do {
      this.uploadAgain = false
      try {
        await this.context.locks.request(UPLOAD_LOCK, { signal }, async () => {
          const report = await upload(this.context, {
            wanted: this.wanted,
            signal,
            onProgress: (uploading) => this.state.set({ uploading }),
          })
          this.state.set({ uploading: null, upload_problem: report.problem })
          if (report.problem && meansSignIn(report.problem)) this.state.set({ session: 'signed_out' })
        })
      } catch (error) {
        this.state.set({ uploading: null })
        if (signal.aborted) return
        throw error
      }
    } while (this.uploadAgain && !signal.aborted)
  }

  /**
   * Let go of what is long done, by the deployment's policies, so that the store stays small and holds no more than it must: bytes
   * that have arrived, and own records with their receipts and previews.
   */
  async tidy(): Promise<void> {
    const { db, now } = this.context
    const limits = { ...FIRST_POLICIES, ...(await this.me())?.policies }
    const daysAgo = (days: unknown) => new Date(now() - Number(days) * 86_400_000).toISOString()
    const before = daysAgo(limits.phone_record_keep_days)
    const arrived = await db.uploads.where('state').equals('stored').toArray()
    const bytesBefore = daysAgo(limits.phone_photo_keep_days)
    const here = new Set(await db.photo_bytes.toCollection().primaryKeys())
    const letGo = arrived.filter(({ id, stored_at }) => here.has(id) && (stored_at ?? '') <= bytesBefore)
    await deleteBytes(
      db,
      letGo.map(({ id }) => id),
    )
    await db.transaction('rw', [db.records, db.outbox, db.photos, db.uploads, db.photo_bytes, db.tracks], async () => {
      const old = await db.outbox.filter((row) => row.captured_at < before).toArray()
      const done = old.filter((row) => row.state === 'sent' || (row.state === 'needs_you' && !asksForPerson(row)))
      for (const row of done) {
        if (row.kind === 'evidence.announce') {
          const uploads = await db.uploads.where('photo_id').equals(row.entity_id).toArray()
          if (uploads.some((part) => part.state !== 'stored')) continue
          await db.uploads.bulkDelete(uploads.map(({ id }) => id))
          await db.photos.delete(row.entity_id)
        }
        await db.outbox.delete(row.op_id)
        const left = await db.outbox.where('entity_id').equals(row.entity_id).count()
        if (left === 0) await db.records.delete(row.entity_id)
        if (left === 0 && row.kind === 'track.record') await db.tracks.delete(row.entity_id)
      }
    })
  }

  /** The last `me` this phone was told; undefined when its store is gone. */
  me = () => readMeta<Me>(this.context.db, 'me')
}
