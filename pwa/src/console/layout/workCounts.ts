import { ref } from 'vue'
import { useSession } from '../account/session'
import { listEmployers, listKeptOperations } from '../data/api'
import { countIncidents } from '../data/field'
import { inBackground } from '../data/request'
import { countCertificates } from '../people/api'

/** How much waits for a person: shown beside the menu entries. */
const counts = ref<{ waiting?: number; records?: number; certificates?: number; incidents?: number }>({})
const EVERY_MS = 60_000

export function useWorkCounts() {
  const session = useSession()

  async function refresh() {
    if (session.me.value === null || session.asking.value) return
    const [waiting, records, certificates, incidents] = await Promise.all([
      session.may('employer.review') ? listEmployers({ review_state: 'waiting_review', page_size: 1 }) : null,
      session.may('records.read') ? listKeptOperations({ page_size: 1 }) : null,
      session.may('people.read') ? countCertificates() : null,
      session.may('incident.read') ? countIncidents() : null,
    ])
    counts.value = {
      waiting: waiting?.ok ? waiting.data.total : counts.value.waiting,
      records: records?.ok ? records.data.total : counts.value.records,
      certificates: certificates?.ok
        ? certificates.data.expiring + certificates.data.uncertified
        : counts.value.certificates,
      incidents: incidents?.ok ? incidents.data.open : counts.value.incidents,
    }
  }

  /** Keep counting until told to stop; a hidden page rests. */
  function keepFresh() {
    void refresh()
    const timer = setInterval(() => document.visibilityState === 'visible' && void inBackground(refresh), EVERY_MS)
    return () => clearInterval(timer)
  }

  return { counts, refresh, keepFresh }
}
