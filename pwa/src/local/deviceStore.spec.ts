import { IDBFactory } from 'fake-indexeddb'
import { describe, expect, it } from 'vitest'
import { DeviceStore } from './deviceStore'

describe('the phone’s own store', () => {
  it('keeps a value for whoever opens it next, and lets it go', async () => {
    const disk = new IDBFactory()
    const first = new DeviceStore(disk)
    expect(await first.get('device_id')).toBeUndefined()
    await first.put('device_id', 'a')
    first.close()
    const next = new DeviceStore(disk)
    expect(await next.get('device_id')).toBe('a')
    await next.delete('device_id')
    expect(await next.get('device_id')).toBeUndefined()
  })

  it('reads and writes with nothing in between, whoever else does', async () => {
    const disk = new IDBFactory()
    const tabs = [new DeviceStore(disk), new DeviceStore(disk)]
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => tabs[i % 2]!.change<number>('tries', (tries = 0) => tries + 1)),
    )
    expect(await tabs[0]!.get('tries')).toBe(20)
  })

  it('leaves things as they are where nothing is to change, or where the change fails', async () => {
    const store = new DeviceStore(new IDBFactory())
    await store.put('a', 1)
    expect(await store.change<number>('a', () => undefined)).toBe(1)
    const failing = store.change<number>('a', () => {
      throw new Error('not this one')
    })
    await expect(failing).rejects.toThrow('not this one')
    expect(await store.get('a')).toBe(1)
  })

  it('opens again after it was taken away, and stands in nobody’s way', async () => {
    const disk = new IDBFactory()
    const store = new DeviceStore(disk)
    await store.put('a', 1)
    await new Promise((done, failed) => {
      const deleting = disk.deleteDatabase('wangge-device')
      deleting.onsuccess = done
      deleting.onblocked = failed
    })
    expect(await store.get('a')).toBeUndefined()
    await store.put('a', 2)
    expect(await store.get('a')).toBe(2)
  })
})
