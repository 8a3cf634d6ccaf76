/** The last way out: what the server does not have, as a file the person can hand in. */
import { exportUnsent } from '@/local/outbox'
import { atWork } from '@/modules/work'
import { chinaDay } from '@/shared/time'

export async function exportAll(): Promise<string> {
  const { db, me, device_id } = atWork()
  const text = await exportUnsent(db, {
    account_id: me.account_id,
    person: me.person.name,
    device_id,
    app_version: __APP_VERSION__,
    exported_at: new Date().toISOString(),
  })
  return saveFile(`wangge-${me.login}-${chinaDay(Date.now())}.json`, text)
}

export function saveFile(name: string, text: string): string {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return name
}
