import type { IconName } from '../layout/icons'
import type { LonLat } from './snapping'
import type { Command } from './types'

/** What the pen does. Each tool says how many grids it needs first, and what is then drawn. */
export type ToolName = 'select' | 'draw' | 'split' | 'merge' | 'move_boundary' | 'reshape' | 'rename'
export interface Tool {
  name: ToolName
  icon: IconName
  /** How many grids it works on. */
  needs: { least: number; most: number }
  /** What is drawn once they are chosen; nothing: it is done by a button. */
  draws: 'line' | 'polygon' | 'corners' | null
}

export const TOOLS: readonly Tool[] = [
  { name: 'select', icon: 'pointer', needs: { least: 0, most: 100 }, draws: null },
  { name: 'draw', icon: 'polygon', needs: { least: 0, most: 0 }, draws: 'polygon' },
  { name: 'split', icon: 'split', needs: { least: 1, most: 1 }, draws: 'line' },
  { name: 'merge', icon: 'merge', needs: { least: 2, most: 100 }, draws: null },
  { name: 'move_boundary', icon: 'border', needs: { least: 2, most: 2 }, draws: 'line' },
  { name: 'reshape', icon: 'corners', needs: { least: 1, most: 1 }, draws: 'corners' },
  { name: 'rename', icon: 'pencil', needs: { least: 1, most: 1 }, draws: null },
]
export const toolOf = (name: ToolName): Tool => TOOLS.find((tool) => tool.name === name)!

/** How far along a tool is: the sentence under the toolbar is chosen by it. */
export type Stage = 'choose' | 'draw' | 'ready'
export function stageOf(tool: Tool, chosen: number): Stage {
  if (tool.name === 'select') return 'choose'
  if (chosen < tool.needs.least || chosen > tool.needs.most) return 'choose'
  return tool.draws ? 'draw' : 'ready'
}

/** A click on a grid: chosen more or less; a tool for one grid takes the new one, one for two keeps the last two. */
export function choose(chosen: readonly string[], id: string, tool: Tool, adding: boolean): string[] {
  if (tool.needs.most === 0) return []
  const several = tool.needs.least >= 2 || (tool.name === 'select' && adding)
  if (chosen.includes(id)) return several || chosen.length === 1 ? chosen.filter((one) => one !== id) : [id]
  if (!several) return [id]
  return [...chosen, id].slice(-tool.needs.most)
}

/** Going over to another tool keeps what is chosen as far as the tool can use it. */
export function chosenFor(tool: Tool, chosen: readonly string[]): string[] {
  return tool.needs.most === 0 ? [] : chosen.slice(0, tool.needs.most)
}

interface Drawn {
  line?: LonLat[]
  polygon?: GeoJSON.Polygon | GeoJSON.MultiPolygon
}
interface Asked extends Drawn {
  parentId: string
  chosen: readonly string[]
  name?: string
  keepId?: string
  giveTo?: string
}

/** The change that a tool asks for, once everything is there; null before. */
export function commandOf(tool: Tool, asked: Asked): Command | null {
  const [first, second] = asked.chosen
  const name = asked.name?.trim()
  const { line, polygon } = asked
  switch (tool.name) {
    case 'draw':
      return polygon?.type === 'Polygon' && name ? { kind: 'draw', parent_id: asked.parentId, polygon, name } : null
    case 'split':
      return first && line && line.length >= 2 ? { kind: 'split', grid_id: first, line } : null
    case 'move_boundary':
      return first && second && line && line.length >= 2
        ? { kind: 'move_boundary', grid_ids: [first, second], line }
        : null
    case 'merge': {
      if (asked.chosen.length < 2) return null
      const keep = asked.keepId && asked.chosen.includes(asked.keepId) ? asked.keepId : first!
      return { kind: 'merge', grid_ids: [...asked.chosen], keep_id: keep, ...(name ? { name } : {}) }
    }
    case 'reshape':
      return first && polygon
        ? { kind: 'reshape', grid_id: first, polygon, ...(asked.giveTo ? { give_to: asked.giveTo } : {}) }
        : null
    case 'rename':
      return first && name ? { kind: 'rename', grid_id: first, name } : null
    default:
      return null
  }
}
