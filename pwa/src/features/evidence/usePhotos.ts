/** Photos of one draft: prepared in the worker, kept in the store at once, told in plain words when one cannot be kept. */
import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { LocalDb, PhotoRow } from '@/local/db'
import { dropDraftPhoto, keepPhoto } from '@/local/photos'
import { atWork, captureNow, policies } from '@/modules/work'
import { noteSurprise } from '@/modules/errors'
import { hold } from '@/modules/holds'
import { hasRoomFor, isFull } from '@/modules/space'
import { useLive } from '@/shared/useLive'
import { PhotoRefused } from './image'
import { prepareInWorker } from './photoWorker'

/** Photos and notes of a draft, in the order in which they were taken. */
export const ofDraft = (db: LocalDb, draftKey: string): Promise<PhotoRow[]> =>
  db.photos.where('draft_key').equals(draftKey).sortBy('captured_at')

export function usePhotos(
  draftKey: string,
  subject: { subject_kind: PhotoRow['subject_kind']; employer_id: string | null },
) {
  const { t } = useI18n()
  const { db } = atWork()
  const working = ref(0)
  const trouble = ref('')
  const all = useLive<PhotoRow[]>(() => ofDraft(db, draftKey), [])

  async function add(files: FileList | null, source: PhotoRow['source']): Promise<number> {
    let kept = 0
    trouble.value = ''
    const limits = policies()
    for (const file of [...(files ?? [])]) {
      working.value++
      try {
        // The moment and place of the capture, before the work on it begins.
        const capture = await captureNow()
        if (!(await hasRoomFor(file.size))) throw new PhotoRefused('photo_no_space')
        const prepared = await prepareInWorker(file, {
          max_bytes: limits.evidence_max_bytes,
          copy_max_px: limits.evidence_copy_max_px,
          max_pixels: Number(limits.evidence_max_pixels ?? 120_000_000),
        })
        await keepPhoto(db, capture, prepared, { draft_key: draftKey, source, ...subject })
        kept++
      } catch (error) {
        if (error instanceof PhotoRefused) trouble.value = t(`photo.${error.trouble}`, error.extra)
        else if (isFull(error)) trouble.value = t('photo.photo_no_space')
        else {
          trouble.value = t('photo.photo_undecodable')
          noteSurprise(error)
        }
      } finally {
        working.value--
      }
    }
    return kept
  }

  return {
    /** Notes in sound and picture, too. */
    all,
    photos: computed(() => all.value.filter((row) => !row.medium)),
    isWorking: computed(() => working.value > 0),
    trouble,
    /** The store is not locked before they are kept. */
    add: (files: FileList | null, source: PhotoRow['source']) => hold(add(files, source)),
    remove: (id: string) => dropDraftPhoto(db, id),
  }
}
