/** Where on the screen a place lies: reckoned from what the map says of its view, as a person's eye does. */
import { expect, type Locator, type Page } from '@playwright/test'
import type { LonLat } from './city'

/** MapLibre's world is 512 pixels wide at zoom 0 (web Mercator). */
const WORLD_PX = 512
const across = (lon: number) => (lon + 180) / 360
const down = (lat: number) => {
  const sine = Math.sin((lat * Math.PI) / 180)
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
}

export class ScreenMap {
  private readonly canvas: Locator

  constructor(private readonly page: Page) {
    this.canvas = page.locator('.console-map__canvas').first()
  }

  /** The view once the map rests: "lon,lat,zoom". */
  private async view(): Promise<[number, number, number]> {
    let last = ''
    await expect(async () => {
      const now = (await this.canvas.getAttribute('data-view')) ?? ''
      const rests = now !== '' && now === last
      last = now
      expect(rests).toBe(true)
    }).toPass({ intervals: [250] })
    return last.split(',').map(Number) as [number, number, number]
  }

  async point([lon, lat]: LonLat): Promise<{ x: number; y: number }> {
    const [centreLon, centreLat, zoom] = await this.view()
    const box = (await this.canvas.boundingBox())!
    const size = WORLD_PX * 2 ** zoom
    return {
      x: box.x + box.width / 2 + (across(lon) - across(centreLon)) * size,
      y: box.y + box.height / 2 + (down(lat) - down(centreLat)) * size,
    }
  }

  async moveTo(place: LonLat): Promise<void> {
    const { x, y } = await this.point(place)
    await this.page.mouse.move(x, y, { steps: 3 })
  }

  /** A click there, with the pointer coming from somewhere as a hand's does. */
  async click(place: LonLat): Promise<void> {
    await this.moveTo(place)
    await this.page.mouse.down()
    await this.page.mouse.up()
  }

  /** Turn the wheel over a place, to come nearer to it. */
  async comeNearer(place: LonLat, turns = 3): Promise<void> {
    for (let i = 0; i < turns; i += 1) {
      await this.moveTo(place)
      await this.page.mouse.wheel(0, -500)
    }
  }

  async drag(from: LonLat, to: LonLat): Promise<void> {
    const [a, b] = [await this.point(from), await this.point(to)]
    await this.page.mouse.move(a.x, a.y, { steps: 3 })
    await this.page.mouse.down()
    await this.page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 4 })
    await this.page.mouse.move(b.x, b.y, { steps: 4 })
    await this.page.mouse.up()
  }
}
