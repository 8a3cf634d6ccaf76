/**
 * What belongs to the phone rather than to a person: its id, the vaults, who is to be erased.
 *
 * The door (door/door.ts) reads it before anything else of the app is there, so it is IndexedDB itself and a few lines. The name and
 * the shape are those of the releases that kept it by Dexie (its version 1 is the platform's 10).
 */
const NAME = 'wangge-device'
const VERSION = 10
const TABLE = 'meta'

interface Row {
  key: string
  value: unknown
}

export class DeviceStore {
  private opening: Promise<IDBDatabase> | null = null

  /** `factory`: another disk than this browser's, in tests. */
  constructor(private readonly factory?: IDBFactory) {}

  async get<T>(key: string): Promise<T | undefined> {
    let found: T | undefined
    await this.within('readonly', (rows) => read<T>(rows, key, (value) => (found = value)))
    return found
  }

  put(key: string, value: unknown): Promise<void> {
    return this.within('readwrite', (rows) => void rows.put({ key, value }))
  }

  delete(key: string): Promise<void> {
    return this.within('readwrite', (rows) => void rows.delete(key))
  }

  /**
   * Read a value and write what `change` makes of it, with nothing in between.
   *
   * @param change gives undefined to leave things as they are; what it throws undoes the change and is thrown on
   * @returns what is stored now
   */
  async change<T>(key: string, change: (now: T | undefined) => T | undefined): Promise<T | undefined> {
    let result: T | undefined
    await this.within('readwrite', (rows, fail) =>
      read<T>(rows, key, (now) => {
        try {
          const next = change(now)
          if (next !== undefined) rows.put({ key, value: next })
          result = next ?? now
        } catch (error) {
          fail(error)
        }
      }),
    )
    return result
  }

  /** It will be wanted. */
  open(): void {
    this.opening ??= this.begun()
  }

  close(): void {
    void this.opening?.then((db) => db.close())
    this.opening = null
  }

  /** One transaction, resolved when it is on the disk. */
  private async within(
    mode: IDBTransactionMode,
    act: (rows: IDBObjectStore, fail: (error: unknown) => void) => void,
  ): Promise<void> {
    const transaction = await this.begin(mode)
    let cause: unknown
    await new Promise<void>((done, failed) => {
      transaction.oncomplete = () => done()
      transaction.onabort = () => failed((cause ?? transaction.error ?? new Error('the store was closed')) as Error)
      act(transaction.objectStore(TABLE), (error) => {
        cause = error
        transaction.abort()
      })
    })
  }

  private async begin(mode: IDBTransactionMode): Promise<IDBTransaction> {
    const db = await (this.opening ??= this.begun())
    try {
      return db.transaction(TABLE, mode)
    } catch {
      // Taken away by the browser between two uses.
      return (await (this.opening = this.begun())).transaction(TABLE, mode)
    }
  }

  private begun(): Promise<IDBDatabase> {
    const opening = new Promise<IDBDatabase>((done, failed) => {
      const request = (this.factory ?? indexedDB).open(NAME, VERSION)
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'key' })
      request.onerror = () => failed(request.error!)
      request.onsuccess = () => {
        const db = request.result
        db.onclose = () => this.forget(opening)
        db.onversionchange = () => {
          db.close()
          this.forget(opening)
        }
        done(db)
      }
    })
    opening.catch(() => this.forget(opening))
    return opening
  }

  private forget(opening: Promise<IDBDatabase>): void {
    if (this.opening === opening) this.opening = null
  }
}

function read<T>(rows: IDBObjectStore, key: string, then: (value: T | undefined) => void): void {
  const reading = rows.get(key) as IDBRequest<Row | undefined>
  reading.onsuccess = () => then(reading.result?.value as T | undefined)
}

/** This phone's. */
export const device = new DeviceStore()
