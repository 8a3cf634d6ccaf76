/** This phone: its own small store, and its id. */
import { DeviceDb, readMeta, writeMeta } from '@/local/db'
import { newId } from '@/shared/ids'

export const device = new DeviceDb()

export async function deviceId(): Promise<string> {
  return device.transaction('rw', device.meta, async () => {
    const known = await readMeta<string>(device, 'device_id')
    if (known) return known
    const made = newId()
    await writeMeta(device, 'device_id', made)
    return made
  })
}
