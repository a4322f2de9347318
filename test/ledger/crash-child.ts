import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openLedger } from '../../src/ledger/ledger.ts'
import { card, decision, feedbackOn } from './decisions.ts'

/** Writes decisions and feedback as fast as it can and says on standard output what was acknowledged, until it is killed. */
const [dataDir = '', databaseUrl = '', callers = '32'] = process.argv.slice(2)
const started = performance.now()

/** At once, so that a line says what was acknowledged before the kill; waits while the pipe is full. */
const say = (line: string): void => {
  for (let rest = Buffer.from(`${line}\n`); rest.length > 0; )
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
}

const ledger = await openLedger({ dataDir, databaseUrl: databaseUrl || null, pseudonymKeyFile: undefined })
say(`ready ${Math.round(performance.now() - started)}`)

const call = async (): Promise<never> => {
  for (;;) {
    const shown = card()
    const one = decision({ id: randomUUID(), cards: [shown], silences: [{ about: 'padding', code: 'x', because: 'x'.repeat(1500) }] })
    await ledger.record(one)
    say(`decision ${one.id}`)
    const event = feedbackOn(shown.uuid)
    await ledger.feedback([event])
    say(`feedback ${event.id}`)
  }
}
await Promise.all(Array.from({ length: Number(callers) }, call))
