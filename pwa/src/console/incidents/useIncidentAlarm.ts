/** Somebody at a desk learns of a new incident whatever page she is on: a notice that stays until she has seen it. */
import { ElNotification } from 'element-plus'
import 'element-plus/es/components/notification/style/css'
import { onBeforeUnmount } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useSession } from '../account/session'
import { countIncidents } from '../data/field'
import { inBackground } from '../data/request'
import { useWorkCounts } from '../layout/workCounts'

const EVERY_MS = 15_000

export function useIncidentAlarm(): void {
  const { t } = useI18n()
  const router = useRouter()
  const session = useSession()
  const { refresh } = useWorkCounts()
  let known: number | null = null

  async function look() {
    if (!session.may('incident.read') || session.me.value === null || session.asking.value) return
    const result = await countIncidents()
    if (!result.ok) return
    const { open } = result.data
    if (known !== null && open > known) {
      void refresh()
      const notice = ElNotification({
        type: 'error',
        title: t('incidents.newTitle'),
        message: t('incidents.newText', { n: open }),
        duration: 0,
        customClass: 'incident-alarm',
        onClick: () => {
          notice.close()
          void router.push({ name: 'incidents' })
        },
      })
    }
    known = open
  }

  void look()
  const timer = setInterval(() => document.visibilityState === 'visible' && void inBackground(look), EVERY_MS)
  onBeforeUnmount(() => clearInterval(timer))
}
