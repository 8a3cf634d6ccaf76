import type { Topic } from './topic'

/** Short answers, as one would give them over the telephone. */
export const TOPICS: Topic[] = [
  {
    id: 'offline',
    title: 'No network',
    text: [
      'Go on as usual. Check-ins, visits, talks, photos and registrations are kept on this phone first.',
      'They are sent by themselves when there is a network. To send at once: Outbox, “Send now”.',
      'Only when the line at the top says that all is safe on the server has everything arrived.',
    ],
  },
  {
    id: 'check-in',
    title: 'The check-in says “not exact” or “not on site”',
    text: [
      'Step outside or to a window, wait a few seconds and ask for a better position.',
      'You may check in all the same: it is kept as it is and not sent back.',
      'Where an employer stands in the wrong place on the map, tell your street office.',
    ],
  },
  {
    id: 'visit',
    title: 'Leaving in the middle of a visit’s form',
    text: ['Just leave: every letter is kept as a draft.', 'Go on later under “Today”, “Unfinished drafts”.'],
  },
  {
    id: 'photo',
    title: 'Photos are slow or cost data',
    text: [
      'The evidence copy goes first; originals wait for Wi-Fi, as your deployment rules.',
      'Photos never hold up records: those go first.',
      'When the phone is full you are told; make room and take the photo again.',
    ],
  },
  {
    id: 'round',
    title: 'Order of the round, and directions',
    text: [
      '“Today” lists the stops in the shortest order from where you stand; it changes only where that saves enough.',
      'For the county’s order: Me, Settings, Order of the round.',
      'The arrow opens a map app; choose which in the settings. Coordinates are converted for it.',
    ],
  },
  {
    id: 'track',
    title: 'When is my way recorded?',
    text: [
      'Only after “Start patrol” and while not paused. The strip at the top says so.',
      'A point every 30 m or every minute; poor positions are left out.',
      'A locked phone or another app in front leaves a gap. That is all right.',
      'Tracks are deleted after the days that the rules say; every look at yours is logged.',
    ],
  },
  {
    id: 'incident',
    title: 'An incident',
    text: [
      'Where life is in danger, call 110 or 120 first.',
      'Press the red button below, choose what happened, hold for a second. The rest may be left out.',
      'It is sent before everything else. It has arrived when it says so, with the time.',
      'Without a network it is kept and sent first when there is one; call as well.',
    ],
  },
  {
    id: 'talk',
    title: 'Logging a talk',
    text: [
      'At an employer: open its file, “Log a talk”.',
      'On a square or in a village hall: at the bottom of “Today”, and say where.',
      'Choose topics, how many people, what was handed out, and take a photo.',
    ],
  },
  {
    id: 'register',
    title: 'An employer that is on no file',
    text: [
      '“Register”: name and credit code; without a licence too.',
      'Check in and visit at once; the county reviews it.',
    ],
  },
  {
    id: 'key-list',
    title: 'Acknowledging the key list',
    text: [
      'An employer with arrears, complaints or petitions comes on the key list; its row says “Key: take note”.',
      'Open it, read why and since when, press “I have taken note”; say what you will do, if you like.',
      'It works without a network. When the reason is gone, the employer leaves the list by itself.',
    ],
  },
  {
    id: 'needs-you',
    title: 'What does “needs you” mean?',
    text: [
      'The server has it, but something does not fit, such as a credit code.',
      'Open it, read why, correct and send again. Nothing is lost.',
    ],
  },
  {
    id: 'sign-in',
    title: 'I am asked to sign in again',
    text: [
      'The session ran out; your records are on this phone.',
      'You may go on first. After signing in they are sent.',
      'Forgot the password? Ask your street or county for a reset code.',
    ],
  },
  { id: 'type', title: 'Too small, or hard to read in the sun', text: ['Me, Settings: large type, high contrast.'] },
  {
    id: 'lost',
    title: 'Lost or new phone',
    text: [
      'Tell your street or county at once: they can stop or erase it.',
      'Before changing phones, see that all is safe on the server.',
    ],
  },
  {
    id: 'law',
    title: 'What I may not do',
    text: [
      'A visit collects, tells and observes. It is no inspection; without an enforcement certificate nobody inspects or fines.',
      'Child labour, forced labour, crowds: report an incident at once and call the street office.',
    ],
  },
]
