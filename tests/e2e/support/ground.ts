/** Grids to work on, found in the database, and what must hold of them after every change. */
import { expect } from '@playwright/test'
import type { City, LonLat } from './city'

export interface Neighbours {
  street: { id: string; name: string; children: number }
  /** Two communities with one border between them, the first with employers. */
  a: Community
  b: Community
  /** The common border from end to end. */
  border: LonLat[]
}
export interface Community {
  id: string
  code: string
  name: string
  inside: LonLat
}

/** Two neighbours in 青州, which no other story is about: owned, large enough to draw in, one piece of border between them. */
export async function neighbours(city: City): Promise<Neighbours> {
  const row = await city.one<{ found: Neighbours }>(
    `with big as (
       select g.* from grids g where g.level = 4 and g.valid_to is null and g.path <@ '370700.370781'
        and ST_NumGeometries(g.geom) = 1 and ST_Area(g.geom::geography) > 1e6
        and exists (select from duties d where d.grid_id = g.id and (d.valid_to is null or d.valid_to >= china_today()))
     ), pairs as (
       select a.id as a_id, b.id as b_id, a.parent_id,
              ST_LineMerge(ST_CollectionExtract(ST_Intersection(ST_Boundary(a.geom), ST_Boundary(b.geom)), 2)) as border
       from big a join big b on a.parent_id = b.parent_id and a.id <> b.id and ST_Touches(a.geom, b.geom)
       where (select count(distinct ST_X(position)) from employers e where e.grid_id = a.id) >= 2
     )
     select json_build_object(
       'street', json_build_object('id', s.id, 'name', s.name, 'children',
         (select count(*) from grids c where c.parent_id = s.id and c.valid_to is null)),
       'a', json_build_object('id', a.id, 'code', a.code, 'name', a.name, 'inside', ST_AsGeoJSON(ST_PointOnSurface(a.geom), 7)::json->'coordinates'),
       'b', json_build_object('id', b.id, 'code', b.code, 'name', b.name, 'inside', ST_AsGeoJSON(ST_PointOnSurface(b.geom), 7)::json->'coordinates'),
       'border', ST_AsGeoJSON(border, 7)::json->'coordinates') as found
     from pairs p join grids a on a.id = p.a_id join grids b on b.id = p.b_id join grids s on s.id = p.parent_id
     where GeometryType(border) = 'LINESTRING' and ST_Length(border::geography) between 600 and 4000
     order by ST_Length(border::geography) desc, a.code limit 1`,
  )
  return row.found
}

export const middle = (a: LonLat, b: LonLat): LonLat => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
export const towards = (from: LonLat, to: LonLat, share: number): LonLat => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
]

/** The point half way along a line. */
export function halfWay(line: LonLat[]): LonLat {
  const steps = line.slice(1).map((p, i) => Math.hypot(p[0] - line[i]![0], p[1] - line[i]![1]))
  let left = steps.reduce((sum, step) => sum + step, 0) / 2
  for (let i = 0; i < steps.length; i += 1) {
    if (left <= steps[i]!) return towards(line[i]!, line[i + 1]!, left / steps[i]!)
    left -= steps[i]!
  }
  return line[line.length - 1]!
}

/** After every change: the street's grids tile it exactly, and every employer lies in exactly the grid that holds its point. */
export async function expectSoundGround(city: City, streetId: string): Promise<void> {
  const { exact, astray } = await city.one<{ exact: boolean; astray: number }>(
    `select tiles($1) as exact,
            (select count(*)::int from employers e join grids g on g.id = e.grid_id
              where g.parent_id = $1 and e.grid_source = 'position' and (g.valid_to is not null or not ST_Covers(g.geom, e.position))) as astray`,
    streetId,
  )
  expect({ exact, astray }).toEqual({ exact: true, astray: 0 })
}
