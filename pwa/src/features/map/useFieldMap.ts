/** A field map in a component: made when it is mounted, fed from the store, gone with it. */
import { onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { ownGrids } from '@/local/reference'
import { noteSurprise } from '@/modules/errors'
import { usePosition } from '@/modules/position'
import { atWork } from '@/modules/work'
import { useLive } from '@/shared/useLive'
import { openBaseMap } from './baseMap'
import { makeFieldMap, type FieldMap } from './fieldMap'

export function useFieldMap(container: Readonly<Ref<HTMLElement | null>>) {
  const { t, locale } = useI18n()
  const { db } = atWork()
  const { position } = usePosition()
  /** The map once it can be drawn on. */
  const field = shallowRef<FieldMap | null>(null)
  const isFailed = shallowRef(false)
  const grids = useLive(() => ownGrids(db), null)
  const reference = useLive(() => db.reference.toArray(), null)
  let isGone = false
  let made: FieldMap | null = null

  onMounted(async () => {
    try {
      made = makeFieldMap(container.value!, { language: locale.value, title: t('map.title') })
      const [base] = await Promise.all([openBaseMap(db).catch(noteSurprise), made.ready])
      if (base && !isGone) made.showBase(base)
      if (!isGone) field.value = made
    } catch (error) {
      isFailed.value = true
      noteSurprise(error)
    }
  })
  onBeforeUnmount(() => {
    isGone = true
    made?.map.remove()
  })

  let isFitted = false
  watch([field, grids], () => {
    if (!field.value || !grids.value) return
    field.value.showGrids(grids.value)
    if (!isFitted && grids.value.length) {
      isFitted = true
      field.value.fitGrids()
    }
  })
  watch([field, reference], () => {
    for (const row of reference.value ?? []) if (row.key !== 'catalogues') field.value?.showReference(row.key, row.data)
  })
  watch([field, position], () => field.value?.showMe(position.value))

  return { field, grids, reference, position, isFailed }
}
