/** Handing a place over to the map app she chose. Each gets the place in the datum that it reads. */
import { wgs84ToBd09, wgs84ToGcj02 } from '@/shared/datum'
import type { LonLat } from '@/shared/geo'

export const MAP_APPS = ['geo', 'amap', 'baidu', 'tencent', 'apple'] as const
export type MapApp = (typeof MAP_APPS)[number]

const number = (value: number) => value.toFixed(6)

/**
 * The address that opens the app with a walk to this place.
 *
 * Sources: RFC 5870 and Android's "common intents" (geo:, WGS 84); lbs.amap.com URI API (`dev=0`: already GCJ-02); lbs.baidu.com
 * URI API (`coord_type=bd09ll`); lbs.qq.com URI API (GCJ-02); developer.apple.com Map Links (WGS 84).
 */
export function wayTo(app: MapApp, at: LonLat, name: string, isApple: boolean): string {
  const title = encodeURIComponent(name)
  const [lon, lat] = at.map(number) as [string, string]
  const [gLon, gLat] = wgs84ToGcj02(at).map(number) as [string, string]
  switch (app) {
    case 'amap':
      return isApple
        ? `iosamap://path?sourceApplication=wangge&dlat=${gLat}&dlon=${gLon}&dname=${title}&dev=0&t=2`
        : `androidamap://route/plan/?sourceApplication=wangge&dlat=${gLat}&dlon=${gLon}&dname=${title}&dev=0&t=2`
    case 'baidu': {
      const [bLon, bLat] = wgs84ToBd09(at).map(number) as [string, string]
      const scheme = isApple ? 'baidumap' : 'bdapp'
      return `${scheme}://map/direction?destination=name:${title}|latlng:${bLat},${bLon}&coord_type=bd09ll&mode=walking&src=wangge`
    }
    case 'tencent':
      return `qqmap://map/routeplan?type=walk&to=${title}&tocoord=${gLat},${gLon}&referer=wangge`
    case 'apple':
      return `https://maps.apple.com/?daddr=${lat},${lon}&q=${title}&dirflg=w`
    case 'geo':
      return `geo:${lat},${lon}?q=${lat},${lon}(${title})`
  }
}

/** Whether this is a phone of Apple's, which has other schemes and no chooser for geo:. */
export const isApplePhone = (userAgent: string) => /iPhone|iPad|iPod/.test(userAgent)
