import { useRouter } from 'vue-router'

/**
 * Follows plain links to pages of the app without reading the app anew, as a listener of clicks on what holds them. For the rows of long
 * lists: a RouterLink works out its address and its state for each, before anything is on the screen.
 */
export function useLinks(): (event: MouseEvent) => void {
  const router = useRouter()
  return (event) => {
    const link = (event.target as Element).closest('a')
    const isPlain = !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (!link || !isPlain || event.defaultPrevented || link.origin !== location.origin) return
    event.preventDefault()
    void router.push(link.pathname + link.search)
  }
}
