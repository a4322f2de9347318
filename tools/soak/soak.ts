import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { bodiesOf, SERVICE } from '../bench/bodies.ts'
import { startAttune, stopServer } from '../bench/server.ts'
import { keepingAgent } from './agent.ts'
import { judge, type Minute } from './judge.ts'

/** Soak. Other work on the machine lengthens the times, not the memory. */
const HELP = `npm run soak [-- OPTIONS]

Calls of 20 and 200 kB, each with the feedback to its cards, at a server of its own with the embedded ledger. First some as fast as it
takes them, until its code is compiled and its caches have their size; then at a steady rate. Prints each minute of that as it ends and, at
the end, what it says of answers, memory, open handles and times; ends with 1 when one of them fails. Memory, handles and times of the
first third of the minutes are not judged, at most of an hour. Each decision is on the disk before its answer leaves: "disk ms" is the p99 of
a small synced write of this program's own on the same disk.
  --minutes 30      minutes at the steady rate; 480 are held to the limit of the long run, fewer than 240 to a wider one
  --rate half       calls a second: half of what the server can do, measured after the warm-up, or a number
  --warm-up 10000   calls before, as fast as the server takes them from eight callers; 0: none
`

const agent = keepingAgent()

type Answer = { readonly path: string; readonly status: number; readonly text: string; readonly ms: number }

const send = (url: string, body?: string): Promise<Answer> =>
  new Promise((resolve) => {
    const started = performance.now()
    const end = (status: number, text = '') => resolve({ path: new URL(url).pathname, status, text, ms: performance.now() - started })
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const broken = (error: NodeJS.ErrnoException) => end(0, `${error.code} on a ${request.reusedSocket ? 'kept' : 'new'} connection`)
    const request = http.request(url, { agent, method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => end(response.statusCode ?? 0, text))
      response.on('error', broken)
    })
    request.on('error', broken)
    request.end(body)
  })

type Card = { readonly uuid: string; readonly suggestions?: readonly { readonly uuid: string }[] }

/** The first suggestion is taken; a card without one is overridden. */
const toldOf = ({ uuid: card, suggestions: [first] = [] }: Card): object => {
  const outcome = first ? { outcome: 'accepted', acceptedSuggestions: [{ id: first.uuid }] } : { outcome: 'overridden' }
  return { card, ...outcome, outcomeTimestamp: new Date() }
}

