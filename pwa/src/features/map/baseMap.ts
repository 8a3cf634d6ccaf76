/** The base map on the phone, as MapLibre takes it: tiles out of the archive in the store, by the `pmtiles` protocol. */
import { addProtocol, type LayerSpecification, type SourceSpecification } from 'maplibre-gl'
import { PMTiles, Protocol, TileType } from 'pmtiles'
import { baseMapState, readBaseMap } from '@/local/baseMap'
import type { LocalDb } from '@/local/db'
import { asHtml, baseLayers } from '@/shared/baseLayers'

export interface BaseMap {
  source: SourceSpecification
  layers: LayerSpecification[]
  /** It has names of places of its own. */
  hasPlaces: boolean
}

let protocol: Protocol | null = null

/** An archive on this phone under an address of its own. */
function serve(db: LocalDb, etag: string): { archive: PMTiles; address: string } {
  if (!protocol) {
    protocol = new Protocol()
    addProtocol('pmtiles', protocol.tile)
  }
  const key = `${db.name}-${etag.replace(/\W/g, '')}`
  const archive =
    protocol.get(key) ??
    new PMTiles({
      getKey: () => key,
      getBytes: async (offset, length) => ({ data: await readBaseMap(db, etag, offset, length) }),
    })
  protocol.add(archive)
  return { archive, address: `pmtiles://${key}` }
}

/** What lies here and can be drawn; null when there is nothing. */
export async function openBaseMap(db: LocalDb): Promise<BaseMap | null> {
  const { current } = await baseMapState(db)
  if (!current) return null
  const { archive, address } = serve(db, current.etag)
  const header = await archive.getHeader()
  const metadata = (await archive.getMetadata()) as { attribution?: unknown; vector_layers?: { id: string }[] }
  const layers = (metadata.vector_layers ?? []).map(({ id }) => id)
  // Archives write it as HTML; what is shown is its words.
  const words = new DOMParser().parseFromString(String(metadata.attribution ?? ''), 'text/html').body.textContent ?? ''
  const isVector = header.tileType === TileType.Mvt
  return {
    source: {
      type: isVector ? 'vector' : 'raster',
      tiles: [`${address}/{z}/{x}/{y}`],
      minzoom: header.minZoom,
      maxzoom: header.maxZoom,
      bounds: [header.minLon, header.minLat, header.maxLon, header.maxLat],
      attribution: asHtml(words.trim()),
      ...(isVector ? {} : { tileSize: 256 }),
    } as SourceSpecification,
    layers: baseLayers(isVector ? { kind: 'vector', layers } : { kind: 'raster' }, ['sans-serif']),
    hasPlaces: layers.includes('places') || layers.includes('place'),
  }
}
