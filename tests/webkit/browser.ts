/**
 * Debian's WebKitGTK through its own WebDriver, on a screen in memory: the nearest thing to an iPhone's browser that a
 * registry has. Network faults are the server's: WebDriver cannot take a page offline, but a server can be gone.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Builder, By, Capabilities, error, Key, until, type WebDriver, type WebElement } from 'selenium-webdriver'

const LIBRARIES = '/usr/lib'
const WAIT_MS = 20_000
const REDRAWN_MOST = 10
const KEY_MS = 3_000
const KEY_TRIES = 3
const PIN = '481516'

function miniBrowser(): string {
  for (const machine of readdirSync(LIBRARIES)) {
    if (!machine.includes('linux-gnu')) continue
    for (const name of readdirSync(`${LIBRARIES}/${machine}`)) {
      if (/^webkit2gtk-4\.\d$/.test(name)) return `${LIBRARIES}/${machine}/${name}/MiniBrowser`
    }
  }
  throw new Error('MiniBrowser of webkit2gtk is not installed: apt-get install webkit2gtk-driver xvfb')
}

const freePort = () =>
  new Promise<number>((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })

export class WebKit {
  private constructor(
    readonly driver: WebDriver,
    private readonly processes: ChildProcess[],
  ) {}

  static async open(): Promise<WebKit> {
    // Xvfb says on this pipe which display it has found free
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '414x820x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const display = await new Promise<string>((done, fail) => {
      screen.once('error', fail)
      screen.stdio[3]!.once('data', (number: Buffer) => done(`:${number.toString().trim()}`))
    })
    const port = await freePort()
    const driver = spawn('WebKitWebDriver', ['-p', String(port)], {
      env: { ...process.env, DISPLAY: display, LANG: 'zh_CN.UTF-8', LANGUAGE: 'zh_CN', LIBGL_ALWAYS_SOFTWARE: '1' },
      stdio: 'ignore',
    })
    const capabilities = new Capabilities({
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] },
    })
    for (let attempt = 0; ; attempt++) {
      try {
        const web = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build()
        await web.manage().window().setRect({ x: 0, y: 0, width: 414, height: 820 })
        return new WebKit(web, [driver, screen])
      } catch (failure) {
        if (attempt === 20) throw failure
        await pause(200)
      }
    }
  }

  async close(): Promise<void> {
    await this.driver.quit().catch(() => undefined)
    for (const process of this.processes) process.kill('SIGKILL')
  }

  /** What is on the screen, for whoever looks into a failure. */
  async keepPicture(name: string): Promise<void> {
    const folder = join(process.env.WANGGE_TEST_DIR ?? '.cache/test', 'webkit')
    mkdirSync(folder, { recursive: true })
    const kept = join(folder, name.replaceAll(/\W+/g, '-'))
    writeFileSync(`${kept}.png`, Buffer.from(await this.driver.takeScreenshot(), 'base64'))
    writeFileSync(`${kept}.html`, await this.driver.getPageSource())
  }

  go = (address: string) => this.driver.get(address)

  /** The element that is in sight, waited for. A page may draw it anew between its being found and looked at: then the new one. */
  see = (by: By, ms = WAIT_MS): Promise<WebElement> => this.with(by, ms, (found) => Promise.resolve(found))

  private async with<T>(by: By, ms: number, act: (found: WebElement) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const found = await this.driver.wait(until.elementLocated(by), ms, `not there: ${by}`)
        return await act(await this.driver.wait(until.elementIsVisible(found), ms, `not in sight: ${by}`))
      } catch (failure) {
        if (!(failure instanceof error.StaleElementReferenceError) || attempt === REDRAWN_MOST) throw failure
      }
    }
  }

  text = (words: string, ms?: number) => this.see(By.xpath(`//*[contains(normalize-space(text()), '${words}')]`), ms)

  field = (label: string) => this.see(By.xpath(`//*[@id = //label[contains(normalize-space(.), '${label}')]/@for]`))

  press = (words: string) =>
    this.click(
      By.xpath(`//button[contains(normalize-space(.), '${words}')] | //a[contains(normalize-space(.), '${words}')]`),
    )

  private click = (by: By) =>
    this.with(by, WAIT_MS, async (found) => {
      await this.driver.executeScript('arguments[0].scrollIntoView({block: "center"})', found)
      await found.click()
    })

  /** The PIN, by the keys of the keyboard; like a person she looks whether each digit has come before she goes on. */
  async typePin(): Promise<void> {
    for (const [n, digit] of [...PIN].entries()) {
      const isThere = async () => (await this.driver.findElements(By.css('.wg-pad__dots i.on'))).length > n
      for (let attempt = 1; ; attempt++) {
        await this.driver.actions().sendKeys(digit).perform()
        if (await this.driver.wait(isThere, KEY_MS).catch(() => false)) break
        if (attempt === KEY_TRIES) throw new Error(`digit ${n + 1} of the PIN does not come`)
      }
    }
    await this.driver.actions().sendKeys(Key.ENTER).perform()
  }

  async unlock(): Promise<void> {
    await this.see(By.css('[data-lock=unlock]'))
    await this.typePin()
  }

  tab = (name: string) => this.click(By.xpath(`//nav//a[contains(normalize-space(.), '${name}')]`))

  async fill(label: string, value: string): Promise<void> {
    const field = await this.field(label)
    await field.clear()
    await field.sendKeys(value)
  }
}
