/** A bad line between phone and server: a TCP proxy that cuts, delays and slows. It knows nothing of HTTP. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export type Direction = 'up' | 'down'

export interface Line {
  /** Milliseconds that each piece is on its way. */
  latency_ms?: number
  /** Bytes per second in each direction; absent: as fast as it goes. */
  bytes_per_s?: number
  /** Probability that a piece is lost, and its connection with it. */
  loss?: number
  /** [0, 1) */
  random?: () => number
  /** Cut the connection once so many bytes have passed in this direction, all connections together: up to the byte. */
  cut?: { direction: Direction; at: number }[]
}

/** What a line does to pieces of a direction: after a delay, at a rate, in order. */
class Pipe {
  private tail = Promise.resolve()
  private freeAt = 0

  constructor(
    private readonly line: Line,
    private readonly pause: (ms: number) => Promise<void>,
  ) {}

  send(piece: Buffer, deliver: (piece: Buffer) => void): void {
    const { latency_ms = 0, bytes_per_s } = this.line
    if (!latency_ms && !bytes_per_s) return deliver(piece)
    const now = Date.now()
    this.freeAt = Math.max(now, this.freeAt) + (bytes_per_s ? (piece.length / bytes_per_s) * 1000 : 0)
    const wait = this.freeAt - now + latency_ms
    const due = this.pause(wait)
    this.tail = this.tail.then(() => due).then(() => deliver(piece))
  }

  /** After everything that is under way. */
  end(act: () => void): void {
    this.tail = this.tail.then(act)
  }
}

export class Proxy {
  /** Bytes that have passed. */
  readonly passed: Record<Direction, number> = { up: 0, down: 0 }
  cuts = 0
  private readonly sockets = new Set<Socket>()
  private readonly left: { direction: Direction; at: number }[]

  private constructor(
    private readonly server: Server,
    private readonly line: Line,
    private readonly targetPort: number,
  ) {
    this.left = [...(line.cut ?? [])]
  }

  static async open(targetPort: number, line: Line = {}): Promise<Proxy> {
    const server = createServer()
    const proxy = new Proxy(server, line, targetPort)
    server.on('connection', (phone) => proxy.join(phone))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return proxy
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((done) => this.server.close(done))
  }

  private join(phone: Socket): void {
    const server = connect(this.targetPort, '127.0.0.1')
    const pair = [phone, server]
    const part = () => pair.forEach((socket) => socket.destroy())
    const cut = () => {
      this.cuts++
      pair.forEach((socket) => socket.resetAndDestroy())
    }
    for (const socket of pair) {
      this.sockets.add(socket)
      socket.on('error', part)
      socket.on('close', () => this.sockets.delete(socket))
      socket.setNoDelay(true)
    }
    this.pass('up', phone, server, cut)
    this.pass('down', server, phone, cut)
  }

  private pass(direction: Direction, from: Socket, to: Socket, cut: () => void): void {
    const { loss = 0, random = Math.random } = this.line
    const pipe = new Pipe(this.line, (ms) => new Promise((done) => setTimeout(done, ms)))
    let isOver = false
    from.on('data', (data: Buffer) => {
      // a stream has no holes: after what was cut off nothing follows
      if (isOver) return
      if (loss && random() < loss) {
        isOver = true
        return cut()
      }
      const { allowed, isCut } = this.allow(direction, data)
      if (allowed.length) pipe.send(allowed, (piece) => to.writable && to.write(piece))
      // what came before the cut still arrives
      if (isCut) {
        isOver = true
        pipe.end(() => setTimeout(cut, 5))
      }
    })
    from.on('end', () => pipe.end(() => to.end()))
    from.on('close', () => pipe.end(() => to.destroy()))
  }

  /** How much of a piece passes before the next cut. */
  private allow(direction: Direction, data: Buffer): { allowed: Buffer; isCut: boolean } {
    const before = this.passed[direction]
    const index = this.left.findIndex((cut) => cut.direction === direction && cut.at <= before + data.length)
    const cut = this.left[index]
    if (!cut) {
      this.passed[direction] += data.length
      return { allowed: data, isCut: false }
    }
    this.left.splice(index, 1)
    this.passed[direction] = cut.at
    return { allowed: data.subarray(0, Math.max(0, cut.at - before)), isCut: true }
  }
}
