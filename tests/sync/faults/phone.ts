/** A phone that is hurt at one chosen point of its story, and is taken up again as a person would take it up. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import type { Pool } from 'pg'
import { makeCipher } from '@/local/cipher'
import { LocalDb } from '@/local/db'
import type { Locks, Network } from '@/sync/context'
import { SyncEngine } from '@/sync/engine'
import { ownLocks } from '@/sync/locks'
import { announcedPhotos } from '@/sync/upload'
import type { Captured } from '../phone'
import type { Chance } from '../random'
import type { Supervisor } from '../world'
import { Page } from './page'
import { Counter, nameOf, type Act, type Fault, type Point } from './points'

/** The server and the database may die at a request of several phones at once: they meet there. */
export interface Meeting {
  /** Wait for all who are to meet it; resolves when it has come to the point that is wanted. */
  join(): Promise<void>
  /** Everything runs again. */
  over(): Promise<void>
}

export interface PhoneOptions {
  baseUrl: string
  pool: Pool
  chance: Chance
  fault?: Fault | null
  meeting?: Meeting
  /** Things per page of a pull: few, so that a small world has many pages. */
  pageSize?: number
}

const HOUR = 3_600_000
const CLOCK: Partial<Record<Act, number>> = {
  clock_3_hours_back: -3 * HOUR,
  clock_3_hours_ahead: 3 * HOUR,
  clock_2_days_back: -48 * HOUR,
  clock_2_days_ahead: 48 * HOUR,
}
/** No wait of the sync is longer; a clock is never moved further to wait one out. */
const LONGEST_WAIT_MS = 5 * 60_000 + 1
const ROUNDS_TO_REST = 40

const lost = () => new TypeError('network lost')
const page502 = () => new Response('<html>Bad gateway</html>', { status: 502, headers: { 'Content-Type': 'text/html' } })
const pageOfTheWifi = () => new Response('<html>Welcome</html>', { status: 200, headers: { 'Content-Type': 'text/html' } })
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function labelOf(method: string, input: string): string {
  return `${method} ${new URL(input).pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')}`
}

export class FaultyPhone {
  readonly device_id: string
  readonly captured: Captured[] = []
  readonly received = new Map<string, Set<string>>()
  readonly counter = new Counter()
  /** Pushes under way at the same time, at the most. */
  pushesAtOnce = 0
  step = 'start'
  /** Whether the fault has happened; its second one, too. */
  isStruck = false
  isStruckTwice = false
  /** What becomes of photo bytes: they pass, or never get an answer, or are refused. */
  bytes: 'pass' | 'hang' | 'refused' = 'pass'
  network: Network = { type: 'wifi', save_data: false }
  /** What the person captures while a request is under way, when the story wants it so. */
  meanwhile: () => Promise<unknown> = () => Promise.resolve()
  page!: Page
  db!: LocalDb
  engine!: SyncEngine
  private readonly disk = new IDBFactory()
  /** Her store is encrypted as on a real phone; only the PIN is left out. */
  private readonly dataKey = crypto.getRandomValues(new Uint8Array(32))
  private readonly locks: Locks = ownLocks()
  private clockAheadMs = 0
  private pushing = 0

  constructor(
    readonly who: Supervisor,
    private readonly options: PhoneOptions,
  ) {
    this.device_id = who.device_id
    this.open()
  }

  now = (): number => Date.now() + this.clockAheadMs

  /** The person opens the app. */
  open(): void {
    const page = new Page({ onWrite: (tables) => this.strike(this.counter.note(this.step, 'write', tables)) })
    this.page = page
    this.db = new LocalDb('wangge-faults', makeCipher(this.dataKey), { indexedDB: page.store(this.disk), IDBKeyRange })
    this.startEngine()
  }

  /** Stop what is under way and begin anew, as after a reload. */
  async restart(): Promise<void> {
    await this.engine.stop()
    this.startEngine()
  }

  private startEngine(): void {
    const { page } = this
    const fetch = page.network((input, init) => this.fetch(page, input, init))
    this.engine = new SyncEngine({
      db: this.db,
      account_id: this.who.account_id,
      apiBase: this.options.baseUrl,
      now: this.now,
      random: this.options.chance.next,
      locks: this.locks,
      network: () => this.network,
      fetch,
    })
  }

  /** A second tab on the same phone, with the same locks. */
  secondTab(): SyncEngine {
    const first = this.engine
    this.startEngine()
    const second = this.engine
    this.engine = first
    return second
  }

  /** Do something on this phone until it is done or the page is dead; says which. An error of a full disk is told and survived. */
  async live(act: () => Promise<unknown>): Promise<'done' | 'died' | 'refused'> {
    const { page } = this
    const death = new Promise<'died'>((tell) => page.onDeath(() => tell('died')))
    const doing = act().then(
      () => 'done' as const,
      (error: unknown) => {
        if (page.isDead) return 'died' as const
        if (this.isDiskFull()) return 'refused' as const
        throw error
      },
    )
    const ended = await Promise.race([doing, death])
    await page.quiet()
    return page.isDead ? 'died' : ended
  }

