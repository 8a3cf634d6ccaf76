/**
 * Debian's WebKitGTK through its own WebDriver, on a screen in memory: the nearest thing to an iPhone's browser that a
 * registry has. Network faults are the server's: WebDriver cannot take a page offline, but a server can be gone.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Builder, By, Capabilities, Key, until, type WebDriver, type WebElement } from 'selenium-webdriver'

const LIBRARIES = '/usr/lib'
const WAIT_MS = 20_000
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
      } catch (error) {
        if (attempt === 20) throw error
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
    const kept = join(process.env.WANGGE_TEST_DIR ?? '.cache/test', 'webkit')
    mkdirSync(kept, { recursive: true })
    writeFileSync(
      join(kept, `${name.replaceAll(/\W+/g, '-')}.png`),
      Buffer.from(await this.driver.takeScreenshot(), 'base64'),
    )
  }

  go = (address: string) => this.driver.get(address)

  /** The element that is in sight, waited for. */
  async see(by: By, ms = WAIT_MS): Promise<WebElement> {
    const found = await this.driver.wait(until.elementLocated(by), ms, `not there: ${by}`)
    return this.driver.wait(until.elementIsVisible(found), ms, `not in sight: ${by}`)
  }

  text = (words: string, ms?: number) => this.see(By.xpath(`//*[contains(normalize-space(text()), '${words}')]`), ms)

  field = (label: string) => this.see(By.xpath(`//*[@id = //label[contains(normalize-space(.), '${label}')]/@for]`))

  async press(words: string): Promise<void> {
    const button = await this.see(
      By.xpath(`//button[contains(normalize-space(.), '${words}')] | //a[contains(normalize-space(.), '${words}')]`),
    )
    await this.driver.executeScript('arguments[0].scrollIntoView({block: "center"})', button)
    await button.click()
  }

  /** The PIN, by the keys of the keyboard. */
  async typePin(): Promise<void> {
    await this.driver.actions().sendKeys(PIN, Key.ENTER).perform()
  }

  async unlock(): Promise<void> {
    await this.see(By.css('[data-lock=unlock]'))
    await this.typePin()
  }

  async tab(name: string): Promise<void> {
    await (await this.see(By.xpath(`//nav//a[contains(normalize-space(.), '${name}')]`))).click()
  }

  async fill(label: string, value: string): Promise<void> {
    const field = await this.field(label)
    await field.clear()
    await field.sendKeys(value)
  }
}
