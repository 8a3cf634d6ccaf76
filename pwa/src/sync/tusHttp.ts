/** tus-js-client over the `fetch` that was handed in, so that uploads go the same way in the browser and on a fake phone. */
import type { FileReader, HttpRequest, HttpResponse, HttpStack } from 'tus-js-client'
import type { SyncContext } from './context'

/** Long enough for a chunk at 32 kbit/s. */
const TIMEOUT_MS = 180_000

export function fetchStack(context: SyncContext): HttpStack {
  return {
    getName: () => 'FetchHttpStack',
    createRequest: (method, url) => new FetchRequest(context, method, url),
  }
}

/** Reads slices of an ArrayBuffer; tus asks a slice for its `size`, which only a Blob has. */
export const bufferReader: FileReader = {
  openFile: async (input: ArrayBuffer) => ({
    size: input.byteLength,
    slice: async (start, end) => ({ value: new Blob([input.slice(start, end)]), done: end >= input.byteLength }),
    close: () => undefined,
  }),
}

class FetchRequest implements HttpRequest {
  private readonly headers: Record<string, string> = {}
  private readonly controller = new AbortController()
  private progress: (bytesSent: number) => void = () => undefined

  constructor(
    private readonly context: SyncContext,
    private readonly method: string,
    private readonly url: string,
  ) {}

  getMethod = () => this.method
  getURL = () => this.url
  getHeader = (name: string) => this.headers[name]
  getUnderlyingObject = () => null
  setHeader(name: string, value: string) {
    this.headers[name] = value
  }
  setProgressHandler(handler: (bytesSent: number) => void) {
    this.progress = handler
  }
  async abort() {
    this.controller.abort()
  }

  async send(body: Blob | null = null): Promise<HttpResponse> {
    const timer = setTimeout(() => this.controller.abort(), TIMEOUT_MS)
    try {
      const response = await this.context.fetch(this.url, {
        method: this.method,
        headers: this.headers,
        body,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: this.controller.signal,
      })
      const text = await response.text()
      if (body) this.progress(body.size)
      return {
        getStatus: () => response.status,
        getHeader: (name) => response.headers.get(name) ?? undefined,
        getBody: () => text,
        getUnderlyingObject: () => response,
      }
    } finally {
      clearTimeout(timer)
    }
  }
}