/** One prescriber's step: a hook call with another instance each time, and for each card what became of it; now and then discovery and health. */
const steps = (base: string, bodies: readonly string[]) => {
  let turn = 0
  return async (tell: (answer: Answer) => void): Promise<void> => {
    turn += 1
    if (turn % 20 === 0) tell(await send(`${base}/cds-services`))
    if (turn % 50 === 0) tell(await send(`${base}/readyz`))
    const address = `${base}/cds-services/${SERVICE}`
    const body = bodies[turn % bodies.length] as string
    const answer = await send(address, body.replace(/"hookInstance":"[^"]*"/, `"hookInstance":"${crypto.randomUUID()}"`))
    tell(answer)
    const cards = answer.status === 200 ? (JSON.parse(answer.text) as { cards: readonly Card[] }).cards : []
    const feedback = cards.map(toldOf)
    if (feedback.length > 0) tell(await send(`${address}/feedback`, JSON.stringify({ feedback })))
  }
}

const percentile = (times: readonly number[], share: number): number => {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const rssOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const isWrong = ({ status }: Answer): boolean => status !== 200 && status !== 503

/** What answers that nobody should get are, said once each. */
const told = new Set<string>()
const tellWrong = (answers: readonly Answer[]): void => {
  for (const { path, status, text } of answers.filter(isWrong)) {
    const said = `${status} ${path}: ${text.slice(0, 300)}`
    if (!told.has(`${status} ${path}`)) console.log(said)
    told.add(`${status} ${path}`)
  }
}

/** Ten small writes a second, each brought to the disk. @returns what they took since it was asked before, in milliseconds */
const probeDisk = async (folder: string) => {
  const file = await open(join(folder, 'probe'), 'w')
  const block = Buffer.alloc(4096, 1)
  const times: number[] = []
  let ended = false
  const probe = async (): Promise<void> => {
    for (; !ended; await wait(100)) {
      const started = performance.now()
      await file.write(block, 0, block.length, 0)
      await file.datasync()
      times.push(performance.now() - started)
    }
  }
  const probing = probe()
  return {
    took: (): readonly number[] => times.splice(0),
    end: async (): Promise<void> => {
      ended = true
      await probing
      await file.close()
    },
  }
}

const look = (pid: number, answers: readonly Answer[], rss: readonly number[], disk: readonly number[]): Minute => {
  const good = answers.filter(({ status }) => status === 200).map(({ ms }) => ms)
  const shed = answers.filter(({ status }) => status === 503).length
  return {
    answered: good.length,
    shed,
    wrong: answers.filter(isWrong).length,
    p50: percentile(good, 0.5),
    p99: percentile(good, 0.99),
    rss: Math.min(...rss),
    peak: Math.max(...rss),
    handles: readdirSync(`/proc/${pid}/fd`).length,
    disk: percentile(disk, 0.99),
  }
}

const CALLERS = 8
const wrongBefore: Answer[] = []

/** Eight prescribers who never pause. What nobody should be answered counts here, too. @returns steps a second, without what was shed */
const hurry = async (step: ReturnType<typeof steps>, goesOn: (begun: number, ms: number) => boolean): Promise<number> => {
  let begun = 0
  let shed = 0
  const tell = (answer: Answer): void => {
    if (answer.status === 503) shed += 1
    if (isWrong(answer)) wrongBefore.push(answer)
  }
  const started = performance.now()
  const work = async () => {
    for (; goesOn(begun, performance.now() - started); ) {
      begun += 1
      await step(tell)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, work))
  tellWrong(wrongBefore)
  return (Math.max(1, begun - shed) * 1000) / (performance.now() - started)
}

const CAPACITY_MS = 20_000

/** Between two looks at the memory: of a minute's the lowest counts, which is the nearest to what is left after a collection. */
const LOOK_MS = 1000

type Soak = {
  readonly pid: number
  readonly step: ReturnType<typeof steps>
  readonly perSecond: number
  readonly minutes: number
  readonly diskTook: () => readonly number[]
}

const soakFor = async ({ pid, step, perSecond, minutes, diskTook }: Soak): Promise<Minute[]> => {
  const rows: Minute[] = []
  for (let minute = 1; minute <= minutes; minute += 1) {
    const answers: Answer[] = []
    const under: Promise<void>[] = []
    const rss = [rssOf(pid)]
    const started = performance.now()
    for (let ms = 0; ms < 60_000; ms = performance.now() - started) {
      while (under.length < (ms * perSecond) / 1000) under.push(step((answer) => answers.push(answer)))
      if (rss.length < ms / LOOK_MS) rss.push(rssOf(pid))
      await wait(10)
    }
    await Promise.all(under)
    tellWrong(answers)
    const row = look(pid, answers, rss, diskTook())
    rows.push(row)
    const { answered, shed, wrong, p50, p99, handles, disk } = row
    console.log(
      `${String(minute).padStart(4)} ${[answered, shed, wrong, p50.toFixed(1), p99.toFixed(1), row.rss.toFixed(0), row.peak.toFixed(0), handles, disk.toFixed(1)].map((cell) => String(cell).padStart(9)).join('')}`,
    )
  }
  return rows
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: 'half' },
    'warm-up': { type: 'string', default: '10000' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const minutes = Number(values.minutes)
/** Null: half of what the server can do. */
const asked = values.rate === 'half' ? null : Number(values.rate)
const warmUp = Number(values['warm-up'])
if (asked !== null && !(asked > 0)) throw new Error('--rate takes a number above 0, or half')
if (!Number.isInteger(minutes) || minutes < 2) throw new Error('--minutes takes a whole number from 2 on')
if (!Number.isInteger(warmUp) || warmUp < 0) throw new Error('--warm-up takes a whole number from 0 on')

const folder = mkdtempSync(join(tmpdir(), 'attune-soak-'))
const server = await startAttune(folder)
try {
  const pid = server.child.pid ?? 0
  const step = steps(server.base, [...bodiesOf('20 KB', 20_000).bodies, ...bodiesOf('200 KB', 200_000).bodies])
  const hurried = await hurry(step, (begun) => begun < warmUp)
  if (warmUp > 0) console.log(`${warmUp} calls before, ${hurried.toFixed(1)} a second: ${rssOf(pid).toFixed(0)} MiB.`)
  const rate = asked ?? (await hurry(step, (_, ms) => ms < CAPACITY_MS)) / 2
  console.log(`${rate.toFixed(1)} calls a second, each with its feedback; ${minutes} minutes.\n`)
  console.log('minute answered     shed    wrong   p50 ms   p99 ms  RSS MiB     peak  handles  disk ms')
  const disk = await probeDisk(folder)
  const rows = await soakFor({ pid, step, perSecond: rate, minutes, diskTook: disk.took })
  await disk.end()
  const verdicts = judge(rows)
  console.log('')
  for (const { state, says } of verdicts) console.log(`${state.padEnd(10)} ${says}`)
  if (wrongBefore.length > 0) console.log(`fails      before these minutes: ${wrongBefore.length} answers wrong (none may be)`)
  process.exitCode = wrongBefore.length > 0 || verdicts.some(({ state }) => state === 'fails') ? 1 : 0
  console.log(`soak of ${minutes} minutes: ${process.exitCode === 0 ? 'nothing failed' : 'FAILED'}`)
} finally {
  await stopServer(server)
  agent.destroy()
  rmSync(folder, { recursive: true, force: true })
}
