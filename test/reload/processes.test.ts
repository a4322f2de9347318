import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openLedger } from '../../src/ledger/ledger.ts'
import { embeddedPlace, type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart, orderSign, prefetch } from '../production/patient.ts'
import { buildServer, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyRules } from './copy-rules.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const SIGN = '/cds-services/pgx-order-sign'

/** A slice in the plain run: the exchange and the kill; a refused exchange with ATTUNE_TEST_WHOLE=1. */
const WHOLE = process.env.ATTUNE_TEST_WHOLE === '1'

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** Sockets that a process has open (Linux). */
const socketsOf = (pid: number): number => {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return '' // closed meanwhile
    }
  })
  return links.filter((link) => link.startsWith('socket:')).length
}

/** A call that the primary has offered to a process which stands still, so that it is never taken. */
const offeredTo = async (still: number, primary: number, url: string) => {
  process.kill(still, 'SIGSTOP')
  const before = socketsOf(primary)
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
    .on('error', () => undefined)
    .resume()
  socket.write('GET /healthz HTTP/1.1\r\nhost: attune\r\n\r\n')
  await vi.waitFor(() => expect(socketsOf(primary)).toBeGreaterThan(before), 60_000)
  return { isCut: () => socket.destroyed }
}

describe('A service whose process is kept by another, on the embedded ledger', () => {
  let ehr: FakeEhr
  let place: Place
  let rules: ReturnType<typeof copyRules>
  let site: ReturnType<typeof makeSite>
  let server: ServerProcess
  let url: string
  let answered = 0

  beforeAll(async () => {
    await buildServer()
    rules = copyRules()
    ehr = await startEhr(chart)
    place = await embeddedPlace()
    site = makeSite(hospital(ehr, { features: ['trace'] }, { rulesDir: rules.folder }))
    const port = await freePort()
    server = spawnServer({
      ...site.environment,
      ATTUNE_DATA_DIR: place.config.dataDir,
      ATTUNE_PROCESSES: '1',
      PORT: `${port}`,
      LOG_LEVEL: 'warn',
    })
    url = await urlOf(server)
  })
  afterAll(async () => {
    server?.child.kill('SIGTERM')
    await server?.ended(20_000)
    await ehr?.stop()
    await place?.clear()
    site?.clear()
    rules?.clear()
  })

  /** Of the process that answers: it holds the embedded ledger. */
  const pid = (): number => Number.parseInt(readFileSync(`${place.config.dataDir}/ledger/lock`, 'utf8'), 10)
  const ask = async () => {
    const answer = await caller(url, ehr)(SIGN, { body: orderSign({ prefetch: prefetch() }) })
    if (answer.status === 200) answered += 1
    return {
      status: answer.status,
      cards: answer.json().cards?.length as number,
      rules: answer.json().extension?.['org.attune.trace'].versions.rules as string,
    }
  }
  const health = async (part: string): Promise<{ status: string; detail: string; degraded?: boolean }> => {
    const answer = await fetch(`${url}/readyz`)
    const { status, parts } = JSON.parse(await answer.text())
    return { status, ...parts[part] }
  }

  it('exchanges it for a fresh one under load: no call is refused or fails, and the fresh one has the rules of now', async () => {
    const answers: Awaited<ReturnType<typeof ask>>[] = []
    const old = pid()
    let going = true
    const asking = Array.from({ length: 2 }, async () => {
      while (going) answers.push(await ask())
    })
    rules.release('2999.01.0')
    server.child.kill('SIGHUP')
    await vi.waitFor(async () => expect((await health('processes')).detail).toMatch(/exchanged at/), { timeout: 120_000, interval: 500 })
    await vi.waitFor(() => expect(answers.at(-1)?.rules).toMatch(/^2999/), 120_000)
    going = false
    await Promise.all(asking)
    expect([...new Set(answers.map(({ status, cards }) => `${status}: ${cards} card`))]).toEqual(['200: 1 card'])
    expect(new Set(answers.map((one) => one.rules.slice(0, 9)))).toEqual(new Set(['2026.11.0', '2999.01.0']))
    expect(pid()).not.toBe(old)
  })

  it.runIf(WHOLE)('keeps the old one when a fresh one does not become ready, and says so', async () => {
    const old = pid()
    rules.edit('wording.json', () => 'not json')
    server.child.kill('SIGHUP')
    await vi.waitFor(async () => expect((await health('processes')).detail).toMatch(/did not become ready: it ended with exit status \d/), {
      timeout: 120_000,
      interval: 500,
    })
    expect([(await health('processes')).status, pid(), (await ask()).status]).toEqual(['degraded', old, 200])
    rules.edit('wording.json', () => readFileSync('rules/wording.json', 'utf8'))
  })

  it('starts a fresh one when it is killed, visibly; a caller that it was just being given is cut, and no answered decision is lost', async () => {
    const caught = await offeredTo(pid(), server.child.pid ?? 0, url)
    process.kill(pid(), 'SIGKILL')
    await vi.waitFor(
      async () => expect((await health('processes')).detail).toMatch(/1 ended unasked and were started again, the last at .*SIGKILL/),
      {
        timeout: 120_000,
        interval: 500,
      },
    )
    await vi.waitFor(() => expect(caught.isCut()).toBe(true), 120_000)
    expect((await ask()).status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.ended(30_000)).toBe(0)
    const ledger = await openLedger(place.config)
    const { decisions } = await ledger.counts('hospital')
    const chain = await ledger.verifyChain()
    await ledger.close()
    expect([decisions, chain.state]).toEqual([answered, 'intact'])
  })
})

describe.skipIf(postgresMissing !== null)(`A service of two processes${postgresMissing ? `: not run, ${postgresMissing}` : ''}`, () => {
  let place: Place
  let site: ReturnType<typeof makeSite>
  let server: ServerProcess
  let watched: number

  beforeAll(async () => {
    await buildServer()
    place = await postgresPlace()
    watched = await freePort()
    const operations = { host: '127.0.0.1', port: watched }
    site = makeSite({ auth: 'open', clients: [{ id: 'anonymous', tenant: 'hospital' }], canary: { everySeconds: 0 }, operations })
    server = spawnServer({
      ...site.environment,
      DATABASE_URL: place.config.databaseUrl ?? '',
      ATTUNE_PROCESSES: '2',
      PORT: `${await freePort()}`,
      LOG_LEVEL: 'warn',
    })
    await urlOf(server)
  })
  afterAll(async () => {
    server?.child.kill('SIGTERM')
    await server?.ended(20_000)
    await place?.clear()
    site?.clear()
  })

  const at = (number: number, path: string) => fetch(`http://127.0.0.1:${watched + number}${path}`).then((answer) => answer.text())
  /** How often this address was asked for its figures before, by what it says itself. */
  const timesAsked = async (number: number): Promise<number> =>
    Number(/_count{route="\/metrics",service="",status="200"} (\d+)/.exec(await at(number, '/metrics'))?.[1] ?? 0)
  /** Each address three times, in turns. */
  const rounds = async (): Promise<number[][]> => {
    const all: number[][] = []
    for (let round = 0; round < 3; round += 1) all.push([await timesAsked(0), await timesAsked(1)])
    return all
  }

  it('tells the figures of each at an address of its own, also after fresh ones have taken over', async () => {
    expect(await rounds()).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ])
    server.child.kill('SIGHUP')
    await vi.waitFor(async () => expect(await at(1, '/readyz')).toMatch(/exchanged at/), { timeout: 200_000, interval: 500 })
    const [first, second] = await rounds()
    expect(second).toEqual(first?.map((count) => count + 1))
  })
})
