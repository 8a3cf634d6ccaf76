import type { IconName } from './icons'

/** A room of the console: shown only to those whose rights open it. */
export interface MenuEntry {
  route: string
  icon: IconName
  title: string
  /** The right that opens it; none: anyone at a desk. */
  right?: string
  count?: 'waiting' | 'records' | 'certificates' | 'incidents'
}

/** Rooms that belong together, under a heading. */
export interface MenuGroup {
  title: string
  entries: readonly MenuEntry[]
}

export const MENU: readonly MenuGroup[] = [
  {
    title: 'menu.groups.daily',
    entries: [
      { route: 'map', icon: 'map', title: 'menu.map', right: 'grid.read' },
      {
        route: 'incidents',
        icon: 'alarm',
        title: 'menu.incidents',
        right: 'incident.read',
        count: 'incidents',
      },
      { route: 'uncovered', icon: 'uncovered', title: 'menu.uncovered', right: 'coverage.read' },
      { route: 'gaps', icon: 'gap', title: 'menu.gaps', right: 'gap.read' },
      { route: 'patrols', icon: 'patrol', title: 'menu.patrols', right: 'patrol.read' },
      { route: 'day', icon: 'day', title: 'menu.day', right: 'patrol.read' },
      { route: 'talks', icon: 'talk', title: 'menu.talks', right: 'records.read' },
    ],
  },
  {
    title: 'menu.groups.employers',
    entries: [
      { route: 'employers', icon: 'employers', title: 'menu.employers', right: 'employer.read' },
      { route: 'keyList', icon: 'flag', title: 'menu.keyList', right: 'key_list.read' },
      { route: 'ratings', icon: 'medal', title: 'menu.ratings', right: 'rating.read' },
      { route: 'review', icon: 'review', title: 'menu.review', right: 'employer.review', count: 'waiting' },
      { route: 'registries', icon: 'layers', title: 'menu.registries', right: 'registry.read' },
      { route: 'records', icon: 'records', title: 'menu.records', right: 'records.read', count: 'records' },
      { route: 'chains', icon: 'records', title: 'menu.chains', right: 'records.read' },
      { route: 'conflicts', icon: 'exchange', title: 'menu.conflicts', right: 'conflict.read' },
      { route: 'anomalies', icon: 'anomaly', title: 'menu.anomalies', right: 'anomaly.read' },
    ],
  },
  {
    title: 'menu.groups.grids',
    entries: [
      { route: 'gridEditor', icon: 'grids', title: 'menu.gridEditor', right: 'grid.edit' },
      { route: 'books', icon: 'book', title: 'menu.books', right: 'book.make' },
      { route: 'imports', icon: 'exchange', title: 'menu.imports', right: 'export.read' },
      { route: 'organisation', icon: 'organisation', title: 'organisation.title', right: 'unit.read' },
      { route: 'entrustments', icon: 'entrustments', title: 'entrustment.title', right: 'entrustment.read' },
    ],
  },
  {
    title: 'menu.groups.people',
    entries: [
      { route: 'people', icon: 'people', title: 'menu.people', right: 'people.read' },
      {
        route: 'certificates',
        icon: 'certificate',
        title: 'menu.certificates',
        right: 'people.read',
        count: 'certificates',
      },
      { route: 'training', icon: 'training', title: 'menu.training', right: 'people.read' },
    ],
  },
  {
    title: 'menu.groups.system',
    entries: [
      { route: 'accounts', icon: 'accounts', title: 'menu.accounts', right: 'account.manage' },
      { route: 'audit', icon: 'audit', title: 'menu.audit', right: 'audit.read' },
      { route: 'rights', icon: 'key', title: 'menu.rights' },
    ],
  },
]
