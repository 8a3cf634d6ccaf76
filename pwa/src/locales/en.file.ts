/** English has the same keys as zh-CN.file. */
import survey from '@/shared/survey/words.en'

export default {
  survey,
  file: {
    title: 'Employer’s file',
    correctTitle: 'Correct the file',
    missing: 'This employer is not on the phone.',
    lead: 'Fill in what you know and stop at any time: every letter is kept on the phone, without a network too.',
    draftBack: 'What you had not finished is back.',
    changed: '{n} changed',
    nothing: 'Nothing changed yet',
    saveChanges: 'Save changes',
    submit: 'Whole form filled in',
    submitTitle: 'Whole form filled in',
    filledOn: 'Filled in on',
    filler: 'Who filled it in',
    fillerHint: 'e.g. the accountant',
    note: 'About these changes',
    noteHint: 'e.g. checked by phone, saw the payroll',
    needFix: '{n} to correct first; the first is open.',
    needReason: '{n} to explain; the first is open.',
    saved: 'Kept on this phone; sent when there is a network',
    submitted: 'The form is kept on this phone; sent when there is a network',
    pending: '{n} change(s) still on this phone; sent when there is a network',
    discard: 'Discard',
    discardAsk: 'Discard what was not saved? It cannot be brought back.',
    childLabour: 'People under 16 were entered: it is reported as soon as you save. In danger, use SOS at once.',
    toIncident: 'Report an incident',
    newer: 'The file was updated meanwhile; you see the newest, and your own changes as you made them.',
  },
}
