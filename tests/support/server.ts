/** A real Wangge server on a database of its own, for simulations and browser tests. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export const ROOT = resolve(import.meta.dirname, '../..')
const BIN = join(ROOT, '.venv', 'bin')
/** In memory where the system has it: tests wait for no disk. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const READY_TIMEOUT_MS = 90_000

export interface DatabaseUrls {
  owner: string
  app: string
  superuser: string
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))))
    })
  })
}

function databaseTool(...words: string[]): Promise<void> {
  return new Promise((done, fail) => {
    execFile(join(BIN, 'python'), [join(ROOT, 'tests/support/database.py'), ...words], (error) => (error ? fail(error) : done()))
  })
}

export class TestServer {
  private process: ChildProcess | undefined
  readonly baseUrl: string

  private constructor(
    readonly name: string,
    readonly urls: DatabaseUrls,
    readonly dataDir: string,
    readonly port: number,
    /** Where Python looks for the package first; absent: where this checkout has it. */
    private readonly packageDir: string | null = null,
  ) {
    this.baseUrl = `http://127.0.0.1:${port}`
  }

  /** Make the database, load the demo city if wanted, and start serving. A `durable` one loses no commit in `killDatabase`. */
  static async create(name: string, options: { demo?: boolean; durable?: boolean } = {}): Promise<TestServer> {
    const dataDir = mkdtempSync(join(SCRATCH, `wangge-${name}-`))
    const words = options.demo ? ['city', name, dataDir] : ['make', name, ...(options.durable ? ['durable'] : [])]
    const out = execFileSync(join(BIN, 'python'), [join(ROOT, 'tests/support/database.py'), ...words])
    const urls = JSON.parse(out.toString()) as DatabaseUrls
    const server = new TestServer(name, urls, dataDir, await freePort())
    if (options.demo) server.run('demo', 'base-map', server.baseMap)
    await server.start()
    return server
  }

  /** Another server on the same database and files, with the package of another folder. */
  async beside(name: string, packageDir: string): Promise<TestServer> {
    const server = new TestServer(name, this.urls, this.dataDir, await freePort(), packageDir)
    await server.start()
    return server
  }

  /** The demo city's base map. */
  get baseMap(): string {
    return join(this.dataDir, 'base_map.pmtiles')
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      ...(this.packageDir ? { PYTHONPATH: this.packageDir } : {}),
      WANGGE_DATABASE_URL: this.urls.owner,
      WANGGE_DATABASE_APP_URL: this.urls.app,
      WANGGE_DATA_DIR: this.dataDir,
      WANGGE_PORT: String(this.port),
      ...(existsSync(this.baseMap) ? { WANGGE_BASEMAP_PMTILES: this.baseMap } : {}),
    }
  }

  /** One of the operator's commands on this server's data; gives what it printed. */
  run = (...words: string[]) => execFileSync(join(BIN, 'wangge'), words, { env: this.environment() }).toString()

  /** The demo city's password, as the operator reads it. */
  demoPassword(): string {
    return (JSON.parse(readFileSync(join(this.dataDir, 'secrets/demo.json'), 'utf8')) as { password: string }).password
  }

  async start(): Promise<void> {
    const logs = join(process.env.WANGGE_TEST_DIR ?? join(ROOT, '.cache/test'), 'logs')
    mkdirSync(logs, { recursive: true })
    const log = createWriteStream(join(logs, `${this.name}.server.log`), { flags: 'a' })
    this.process = spawn(join(BIN, 'wangge'), ['serve'], { env: this.environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    this.process.stdout?.pipe(log)
    this.process.stderr?.pipe(log)
    const deadline = Date.now() + READY_TIMEOUT_MS
    for (;;) {
      const answer = await fetch(`${this.baseUrl}/api/ready`).catch(() => undefined)
      if (answer?.ok) return
      if (Date.now() > deadline || this.process.exitCode !== null)
        throw new Error(`the server ${this.name} did not get ready: ${await answer?.text()}; see its log in ${logs}`)
      await pause(50)
    }
  }

  /** End the process; 'SIGKILL' is a crash. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const running = this.process
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((done) => running.once('exit', done))
    running.kill(signal)
    await ended
  }

  /** Kill the tests' whole database cluster as a power cut would. */
  killDatabase(): Promise<void> {
    return databaseTool('crash')
  }

  /** Start it again; it recovers by itself. */
  startDatabase(): Promise<void> {
    return databaseTool('start')
  }

  /** Stop, and take database and files away. */
  async destroy(): Promise<void> {
    await this.stop()
    execFileSync(join(BIN, 'python'), [join(ROOT, 'tests/support/database.py'), 'drop', this.name])
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}
