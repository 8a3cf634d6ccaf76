/** See zh-CN.note.ts. */
import type zh from './zh-CN.note'

export default {
  note: {
    title: 'Sound and video',
    audio: 'recording',
    video: 'video',
    record: 'Record sound',
    stop: 'Stop and keep',
    shoot: 'Video',
    pick: 'Sound file',
    limits: 'Sound: at most {audio_s} and {audio_mb} MB. Video: at most {video_s} and {video_mb} MB.',
    seconds: '{n} s',
    minutes: '{n} min',
    minutesAndSeconds: '{m} min {s} s',
    running: 'Recording {at}, {left} left. It is kept when you stop',
    saving: 'Keeping it…',
    item: '{medium} {n}',
    facts: '{length} · {size}',
    lengthUnknown: 'length unknown',
    play: 'Play {medium} {n}',
    remove: 'Remove {medium} {n}',
    removeAsk: 'Remove this {medium}?',
    gone: 'It is on the server; this phone no longer keeps it.',
    trouble: {
      note_empty: 'Nothing was recorded, nothing was kept.',
      note_too_large:
        'It has {size_mb} MB, over the limit of {max_mb} MB, and was not added. Record less, or choose a smaller picture in the camera.',
      note_too_long: 'It is {length} long, over the limit of {max}, and was not added. Record it in parts.',
      note_not_recording:
        'This file is no recording that can be used (webm, ogg, mp4, m4a, mp3, wav, 3gp); it was not added.',
      note_no_space:
        'There is no space left on the phone; it was not kept. Free some space first; what you wrote is safe.',
      note_not_allowed:
        'The microphone is not allowed. Allow it for this app in the browser’s settings, or choose a sound file.',
      note_no_microphone: 'There is no microphone; choose a sound file instead.',
      note_failed: 'It could not be recorded. Try again, or record with the phone’s own recorder and choose the file.',
    },
  },
} satisfies typeof zh
