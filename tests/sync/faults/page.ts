/** One life of the app's page: a store and a network that stop for good when it dies, as those of a killed page do. */
import type { Fetch } from '@/sync/context'
import type { Act } from './points'

interface StoreHook {
  /** A writing transaction over these tables is about to open: what shall happen to it? */
  onWrite(tables: string): Act | null
}

/** A transaction of the IndexedDB in memory, with what it still has to do. */
type Tx = IDBTransaction & { _requests: { operation: () => unknown }[] }

/** Takes every call and gives nothing back: what a dead page still asks for. */
const silence: never = new Proxy(() => undefined, {
  get: (_, key) => (key === 'then' || typeof key === 'symbol' ? undefined : silence),
  set: () => true,
  apply: () => silence,
}) as never

export class Page {
  isDead = false
  private readonly open = new Set<Tx>()
  private readonly connections = new Set<IDBDatabase>()
  private readonly dying: (() => void)[] = []

  constructor(private readonly hook: StoreHook) {}

  /** Kill the page: what is not committed is undone, and nobody ever hears of anything again. */
  die(): void {
    if (this.isDead) return
    this.isDead = true
    for (const tx of this.open) {
      tx.onabort = tx.onerror = tx.oncomplete = null
      try {
        tx.abort()
      } catch {
        // It had ended already.
      }
    }
    for (const connection of this.connections) connection.close()
    for (const tell of this.dying) tell()
  }

  onDeath(tell: () => void): void {
    if (this.isDead) tell()
    else this.dying.push(tell)
  }

  /** Until none of its transactions is under way: some are begun and not waited for. */
  async quiet(): Promise<void> {
    do await new Promise((later) => setTimeout(later, 1))
    while (!this.isDead && this.open.size > 0)
  }

  /** What the page sees of the phone's disk. */
  store(disk: IDBFactory): IDBFactory {
    return new Proxy(disk, {
      get: (target, key) => {
        if (key !== 'open') {
          const value = Reflect.get(target, key) as unknown
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        }
        return (name: string, version?: number) => {
          if (this.isDead) return silence
          const request = version === undefined ? target.open(name) : target.open(name, version)
          request.addEventListener('success', () => this.watch(request.result))
          return request
        }
      },
    })
  }

  /** The network of this page: after its death no answer reaches it. */
  network(fetch: Fetch): Fetch {
    const never = () => new Promise<Response>(() => undefined)
    return async (input, init) => {
      if (this.isDead) return never()
      try {
        const answer = await fetch(input, init)
        return this.isDead ? await never() : answer
      } catch (error) {
        if (this.isDead) return never()
        throw error
      }
    }
  }

  private watch(db: IDBDatabase): void {
    this.connections.add(db)
    const begin = db.transaction.bind(db)
    db.transaction = (tables, mode, options) => {
      if (this.isDead) return silence
      const act = mode === 'readwrite' ? this.hook.onWrite([tables].flat().map(String).sort().join('+')) : null
      if (act === 'page_dies_before') {
        this.die()
        return silence
      }
      const tx = begin(tables, mode, options) as Tx
      this.open.add(tx)
      tx.addEventListener('complete', () => {
        this.open.delete(tx)
        if (act === 'page_dies_after') this.die()
      })
      tx.addEventListener('abort', () => this.open.delete(tx))
      const storeOf = tx.objectStore.bind(tx)
      tx.objectStore = (name) => {
        if (this.isDead) return silence
        const store = storeOf(name)
        if (act === 'page_dies_within' || act === 'disk_full') this.disturb(tx, store, act)
        return store
      }
      return tx
    }
  }

  /** Let the transaction's first write be its last. */
  private disturb(tx: Tx, store: IDBObjectStore, act: Act): void {
    for (const verb of ['add', 'put', 'delete'] as const) {
      if (Object.hasOwn(store, verb)) continue
      const write = store[verb].bind(store) as (...args: unknown[]) => IDBRequest
      const hurt = (...args: unknown[]) => {
        const request = write(...args)
        if (act === 'page_dies_within') {
          this.die()
          return silence
        }
        tx._requests.at(-1)!.operation = () => {
          throw new DOMException('The disk is full.', 'QuotaExceededError')
        }
        return request
      }
      Object.defineProperty(store, verb, { value: hurt, configurable: true })
    }
  }
}
