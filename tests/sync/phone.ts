/** A simulated phone: the app's own store and engine, on an in-memory IndexedDB, behind a network that fails. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { LocalDb } from '@/local/db'
import { makeCipher } from '@/local/cipher'
import type { Capture } from '@/local/outbox'
import { keepPhoto } from '@/local/photos'
import { editEmployer, finishPatrol, recordCheckIn, recordVisit, registerEmployer, startPatrol } from '@/local/records'
import { SyncEngine } from '@/sync/engine'
import { announcedPhotos } from '@/sync/upload'
import { newId } from '@/shared/ids'
import { captureOf, photoOf } from './capturing'
import type { Chance } from './random'
import type { Supervisor, World } from './world'

/** What the network may do to a request. */
export type Fault = 'none' | 'drop_before' | 'drop_after' | 'twice' | 'slow' | 'cut_while_answering'
const FAULTS: Fault[] = ['drop_before', 'drop_after', 'twice', 'slow', 'cut_while_answering']

/** An operation as it was captured: what must never be lost. */
export interface Captured {
  op_id: string
  sha256: string
  kind: string
  entity_id: string
  person_id: string
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

export class Phone {
  readonly device_id: string
  readonly captured: Captured[] = []
  /** Every employer row that a pull ever brought, with the grid it lay in: nothing here may be out of scope. */
  readonly received = new Map<string, Set<string>>()
  faultRate = 0
  private readonly store = new IDBFactory()
  /** Her store is encrypted as on a real phone; only the PIN is left out. */
  private readonly dataKey = crypto.getRandomValues(new Uint8Array(32))
  private generation = 0
  private clockAheadMs = 0
  private visitNumber = 0
  db!: LocalDb
  engine!: SyncEngine

  constructor(
    readonly who: Supervisor,
    private readonly baseUrl: string,
    private readonly chance: Chance,
  ) {
    this.device_id = who.device_id
    this.open()
  }

  private now = () => Date.now() + this.clockAheadMs

  private open(): void {
    this.db = new LocalDb('wangge-sim', makeCipher(this.dataKey), { indexedDB: this.store, IDBKeyRange })
    const generation = this.generation
    this.engine = new SyncEngine({
      db: this.db,
      account_id: this.who.account_id,
      apiBase: this.baseUrl,
      now: this.now,
      random: this.chance.next,
      network: () => ({ type: 'wifi', save_data: false }),
      fetch: (input, init) => this.fetch(generation, input, init),
    })
  }

  /** The page dies: what was under way never hears an answer; the store is opened anew. */
  crash(): void {
    this.generation++
    this.db.close()
    this.open()
  }

  private async fetch(generation: number, input: string, init: RequestInit = {}): Promise<Response> {
    const fault = this.chance.happens(this.faultRate) ? this.chance.pick(FAULTS) : 'none'
    const send = () => {
      const headers = new Headers(init.headers)
      headers.set('Authorization', `Bearer ${this.who.token}`)
      return fetch(input, { ...init, headers })
    }
    const lost = () => new TypeError('network lost')
    if (fault === 'drop_before') throw lost()
    if (fault === 'slow') await pause(this.chance.below(40))
    if (fault === 'cut_while_answering') {
      const cut = new AbortController()
      setTimeout(() => cut.abort(), this.chance.below(12))
      init = { ...init, signal: cut.signal }
    }
    const answers = await Promise.all(fault === 'twice' ? [send(), send()] : [send()])
    const answer = answers[this.chance.below(answers.length)]!
    const body = await answer.arrayBuffer()
    if (generation !== this.generation) return new Promise(() => undefined)
    if (fault === 'drop_after') throw lost()
    if (input.includes('/api/sync/pull') && answer.ok) this.noteReceived(body)
    return new Response(answer.status === 204 || init.method === 'HEAD' ? null : body, answer)
  }

  private noteReceived(body: ArrayBuffer): void {
    const page = JSON.parse(new TextDecoder().decode(body)) as { items: { kind: string; id: string; data: { grid_id: string } | null }[] }
    for (const { kind, id, data } of page.items) {
      if (kind !== 'employer' || !data) continue
      if (!this.received.has(id)) this.received.set(id, new Set())
      this.received.get(id)!.add(data.grid_id)
    }
  }

  /** A round of data and photos; waits out its own backoff by moving the phone's clock, as time would. */
  async sync(): Promise<void> {
    const due = this.engine.state.value.next_at
    if (due !== null && due > this.now()) this.clockAheadMs += due - this.now() + 1
    await this.engine.sync()
    await this.engine.settled()
  }

