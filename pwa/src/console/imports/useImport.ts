import { ElMessage, ElMessageBox } from 'element-plus'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Problem } from '../data/types'
import { problemText } from '../wording/problem'
import { changedOnly } from './answers'
import { answerImport, applyImport, readImport, readPreview, withdrawImport } from './api'
import type { Draft, ImportDetail, PreviewMap } from './types'

const POLL_MS = 700
const RETRY_MS = 3000

/** One import as it stands on the server, followed while something goes on, and what is being changed about it here. */
export function useImport(id: () => string) {
  const { t } = useI18n()
  const item = shallowRef<ImportDetail | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const preview = shallowRef<PreviewMap | null>(null)
  const draft = ref<Draft>({})
  const busy = ref<'answer' | 'apply' | 'withdraw' | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let previewOf = ''

  const report = computed(() => item.value?.report ?? null)
  const answers = computed(() => ({ ...item.value!.answers, ...draft.value }))
  const changed = computed(() => (item.value ? changedOnly(item.value.answers, draft.value) : {}))
  const changes = computed(() => Object.keys(changed.value).length)
  const mayApply = computed(
    () => item.value?.state === 'ready' && report.value?.blockers.length === 0 && changes.value === 0,
  )

  async function load() {
    clearTimeout(timer)
    const wanted = id()
    const result = await readImport(wanted)
    if (wanted !== id()) return
    if (!result.ok) {
      problem.value = result.problem
      if (result.problem.status === 0 || result.problem.status >= 500) timer = setTimeout(load, RETRY_MS)
      return
    }
    problem.value = null
    take(result.data)
  }
  function take(now: ImportDetail) {
    item.value = now
    if (now.state === 'reading' || now.state === 'applying') timer = setTimeout(load, POLL_MS)
    else void loadPreview(now)
  }
  async function loadPreview(now: ImportDetail) {
    const key = `${now.id} ${now.version}`
    if (previewOf === key) return
    previewOf = key
    if (!now.report || now.report.question) return void (preview.value = null)
    const result = await readPreview(now.id)
    if (previewOf === key && result.ok) preview.value = result.data
  }
  watch(
    id,
    () => {
      item.value = preview.value = null
      draft.value = {}
      void load()
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))

  async function act(what: 'answer' | 'apply' | 'withdraw', ask: () => ReturnType<typeof readImport>) {
    if (!item.value || busy.value) return false
    busy.value = what
    const result = await ask()
    busy.value = null
    if (result.ok) {
      problem.value = null
      draft.value = {}
      take(result.data)
      return true
    }
    // somebody else was faster, or the server has let it go: show how it stands, and why not
    await load()
    problem.value = result.problem
    return false
  }
  const answer = (one: Draft) => act('answer', () => answerImport(id(), item.value!.version, one))
  const apply = (basis: string | null) => act('apply', () => applyImport(id(), item.value!.version, basis))
  async function withdraw() {
    const done = await act('withdraw', () => withdrawImport(id(), item.value!.version))
    if (!done && problem.value) ElMessage({ type: 'error', message: problemText(problem.value, t) })
  }
  /** Ask once more before anything is written. */
  async function sureToApply(): Promise<boolean> {
    const { target } = item.value!
    const n = target === 'grids' ? (report.value?.parents.length ?? 0) : (report.value?.outcomes?.moves ?? 0)
    return ElMessageBox.confirm(t(`imports.confirm.${target}`, { n }), t('imports.apply'), {
      confirmButtonText: t('imports.apply'),
      cancelButtonText: t('common.cancel'),
      type: 'warning',
    }).then(
      () => true,
      () => false,
    )
  }
  return {
    item,
    problem,
    preview,
    draft,
    busy,
    report,
    answers,
    changed,
    changes,
    mayApply,
    load,
    answer,
    apply,
    withdraw,
    sureToApply,
  }
}
