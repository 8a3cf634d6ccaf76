import { describe, expect, it } from 'vitest'
import { isApplePhone, MAP_APPS, wayTo } from './wayTo'

const AT: [number, number] = [119.107, 36.7093]
const NAME = '北关 饭店&茶馆'

describe('handing over to a map app', () => {
  it.each([
    ['geo', false, 'geo:36.709300,119.107000?q=36.709300,119.107000('],
    ['amap', false, 'androidamap://route/plan/?sourceApplication=wangge&dlat=36.709814&dlon=119.112967&'],
    ['amap', true, 'iosamap://path?sourceApplication=wangge&dlat=36.709814&dlon=119.112967&'],
    ['baidu', false, 'bdapp://map/direction?destination=name:'],
    ['baidu', true, 'baidumap://map/direction?destination=name:'],
    ['tencent', false, 'qqmap://map/routeplan?type=walk&to='],
    ['apple', true, 'https://maps.apple.com/?daddr=36.709300,119.107000&'],
  ] as const)('%s (Apple: %s)', (app, isApple, start) => {
    expect(wayTo(app, AT, NAME, isApple).startsWith(start)).toBe(true)
  })

  it('gives each the datum that it reads', () => {
    expect(wayTo('baidu', AT, NAME, false)).toContain('latlng:36.715533,119.119543&coord_type=bd09ll')
    expect(wayTo('tencent', AT, NAME, false)).toContain('tocoord=36.709814,119.112967')
  })

  it('lets no name break out of its place', () => {
    for (const app of MAP_APPS) {
      const uri = wayTo(app, AT, NAME, false)
      expect(uri).toContain(encodeURIComponent(NAME))
      expect(uri).not.toContain(NAME)
    }
  })

  it('knows whose phone it is', () => {
    expect(isApplePhone('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)')).toBe(true)
    expect(isApplePhone('Mozilla/5.0 (Linux; Android 13; V2166A)')).toBe(false)
  })
})