  /** Sync until nothing waits, on a network that works again. */
  async syncUntilDone(): Promise<void> {
    this.faultRate = 0
    for (let round = 0; round < 25; round++) {
      await this.sync()
      const waiting = await this.db.outbox.where('state').anyOf('waiting', 'sending').toArray()
      const files = await this.filesToSend()
      const latest = Math.max(0, ...[...waiting, ...files].map((row) => row.next_at))
      if (latest > this.now()) this.clockAheadMs += latest - this.now() + 1
      if (waiting.length === 0 && files.length === 0 && !this.engine.state.value.problem) return
    }
    const left = await this.db.outbox.where('state').anyOf('waiting', 'sending').toArray()
    const files = await this.filesToSend()
    throw new Error(
      `a phone does not come to rest: ${JSON.stringify({ problem: this.engine.state.value.problem, left: left.map((r) => [r.kind, r.outcome, r.problem?.type]), files: files.map((f) => [f.part, f.problem?.type]) })}`,
    )
  }

  /** Files that can go; those of a quarantined record stay on the phone with it. */
  private async filesToSend() {
    const rows = await this.db.uploads.where('state').equals('waiting').toArray()
    const announced = await announcedPhotos(this.db, rows)
    return rows.filter(({ photo_id }) => announced.has(photo_id))
  }

  private capture = (): Promise<Capture> => captureOf(this.db, this.device_id, this.now())

  /** Remember what has just been captured, as the store holds it. */
  private async remember(): Promise<void> {
    const known = new Set(this.captured.map(({ op_id }) => op_id))
    for (const row of await this.db.outbox.toArray()) {
      if (known.has(row.op_id)) continue
      const { op_id, sha256, kind, entity_id } = row
      this.captured.push({ op_id, sha256, kind, entity_id, person_id: this.who.person_id })
    }
  }

  /** One random act of a supervisor's day. */
  async act(world: World): Promise<void> {
    const { chance, db } = this
    const employers = await db.employers.filter((row) => !row.gone).toArray()
    const patrols = (await db.patrols.toArray()).filter((row) => row.stops.length > 0)
    const capture = await this.capture()
    const draw = chance.next()
    if (draw < 0.15 || employers.length === 0) {
      const grid = chance.pick(world.grids)
      await registerEmployer(
        db,
        capture,
        newId(),
        {
          name: `新店${this.captured.length}`,
          uscc: null,
          no_uscc_reason: 'not_shown',
          address: '',
          contact_name: '',
          contact_phone: '',
          industry_code: null,
          employees: chance.below(50),
          position: chance.happens(0.7) ? { lon: grid.centre[0], lat: grid.centre[1] } : null,
          accuracy_m: 10,
          position_source: 'gps',
          declared_grid_id: (await db.grids.toArray())[0]?.id ?? null,
          note: '',
        },
        chance.happens(0.15) ? [await this.photo('register', 'employer', null)] : [],
        'register',
      )
    } else if (draw < 0.3) {
      // several phones change the same few fields of the same employers, each over the file as it knows it
      const employer = chance.pick(employers)
      const changes = { [chance.pick(['on_roll', 'migrant', 'employees'])]: chance.below(3) }
      await editEmployer(db, capture, employer.version, { employer_id: employer.id, changes, survey: null, note: '' }, 'form')
    } else if (draw < 0.4 && patrols.length > 0) {
      const patrol = chance.pick(patrols)
      await (chance.happens(0.6) ? startPatrol(db, capture, patrol.id) : finishPatrol(db, capture, patrol.id, '完'))
    } else {
      const patrol = patrols.length > 0 && chance.happens(0.5) ? chance.pick(patrols) : null
      const stop = patrol ? chance.pick(patrol.stops) : null
      const employer = (stop && employers.find(({ id }) => id === stop.employer_id)) || chance.pick(employers)
      const link = { patrol_id: patrol?.id ?? null, stop_id: stop?.id ?? null }
      const site = employer.position
      const check = await recordCheckIn(
        db,
        capture,
        {
          employer_id: employer.id,
          ...link,
          position: site && chance.happens(0.8) ? { lon: site[0] + chance.next() * 0.001, lat: site[1] } : null,
          accuracy_m: chance.below(400),
          age_s: chance.below(90),
        },
        site,
      )
      if (chance.happens(0.7)) {
        const key = `visit-${this.visitNumber++}`
        const photos = []
        for (let i = chance.pick([0, 0, 0, 1, 2]); i > 0; i--) photos.push(await this.photo(key, 'visit', employer.id))
        await recordVisit(
          db,
          capture,
          newId(),
          {
            employer_id: employer.id,
            ...link,
            check_in_id: chance.happens(0.8) ? check.id : null,
            activities: ['collect'],
            people_met: '店长',
            findings: chance.happens(0.3) ? [{ id: newId(), kind: 'other', severity: 'note', note: '记下' }] : [],
            note: `第${this.captured.length}条`,
            evidence_ids: photos,
          },
          key,
        )
      }
    }
    await this.remember()
  }

  private async photo(draft_key: string, subject_kind: 'visit' | 'employer', employer_id: string | null): Promise<string> {
    const sizes = { copy: 800 + this.chance.below(2000), original: 3000 + this.chance.below(4000) }
    const prepared = photoOf(this.chance, sizes)
    const row = await keepPhoto(this.db, await this.capture(), prepared, { draft_key, subject_kind, employer_id, source: 'camera' })
    return row.id
  }
}
