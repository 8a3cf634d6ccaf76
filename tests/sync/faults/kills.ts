/**
 * Deaths of the server and of the database. A restart takes seconds, so the phones that are to meet one wait for each other:
 * every phone brings its own point, one death serves them all.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { TestServer } from '../../support/server'
import type { Meeting } from './phone'
import type { KILL_ACTS } from './points'

export type Victim = 'server' | 'database'
export type Phase = (typeof KILL_ACTS)[number]

/** Phones that do not come are not waited for longer than this. */
const PATIENCE_MS = 120_000
/** How long it stays dead for those whose request meets it so. */
const DEAD_MS = 150

export class Death implements Meeting {
  private here = 0
  private readonly waiting: (() => void)[] = []
  private hasBegun = false
  private readonly ended: Promise<void>
  private gather!: () => void

  constructor(
    private readonly server: TestServer,
    readonly victim: Victim,
    readonly phase: Phase,
    private expected: number,
    /** Milliseconds into the requests, for a death during them. */
    private readonly delayMs = 0,
  ) {
    const gathered = new Promise<void>((done) => (this.gather = done))
    const patience = new AbortController()
    const all = Promise.race([gathered, pause(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined)])
    this.ended = all.then(async () => {
      this.hasBegun = true
      patience.abort()
      if (phase === 'killed_during') {
        // The requests go first; death comes among them.
        this.letGo()
        await pause(this.delayMs)
        await this.kill()
      } else {
        await this.kill()
        this.letGo()
      }
      await pause(DEAD_MS)
      await this.revive()
    })
    this.ended.catch(() => undefined)
  }

  async join(): Promise<void> {
    if (this.hasBegun) return this.ended
    const go = new Promise<void>((done) => this.waiting.push(done))
    if (++this.here >= this.expected) this.gather()
    await go
  }

  /** A phone is through without having come here. */
  leave(): void {
    if (--this.expected <= this.here) this.gather()
  }

  /** Until it lives again; at once where it has not died yet. */
  async over(): Promise<void> {
    if (this.hasBegun) await this.ended
  }

  async end(): Promise<void> {
    this.gather()
    await this.ended
  }

  private letGo(): void {
    for (const go of this.waiting.splice(0)) go()
  }

  private kill(): Promise<void> {
    return this.victim === 'server' ? this.server.stop('SIGKILL') : this.server.killDatabase()
  }

  private async revive(): Promise<void> {
    if (this.victim === 'server') await this.server.start()
    else await this.server.startDatabase()
  }
}
