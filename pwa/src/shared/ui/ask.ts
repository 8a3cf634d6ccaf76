/** Questions and short notices over the page; the code behind them comes when the first one is needed. */
import { nextTick } from 'vue'

export async function confirm(options: { title?: string; message: string; yes: string; no: string }): Promise<boolean> {
  const { showConfirmDialog } = await import('./overlays')
  const answer = showConfirmDialog({
    className: 'wg-dialog',
    title: options.title,
    message: options.message,
    confirmButtonText: options.yes,
    cancelButtonText: options.no,
  }).then(
    () => true,
    () => false,
  )
  await nextTick()
  // Vant names the dialog by an id that it gives to nothing: a screen reader would find no name.
  const dialog = document.querySelector('.wg-dialog')
  dialog?.removeAttribute('aria-labelledby')
  dialog?.setAttribute('aria-label', options.title ?? options.message)
  return answer
}

export async function notice(message: string, duration = 2_500): Promise<void> {
  const { showToast } = await import('./overlays')
  showToast({ message, duration, wordBreak: 'break-word', position: 'bottom', className: 'wg-toast' })
  await nextTick()
  // Vant calls it a dialog, one without a name; it asks nothing and only says something.
  document.querySelector('.wg-toast')?.setAttribute('role', 'status')
}