  /** What the person does after a fault: open the app again, sign in again. */
  async takeUp(): Promise<void> {
    if (this.page.isDead) {
      // A killed page holds no lock.
      Object.assign(this.locks, ownLocks())
      this.open()
    }
    await this.options.meeting?.over()
    if (this.engine.state.value.session === 'signed_out') {
      await this.signIn()
      await this.restart()
    }
  }

  /** One round of data and photos, waits waited out by moving the clock as time would. */
  async round(): Promise<void> {
    await this.engine.sync()
    await this.engine.settled()
  }

  /** Until nothing waits. */
  async rest(rounds = ROUNDS_TO_REST): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await this.takeUp()
      await this.live(() => this.round())
      await this.takeUp()
      if (await this.waitOut()) return
    }
    const left = await this.db.outbox.where('state').anyOf('waiting', 'sending').toArray()
    const files = await this.filesToSend()
    const { problem, upload_problem } = this.engine.state.value
    throw new Error(
      `S1: never comes to rest ${JSON.stringify({ problem, upload_problem, left: left.map((row) => [row.kind, row.outcome, row.problem?.type]), files: files.map((row) => [row.part, row.problem?.type]) })}`,
    )
  }

  /** Let the time pass until the next try, by moving the phone's clock; says whether nothing waits at all. */
  async waitOut(): Promise<boolean> {
    const waiting = await this.db.outbox.where('state').anyOf('waiting', 'sending').toArray()
    const files = await this.filesToSend()
    if (!waiting.length && !files.length && !this.engine.state.value.problem) return true
    const wait = Math.max(0, ...[...waiting, ...files].map((row) => row.next_at)) - this.now()
    this.clockAheadMs += Math.min(LONGEST_WAIT_MS, Math.max(0, wait + 1))
    return false
  }

  /** Remember what the store holds now: from here on it must never be lost. */
  async remember(): Promise<void> {
    const known = new Set(this.captured.map(({ op_id }) => op_id))
    for (const { op_id, sha256, kind, entity_id } of await this.db.outbox.toArray()) {
      if (!known.has(op_id)) this.captured.push({ op_id, sha256, kind, entity_id, person_id: this.who.person_id })
    }
  }

  /** A moment between two acts. */
  moment(): void {
    const act = this.strike(this.counter.note(this.step, 'moment', 'clock'))
    this.clockAheadMs += (act && CLOCK[act]) ?? 0
  }

  /** Files that can go; those of a record that the server keeps without applying stay with it. */
  private async filesToSend() {
    const rows = await this.db.uploads.where('state').equals('waiting').toArray()
    const announced = await announcedPhotos(this.db, rows)
    return rows.filter(({ photo_id }) => announced.has(photo_id))
  }

  /** Whether the disk has been full: the act was refused and the person told. */
  private isDiskFull = (): boolean => this.isStruck && this.options.fault?.act === 'disk_full'

  private strike(point: Point): Act | null {
    const { fault } = this.options
    if (fault && !this.isStruck && nameOf(point) === fault.point) {
      this.isStruck = true
      return fault.act
    }
    if (fault?.then && this.isStruck && !this.isStruckTwice && nameOf(point) === fault.then.point) {
      this.isStruckTwice = true
      return fault.then.act
    }
    return null
  }

  private async signIn(): Promise<void> {
    const { pool } = this.options
    const token = randomBytes(24).toString('base64url')
    await pool.query(
      `insert into sessions (id, account_id, appointment_id, device_id, token_sha256, expires_at)
       select $1, account_id, appointment_id, device_id, $3, now() + interval '1 day' from sessions where account_id = $2 limit 1`,
      [randomUUID(), this.who.account_id, createHash('sha256').update(token).digest()],
    )
    this.who.token = token
  }

  private async fetch(page: Page, input: string, init: RequestInit = {}): Promise<Response> {
    const label = labelOf(init.method ?? 'GET', input)
    const act = this.strike(this.counter.note(this.step, 'request', label))
    const isPush = label === 'POST /api/sync/push'
    if (isPush) this.pushesAtOnce = Math.max(this.pushesAtOnce, ++this.pushing)
    try {
      if (this.bytes !== 'pass' && label.includes('/api/uploads')) return await this.holdUp(init)
      return await this.meet(act, page, input, init)
    } finally {
      if (isPush) this.pushing--
    }
  }

  /** Something on the way says that all bytes are stored, with a receipt of its own making; the server never saw the last of them. */
  private async forgedReceipt(input: string, init: RequestInit): Promise<Response> {
    const rows = await this.db.uploads.toArray()
    const row = rows.find(({ upload_url }) => upload_url && input.endsWith(new URL(upload_url, input).pathname))
    if (!row) throw lost()
    const { photo_id: evidence_id, part, bytes, sha256 } = row
    const receipt = { evidence_id, part, sha256, bytes, stored_at: new Date().toISOString(), log_size: 0, key_id: 'f'.repeat(64), signature: 'AA' }
    const headers = { 'Upload-Offset': String(bytes), 'X-Wangge-Stored-Sha256': sha256, 'X-Wangge-Byte-Receipt': JSON.stringify(receipt) }
    return new Response(null, { status: 204, headers: { 'Tus-Resumable': '1.0.0', ...headers } })
  }

  private holdUp(init: RequestInit): Promise<Response> {
    if (this.bytes === 'refused') {
      return Promise.resolve(Response.json({ type: 'evidence_store_full', title: '', status: 507, detail: '' }, { status: 507 }))
    }
    return new Promise((_, fail) => init.signal?.addEventListener('abort', () => fail(lost())))
  }

  /** What becomes of a request under a fault. */
  private async meet(act: Act | null, page: Page, input: string, init: RequestInit): Promise<Response> {
    const { meeting, pool } = this.options
    switch (act) {
      case 'page_dies_before':
        page.die()
        throw lost()
      case 'page_dies_after':
        await this.send(input, init)
        page.die()
        throw lost()
      case 'cut_before_it_arrives':
        throw lost()
      case 'cut_before_the_answer':
        await this.send(input, init)
        throw lost()
      case 'gateway_before':
        return page502()
      case 'gateway_after':
        await this.send(input, init)
        return page502()
      case 'another_page':
        return pageOfTheWifi()
      case 'sent_twice': {
        const answers = await Promise.all([this.send(input, init), this.send(input, init)])
        return answers[this.options.chance.below(2)]!
      }
      case 'signed_out':
        await pool.query('update sessions set revoked_at = now() where account_id = $1', [this.who.account_id])
        return this.send(input, init)
      case 'a_capture_meanwhile':
        await this.meanwhile()
        return this.send(input, init)
      case 'kept_by_a_proxy':
        return takenBy((init.body as Blob).size, init)
      case 'bytes_receipt_forged':
        return this.forgedReceipt(input, init)
      case 'half_then_again': {
        // the line is cut within the body; something on the way sends the whole request once more
        const half = (init.body as Blob).slice(0, Math.floor((init.body as Blob).size / 2))
        await this.send(input, { ...init, body: half })
        return this.send(input, init)
      }
      case 'receipt_of_another_text':
        return receiptsOfAnotherText(init)
      case 'a_byte_turned':
        return this.send(input, { ...init, body: await withAByteTurned(init.body as Blob) })
      case 'killed_before':
      case 'killed_during':
        await meeting?.join()
        return this.send(input, init)
      case 'killed_after':
        await this.send(input, init)
        await meeting?.join()
        throw lost()
      case 'killed_once_answered': {
        const answer = await this.send(input, init)
        await meeting?.join()
        return answer
      }
      default:
        return this.send(input, init)
    }
  }

  private async send(input: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('Authorization', `Bearer ${this.who.token}`)
    const isPull = input.includes('/api/sync/pull')
    const address = isPull ? input.replace(/limit=\d+/, `limit=${this.options.pageSize ?? 6}`) : input
    const answer = await fetch(address, { ...init, headers })
    const body = await answer.arrayBuffer()
    if (isPull && answer.ok) this.noteReceived(body)
    return new Response(answer.status === 204 || init.method === 'HEAD' ? null : body, answer)
  }

  private noteReceived(body: ArrayBuffer): void {
    const page = JSON.parse(new TextDecoder().decode(body)) as {
      items: { kind: string; id: string; data: { grid_id: string } | null }[]
    }
    for (const { kind, id, data } of page.items) {
      if (kind !== 'employer' || !data) continue
      this.received.set(id, (this.received.get(id) ?? new Set()).add(data.grid_id))
    }
  }
}

function receiptsOfAnotherText(init: RequestInit): Response {
  const { operations } = JSON.parse(String(init.body)) as { operations: { body: string }[] }
  const server_time = new Date().toISOString()
  const outcomes = operations.map(({ body }, index) => {
    const { op_id } = JSON.parse(body) as { op_id: string }
    const receipt = { op_id, op_sha256: sha256(`${body} `), received_at: server_time }
    return { index, op_id, outcome: 'applied', receipt, flags: [], problem: null }
  })
  return Response.json({ server_time, outcomes })
}

/** Something on the way says that it has taken all bytes; the server never saw them. */
function takenBy(bytes: number, init: RequestInit): Response {
  const offset = Number(new Headers(init.headers).get('Upload-Offset') ?? 0) + bytes
  return new Response(null, { status: 204, headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(offset) } })
}

async function withAByteTurned(body: Blob): Promise<Blob> {
  const bytes = new Uint8Array(await body.arrayBuffer())
  bytes[bytes.length - 1]! ^= 0xff
  return new Blob([bytes])
}

