/** Notes of one draft, in sound and picture: kept in the store as soon as they end, told in plain words when one cannot be kept. */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { PhotoRow } from '@/local/db'
import { dropDraftPhoto, keepNote } from '@/local/photos'
import type { NoteMedium } from '@/local/shapes'
import { noteSurprise } from '@/modules/errors'
import { hold } from '@/modules/holds'
import { hasRoomFor, isFull } from '@/modules/space'
import { atWork, captureNow, policies } from '@/modules/work'
import { sha256OfBytes } from '@/shared/sha256'
import { useLive } from '@/shared/useLive'
import { NoteRefused, secondsOf, typeOfNote } from './note'
import { record, type Recording } from './recorder'
import { ofDraft } from './usePhotos'
import { lengthText, megabytes } from './noteWords'

export const limitsOf = (medium: NoteMedium) => {
  const limits = policies()
  return { max_s: Number(limits[`note_${medium}_max_s`]), max_bytes: Number(limits[`note_${medium}_max_bytes`]) }
}

export function useNotes(
  draftKey: string,
  subject: { subject_kind: PhotoRow['subject_kind']; employer_id: string | null },
) {
  const { t } = useI18n()
  const { db } = atWork()
  const trouble = ref('')
  const isSaving = ref(false)
  const recording = shallowRef<Recording | null>(null)
  const recordedS = ref(0)
  const notes = useLive<PhotoRow[]>(() => ofDraft(db, draftKey).then((rows) => rows.filter((row) => row.medium)), [])

  function tell(error: unknown): void {
    if (error instanceof NoteRefused) trouble.value = t(`note.trouble.${error.trouble}`, error.extra)
    else if (isFull(error)) trouble.value = t('note.trouble.note_no_space')
    else {
      trouble.value = t('note.trouble.note_failed')
      noteSurprise(error)
    }
  }

  async function keep(
    blob: Blob,
    medium: NoteMedium,
    source: 'recorder' | 'file',
    known: number | null,
  ): Promise<void> {
    const { max_s, max_bytes } = limitsOf(medium)
    if (blob.size === 0) throw new NoteRefused('note_empty')
    if (blob.size > max_bytes) {
      throw new NoteRefused('note_too_large', { size_mb: megabytes(blob.size), max_mb: megabytes(max_bytes) })
    }
    if (!(await hasRoomFor(blob.size))) throw new NoteRefused('note_no_space')
    // The moment and place of the capture, before the work on it begins.
    const capture = await captureNow()
    const buffer = await blob.arrayBuffer()
    const sha256 = await sha256OfBytes(buffer)
    const media_type = typeOfNote(new Uint8Array(buffer, 0, Math.min(64, buffer.byteLength)), medium)
    if (!media_type) throw new NoteRefused('note_not_recording')
    const seconds = known ?? (await secondsOf(new Blob([buffer], { type: media_type }), medium))
    if (source === 'file' && seconds !== null && seconds > max_s + 1) {
      throw new NoteRefused('note_too_long', { length: lengthText(t, seconds), max: lengthText(t, max_s) })
    }
    await keepNote(
      db,
      capture,
      { buffer, sha256, medium, media_type, seconds },
      { draft_key: draftKey, source, ...subject },
    )
  }

  /** The store is not locked before it is kept. */
  const saved = async (work: Promise<void>): Promise<boolean> => {
    trouble.value = ''
    isSaving.value = true
    try {
      await hold(work)
      return true
    } catch (error) {
      tell(error)
      return false
    } finally {
      isSaving.value = false
    }
  }

  async function start(): Promise<boolean> {
    trouble.value = ''
    recordedS.value = 0
    try {
      const limits = { ...limitsOf('audio'), bits_per_s: Number(policies().note_audio_bits_per_s) }
      recording.value = await record(limits, (seconds) => (recordedS.value = seconds))
      // Held from its first second on, so that an idle lock does not take it.
      const { blob, seconds } = await hold(recording.value.done)
      recording.value = null
      return await saved(keep(blob, 'audio', 'recorder', Math.max(0.1, seconds)))
    } catch (error) {
      recording.value = null
      tell(error)
      return false
    }
  }

  // Leaving the form ends a recording; what was said is kept with the draft.
  onScopeDispose(() => recording.value?.stop())

  return {
    notes,
    trouble,
    recordedS,
    isRecording: computed(() => recording.value !== null),
    isWorking: computed(() => recording.value !== null || isSaving.value),
    start,
    stop: () => recording.value?.stop(),
    addFile: (file: File, medium: NoteMedium) => saved(keep(file, medium, 'file', null)),
    remove: (id: string) => dropDraftPhoto(db, id),
  }
}
