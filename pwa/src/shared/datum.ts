/**
 * GCJ-02 and BD-09 from WGS 84, for handing a place over to a Chinese map app.
 *
 * GCJ-02 is the offset that map services in China must apply (高德, 腾讯), BD-09 Baidu's further offset. Neither is published;
 * the formulae are those that all open implementations share (googollee/eviltransform, BSD-2-Clause; wandergis/coordtransform,
 * MIT), the same as the server's (backend/wangge/spatial_files/gcj02.py).
 */
import type { LonLat } from './geo'

/** Krasovsky 1940: semi-major axis in metres and squared eccentricity, as the formula has them. */
const A_M = 6378245.0
const EE = 0.006693421622965943
const { PI, abs, atan2, cos, hypot, sin, sqrt } = Math
const BD_PI = (PI * 3000) / 180

/** Where the services apply the offset. */
const isInside = ([lon, lat]: LonLat) => lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271

export function wgs84ToGcj02([lon, lat]: LonLat): LonLat {
  if (!isInside([lon, lat])) return [lon, lat]
  const x = lon - 105
  const y = lat - 35
  const root = sqrt(abs(x))
  const common = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
  north += ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3
  north += ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
  east += ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3
  east += ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3
  const radLat = (lat / 180) * PI
  const magic = 1 - EE * sin(radLat) ** 2
  const eastDeg = (east * 180) / ((A_M / sqrt(magic)) * cos(radLat) * PI)
  const northDeg = (north * 180) / (((A_M * (1 - EE)) / (magic * sqrt(magic))) * PI)
  return [lon + eastDeg, lat + northDeg]
}

export function gcj02ToBd09([lon, lat]: LonLat): LonLat {
  const radius = hypot(lon, lat) + 0.00002 * sin(lat * BD_PI)
  const angle = atan2(lat, lon) + 0.000003 * cos(lon * BD_PI)
  return [radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006]
}

export const wgs84ToBd09 = (at: LonLat): LonLat => gcj02ToBd09(wgs84ToGcj02(at))
