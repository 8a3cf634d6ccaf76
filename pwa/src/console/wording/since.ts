/** How long ago something was, as people say it: 刚刚, 12 分钟前, 3 小时前, 5 天前. */
export function sinceText(moment: string | null, language: string, now = Date.now()): string {
  const english = language === 'en'
  if (!moment) return english ? 'never' : '从未'
  const minutes = Math.max(0, Math.floor((now - Date.parse(moment)) / 60_000))
  const say = (n: number, zh: string, en: string) => (english ? `${n} ${en}${n === 1 ? '' : 's'} ago` : `${n} ${zh}前`)
  if (minutes < 1) return english ? 'just now' : '刚刚'
  if (minutes < 60) return say(minutes, '分钟', 'minute')
  if (minutes < 60 * 24) return say(Math.floor(minutes / 60), '小时', 'hour')
  return say(Math.floor(minutes / 60 / 24), '天', 'day')
}
