/** This phone's id: made once, and no other as long as its data is not cleared. */
import { device } from '@/local/deviceStore'
import { newId } from '@/shared/ids'

export const deviceId = async (): Promise<string> =>
  (await device.get<string>('device_id')) ?? (await device.change<string>('device_id', (known) => known ?? newId()))!
