/** Books of grids and of employers. */
export default {
  subtitle: 'A grid or an employer as a printable PDF and a spreadsheet of the same; each is kept for a while.',
  search: 'Search by name',
  anyKind: 'Any kind',
  anyState: 'Any state',
  kind: { grid: 'Grid book', employer: 'Employer file' },
  state: { making: 'Being made', ready: 'Ready', failed: 'Failed' },
  stage: {
    queued: 'Waiting for its turn…',
    gathering: 'Gathering…',
    typesetting: 'Setting the type…',
    spreadsheet: 'Writing the spreadsheet…',
  },
  column: {
    title: 'Name',
    kind: 'Kind',
    state: 'State',
    period: 'Visits',
    pages: 'Pages',
    files: 'Files',
    who: 'Made by',
    madeAt: 'Made at',
    expiresAt: 'Kept until',
  },
  make: 'Make',
  makeGrid: 'Make a grid book',
  makeEmployer: 'Print this file',
  gridText:
    'With map, people and certificates, employers, key list, coverage and the visits of a period. The book of a higher grid sums up those below.',
  employerText:
    'With identity, place, supervision, visits, findings, photos (with their hashes) and the timeline of the file.',
  grid: 'Grid',
  period: 'Visits',
  aYearAgo: 'A year ago',
  take: 'Download {format} of {title}',
  toList: 'All books',
  close: 'Close',
  none: 'No books yet',
  noneText:
    'Choose a grid and have it made into a book to print, bind and take along. The book of an employer is made on its own page.',
}
