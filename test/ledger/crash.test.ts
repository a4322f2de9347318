import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../src/ledger/ledger.ts'
import { emptyPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'

const WHOLE = process.env.ATTUNE_TEST_WHOLE === '1'
const OUT = resolve('dist/crash-test')
/** Lines that a life writes before it may be killed: that it is ready, and in a whole run a hundred acknowledged entries. */
const LINES = WHOLE ? 101 : 1

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: resolve('test/ledger/crash-child.ts'),
      outDir: OUT,
      emptyOutDir: true,
      rollupOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  })
})

type Life = { readonly readyMs: number; readonly decisions: string[]; readonly feedback: string[] }

/** One life of the writing process: it is killed some time after it is ready. Only whole lines count as acknowledged. */
const liveAndDie = ({ dataDir, databaseUrl }: Place['config'], afterMs: number): Promise<Life> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, [`${OUT}/child.mjs`, dataDir, databaseUrl ?? ''], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    let dying = false
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
      if (dying || output.split('\n').length <= LINES) return
      dying = true
      setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.on('error', fail)
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') return fail(new Error('the child ended by itself'))
      const lines = output.slice(0, output.lastIndexOf('\n')).split('\n')
      const of = (kind: string) => lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []))
      done({ readyMs: Number(of('ready')[0]), decisions: of('decision'), feedback: of('feedback') })
    })
  })

/** Without ATTUNE_TEST_WHOLE a slice; starts of the embedded database are what takes the time. */
const ENGINES = [
  { engine: 'the embedded ledger', placeOf: emptyPlace, missing: null, kills: WHOLE ? 100 : 10 },
  { engine: 'PostgreSQL', placeOf: postgresPlace, missing: postgresMissing, kills: WHOLE ? 100 : 4 },
]

describe.each(ENGINES)('F25: kill -9 under load on $engine', ({ engine, placeOf, missing, kills }) => {
  let place: Place
  beforeAll(async () => {
    if (missing === null) place = await placeOf()
  })
  afterAll(() => place?.clear())

  it.skipIf(missing !== null)(
    `after ${kills} kills no acknowledged decision or feedback is lost and the chain is intact`,
    { timeout: WHOLE ? 3_600_000 : 300_000 },
    async () => {
      const lives: Life[] = []
      for (let kill = 0; kill < kills; kill += 1) lives.push(await liveAndDie(place.config, 100 + ((kill * 97) % 500)))
      const ledger = await openLedger(place.config)
      try {
        const decisions = lives.flatMap((life) => life.decisions)
        const feedback = lives.flatMap((life) => life.feedback)
        const { decisions: total } = await ledger.counts()
        const there = new Set((await ledger.recent(total, 'north')).map(({ id }) => id))
        const told = new Set((await ledger.feedbackOn({ limit: 1_000_000 }, 'north')).map(({ id }) => id))
        expect({
          lostDecisions: decisions.filter((id) => !there.has(id)).length,
          lostFeedback: feedback.filter((id) => !told.has(id)).length,
          chain: (await ledger.verifyChain()).state,
          health: ledger.health().state,
        }).toEqual({ lostDecisions: 0, lostFeedback: 0, chain: 'intact', health: 'ok' })
        const starts = lives.map(({ readyMs }) => readyMs).sort((a, b) => a - b)
        console.log(
          `kill -9 on ${engine}: ${kills} kills, ${decisions.length} decisions and ${feedback.length} feedback acknowledged, 0 lost, ` +
            `restarts median ${starts[Math.floor(starts.length / 2)]} ms, slowest ${starts.at(-1)} ms`,
        )
        expect(decisions.length).toBeGreaterThan(kills * 5) // the load was real
        if (WHOLE) expect(decisions.length + feedback.length).toBeGreaterThanOrEqual(10_000)
      } finally {
        await ledger.close()
      }
    },
  )
})
