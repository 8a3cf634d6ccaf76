/** How long and how large a recording is, in words. */
type Say = (key: string, named: Record<string, unknown>) => string

export function lengthText(t: Say, seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  const [m, s] = [Math.floor(whole / 60), whole % 60]
  if (m === 0) return t('note.seconds', { n: s })
  return s === 0 ? t('note.minutes', { n: m }) : t('note.minutesAndSeconds', { m, s })
}

export const megabytes = (bytes: number): number => Math.round((bytes / 1024 / 1024) * 10) / 10

export const sizeText = (bytes: number): string =>
  bytes < 1_048_576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${megabytes(bytes)} MB`
