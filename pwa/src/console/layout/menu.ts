import type { IconName } from './icons'

/** A room of the console: shown only to those whose rights open it. */
export interface MenuEntry {
  route: string
  icon: IconName
  title: string
  right: string
  count?: 'waiting' | 'records' | 'certificates'
}

export const MENU: readonly MenuEntry[] = [
  { route: 'map', icon: 'map', title: 'menu.map', right: 'grid.read' },
  { route: 'uncovered', icon: 'uncovered', title: 'menu.uncovered', right: 'coverage.read' },
  { route: 'patrols', icon: 'patrol', title: 'menu.patrols', right: 'patrol.read' },
  { route: 'day', icon: 'day', title: 'menu.day', right: 'patrol.read' },
  { route: 'employers', icon: 'employers', title: 'menu.employers', right: 'employer.read' },
  { route: 'review', icon: 'review', title: 'menu.review', right: 'employer.review', count: 'waiting' },
  { route: 'records', icon: 'records', title: 'menu.records', right: 'records.read', count: 'records' },
  { route: 'gaps', icon: 'gap', title: 'menu.gaps', right: 'gap.read' },
  { route: 'gridEditor', icon: 'grids', title: 'menu.gridEditor', right: 'grid.edit' },
  { route: 'people', icon: 'people', title: 'menu.people', right: 'people.read' },
  {
    route: 'certificates',
    icon: 'certificate',
    title: 'menu.certificates',
    right: 'people.read',
    count: 'certificates',
  },
  { route: 'training', icon: 'training', title: 'menu.training', right: 'people.read' },
]
