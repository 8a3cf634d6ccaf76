import { COLOURS } from './colours'

/**
 * The map's signs, drawn once and used by map and legend alike: a shape for each meaning, so that nobody needs to tell
 * colours apart. Sizes are CSS pixels.
 */
export type SymbolName =
  | 'covered'
  | 'uncovered'
  | 'waiting'
  | 'on_site'
  | 'off_site'
  | 'unknown_site'
  | 'stop'
  | 'stop_done'
  | 'patrol'
  | 'patrol_done'
  | 'hatch'
  | 'chosen'
  | 'key'

type Pen = CanvasRenderingContext2D

function diamond(pen: Pen, size: number, inset: number) {
  const half = size / 2
  pen.beginPath()
  pen.moveTo(half, inset)
  pen.lineTo(size - inset, half)
  pen.lineTo(half, size - inset)
  pen.lineTo(inset, half)
  pen.closePath()
}
function disc(pen: Pen, size: number, inset: number) {
  pen.beginPath()
  pen.arc(size / 2, size / 2, size / 2 - inset, 0, Math.PI * 2)
  pen.closePath()
}
function fillAndRim(pen: Pen, fill: string, rim = '#fff', width = 1.5) {
  pen.fillStyle = fill
  pen.fill()
  pen.lineWidth = width
  pen.strokeStyle = rim
  pen.stroke()
}
function line(pen: Pen, width: number, ...points: [number, number][]) {
  pen.beginPath()
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)))
  pen.lineWidth = width
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  pen.strokeStyle = '#fff'
  pen.stroke()
}

const DRAW: Record<SymbolName, { size: number; draw: (pen: Pen, size: number) => void }> = {
  covered: {
    size: 10,
    draw(pen, size) {
      disc(pen, size, 1.5)
      fillAndRim(pen, COLOURS.covered, '#fff', 1)
    },
  },
  key: {
    size: 22,
    draw(pen, size) {
      disc(pen, size, 2)
      pen.lineWidth = 2.5
      pen.strokeStyle = COLOURS.key
      pen.stroke()
    },
  },
  uncovered: {
    size: 18,
    draw(pen, size) {
      diamond(pen, size, 1.5)
      fillAndRim(pen, COLOURS.uncovered)
    },
  },
  waiting: {
    size: 30,
    draw(pen, size) {
      disc(pen, size, 1)
      pen.fillStyle = 'rgb(116 55 156 / 22%)'
      pen.fill()
      disc(pen, size, 6)
      fillAndRim(pen, COLOURS.waiting)
      line(pen, 2.2, [size / 2 - 4, size / 2], [size / 2 + 4, size / 2])
      line(pen, 2.2, [size / 2, size / 2 - 4], [size / 2, size / 2 + 4])
    },
  },
  on_site: {
    size: 22,
    draw(pen, size) {
      disc(pen, size, 1.5)
      fillAndRim(pen, COLOURS.onSite)
      line(pen, 2.2, [6.5, 11.5], [9.8, 14.6], [15.5, 8])
    },
  },
  off_site: {
    size: 24,
    draw(pen, size) {
      pen.beginPath()
      pen.moveTo(size / 2, 2)
      pen.lineTo(size - 1.5, size - 3)
      pen.lineTo(1.5, size - 3)
      pen.closePath()
      pen.lineJoin = 'round'
      fillAndRim(pen, COLOURS.offSite)
      line(pen, 2.3, [size / 2, 9], [size / 2, 14])
      line(pen, 2.6, [size / 2, 17.6], [size / 2, 17.7])
    },
  },
  unknown_site: {
    size: 22,
    draw(pen, size) {
      pen.beginPath()
      pen.rect(3, 3, size - 6, size - 6)
      fillAndRim(pen, COLOURS.unknown)
      pen.fillStyle = '#fff'
      pen.font = 'bold 13px sans-serif'
      pen.textAlign = 'center'
      pen.textBaseline = 'middle'
      pen.fillText('?', size / 2, size / 2 + 0.5)
    },
  },
  stop: {
    size: 26,
    draw(pen, size) {
      disc(pen, size, 2)
      fillAndRim(pen, '#fff', COLOURS.patrol, 2.4)
    },
  },
  stop_done: {
    size: 26,
    draw(pen, size) {
      disc(pen, size, 2)
      fillAndRim(pen, COLOURS.patrol, '#fff', 2)
    },
  },
  // A round with its way: two stops and the line between them.
  patrol: { size: 24, draw: (pen, size) => drawPatrol(pen, size, '#fff', COLOURS.patrol) },
  patrol_done: { size: 24, draw: (pen, size) => drawPatrol(pen, size, COLOURS.patrol, '#fff') },
  chosen: {
    size: 34,
    draw(pen, size) {
      disc(pen, size, 4)
      pen.lineWidth = 3
      pen.strokeStyle = COLOURS.chosen
      pen.stroke()
    },
  },
  hatch: {
    size: 12,
    draw(pen, size) {
      pen.fillStyle = 'rgb(180 138 74 / 10%)'
      pen.fillRect(0, 0, size, size)
      pen.lineWidth = 1.4
      pen.strokeStyle = 'rgb(160 116 50 / 62%)'
      for (const shift of [-size, 0, size]) {
        pen.beginPath()
        pen.moveTo(shift - 1, size + 1)
        pen.lineTo(shift + size + 1, -1)
        pen.stroke()
      }
    },
  },
}

function drawPatrol(pen: Pen, size: number, fill: string, ink: string) {
  pen.beginPath()
  pen.roundRect(2, 2, size - 4, size - 4, 6)
  fillAndRim(pen, fill, fill === '#fff' ? COLOURS.patrol : '#fff', 2)
  line(pen, 1.8, [8, 16], [8, 11], [16, 13], [16, 8])
  pen.strokeStyle = ink
  pen.stroke()
  for (const [x, y] of [
    [8, 16],
    [16, 8],
  ] as const) {
    pen.beginPath()
    pen.arc(x, y, 2.3, 0, Math.PI * 2)
    pen.fillStyle = ink
    pen.fill()
  }
}

export const SYMBOL_NAMES = Object.keys(DRAW) as SymbolName[]
export const symbolSize = (name: SymbolName) => DRAW[name].size

/** Draw a sign; `ratio` device pixels for each CSS pixel. */
export function drawSymbol(name: SymbolName, ratio: number): HTMLCanvasElement {
  const { size, draw } = DRAW[name]
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = Math.round(size * ratio)
  const pen = canvas.getContext('2d')
  if (pen) {
    pen.scale(ratio, ratio)
    draw(pen, size)
  }
  return canvas
}

export function symbolPixels(name: SymbolName, ratio: number): ImageData | null {
  const canvas = drawSymbol(name, ratio)
  return canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? null
}
