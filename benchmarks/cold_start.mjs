// The browser's part of the benchmark cold_start; see cold_start.py.
//   node cold_start.mjs prepare '{...}'    online: sign in, receive all employers, keep the app; the same rows for the bare page
//   node cold_start.mjs measure '{...}'    offline: start both in turns; prints {whole, door, after_pin, floor} in ms
import { createServer } from 'node:http'
import { isControlled, openPhone, PIN, signIn, slowDown } from './phone.mjs'

const LATEST = 60_000
// Nobody closes it the moment it stands: until then the try of her PIN is counted, and after five of them she would have to wait.
const SEEN_MS = 1_000

const [verb, text] = process.argv.slice(2)
const settings = JSON.parse(text)
const APP = `http://127.0.0.1:${settings.app_port}`
const FLOOR = `http://127.0.0.1:${settings.floor_port}`

const FLOOR_PAGE = `<!doctype html><meta charset="utf-8"><title>floor</title><ul id="list"></ul><script>
  navigator.serviceWorker.register('/sw.js')
  const opening = indexedDB.open('floor', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('employers', { keyPath: 'id' })
  opening.onsuccess = () => {
    const reading = opening.result.transaction('employers').objectStore('employers').getAll()
    reading.onsuccess = () => {
      const rows = reading.result.sort((a, b) => (a.initials < b.initials ? -1 : 1))
      for (const row of rows.slice(0, 20)) {
        const li = document.createElement('li')
        li.textContent = row.name + ' ' + row.address
        li.setAttribute('aria-setsize', rows.length)
        list.append(li)
      }
    }
  }
</script>`
const FLOOR_WORKER = `
  addEventListener('install', (event) => event.waitUntil(caches.open('floor').then((cache) => cache.add('/'))))
  addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  addEventListener('fetch', (event) => event.respondWith(caches.match('/')))`

// Notes when the door and when all rows of the list are on the screen: the frame after they are in the document. The PIN is typed as
// soon as the door can be seen, all digits at once, so that the whole holds everything but a person's own time.
function watch({ employers, pin }) {
  const seen = {}
  const note = (name, then) => {
    if (name in seen) return
    seen[name] = null
    requestAnimationFrame(() =>
      setTimeout(() => {
        seen[name] = performance.now()
        then()
      }),
    )
  }
  const type = () => {
    for (const key of [...pin, 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  }
  new MutationObserver(() => {
    if (document.querySelector('[data-lock=unlock]')) note('door', type)
    if (document.querySelector(`li[aria-setsize="${employers}"]`)) note('whole', () => globalThis.__tell(seen))
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-setsize'] })
}

/** The same employers for the bare page, as the server gives them to this phone. */
const pullAll = (page) =>
  page.evaluate(async () => {
    const rows = []
    let cursor = ''
    for (;;) {
      const answer = await fetch(`/api/sync/pull?limit=2000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      const pulled = await answer.json()
      for (const { kind, data } of pulled.items) if (kind === 'employer' && data) rows.push({ ...data, initials: data.name })
      if (pulled.up_to_date) return rows
      cursor = pulled.cursor
    }
  })

async function prepare() {
  const server = createServer((request, response) => {
    const isWorker = request.url === '/sw.js'
    response.setHeader('content-type', isWorker ? 'text/javascript' : 'text/html')
    response.end(isWorker ? FLOOR_WORKER : FLOOR_PAGE)
  }).listen(settings.floor_port, '127.0.0.1')
  const phone = await openPhone(settings)
  const page = await phone.newPage()
  await signIn(page, APP, settings)
  const rows = await pullAll(page)
  if (rows.length !== settings.employers) throw new Error(`${rows.length} employers on the phone, not ${settings.employers}`)
  await isControlled(page)
  await page.goto(FLOOR)
  await isControlled(page)
  await page.evaluate(
    (rows) =>
      new Promise((done, fail) => {
        const opening = indexedDB.open('floor', 1)
        opening.onsuccess = () => {
          const writing = opening.result.transaction('employers', 'readwrite')
          for (const row of rows) writing.objectStore('employers').put(row)
          writing.oncomplete = () => done(opening.result.close())
          writing.onerror = () => fail(writing.error)
        }
      }),
    rows,
  )
  await phone.close()
  server.close()
  server.closeAllConnections()
}

/** One start: a fresh browser, offline, slowed; the page's own clock when each part was on the screen. */
async function start(url) {
  const phone = await openPhone(settings)
  try {
    const page = await phone.newPage()
    let tell
    const shown = new Promise((done, fail) => {
      tell = done
      setTimeout(() => fail(new Error(`the list at ${url} did not come`)), LATEST).unref()
    })
    await page.exposeFunction('__tell', tell)
    await page.addInitScript(watch, { employers: settings.employers, pin: PIN })
    await slowDown(phone, page)
    await phone.setOffline(true)
    await page.goto(url, { waitUntil: 'commit' })
    const seen = await shown
    await new Promise((done) => setTimeout(done, SEEN_MS))
    return seen
  } finally {
    await phone.close()
  }
}

async function measure() {
  const figures = { whole: [], door: [], after_pin: [], floor: [] }
  for (let run = 0; run <= settings.runs; run++) {
    const app = await start(`${APP}/employers`)
    const floor = await start(FLOOR)
    if (run === 0) continue // the first start after an installation compiles and caches
    figures.whole.push(app.whole)
    figures.door.push(app.door)
    figures.after_pin.push(app.whole - app.door)
    figures.floor.push(floor.whole)
  }
  return figures
}

console.log(JSON.stringify((await (verb === 'prepare' ? prepare() : measure())) ?? null))
