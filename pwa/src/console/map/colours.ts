/** The map's colours, one place for layers and legend. Told apart by lightness and shape as well, not by hue alone. */
export const COLOURS = {
  ground: '#e9eeee',
  scope: '#fbfcfb',
  water: '#9fc3d6',
  border: '#8fa3aa',
  borderStrong: '#5c737c',
  hatch: '#b48a4a',
  covered: '#5f8796',
  uncovered: '#c8500a',
  uncoveredText: '#a83f06',
  waiting: '#74379c',
  patrol: '#1f4fb2',
  onSite: '#17734f',
  offSite: '#b3261e',
  unknown: '#5a6870',
  label: '#33454d',
  chosen: '#1f4fb2',
} as const
