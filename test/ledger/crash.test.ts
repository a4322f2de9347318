import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../src/ledger/ledger.ts'
import { emptyPlace, type Place } from './engines.ts'

const KILLS = 10
const OUT = resolve('dist/crash-test')
let place: Place

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
  place = await emptyPlace()
})
afterAll(() => place.clear())

type Life = { readonly readyMs: number; readonly decisions: string[]; readonly feedback: string[] }

/** One life of the writing process: it is killed some time after it is ready. Only whole lines count as acknowledged. */
const liveAndDie = (afterMs: number): Promise<Life> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, [`${OUT}/child.mjs`, place.config.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    let dying = false
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
      if (dying || !output.includes('ready')) return
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

describe('kill -9 under load on the embedded ledger', () => {
  it(`after ${KILLS} kills no acknowledged decision or feedback is lost and the chain is intact`, { timeout: 300_000 }, async () => {
    const lives: Life[] = []
    for (let kill = 0; kill < KILLS; kill += 1) lives.push(await liveAndDie(100 + ((kill * 97) % 500)))
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
      expect(decisions.length).toBeGreaterThan(KILLS * 5) // the load was real
      console.log(
        `kill -9: ${KILLS} kills, ${decisions.length} decisions and ${feedback.length} feedback acknowledged, restarts ${lives.map(({ readyMs }) => readyMs).join(', ')} ms`,
      )
    } finally {
      await ledger.close()
    }
  })
})
