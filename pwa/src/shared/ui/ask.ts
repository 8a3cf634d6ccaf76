/** Questions and short notices over the page; the code behind them comes when the first one is needed. */

export async function confirm(options: { title?: string; message: string; yes: string; no: string }): Promise<boolean> {
  const { showConfirmDialog } = await import('./overlays')
  return showConfirmDialog({
    title: options.title,
    message: options.message,
    confirmButtonText: options.yes,
    cancelButtonText: options.no,
  }).then(
    () => true,
    () => false,
  )
}

export async function notice(message: string, duration = 2_500): Promise<void> {
  const { showToast } = await import('./overlays')
  showToast({ message, duration, wordBreak: 'break-word', position: 'bottom', className: 'wg-toast' })
}
