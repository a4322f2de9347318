import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openLedger } from '../../src/ledger/ledger.ts'
import { card, decision, feedbackOn } from './decisions.ts'

/** Writes decisions and feedback as fast as it can and says on standard output what was acknowledged, until it is killed. */
const [dataDir = '', databaseUrl = '', callers = '32'] = process.argv.slice(2)
const started = performance.now()
const ledger = await openLedger({ dataDir, databaseUrl: databaseUrl || null, pseudonymKeyFile: undefined })
writeSync(1, `ready ${Math.round(performance.now() - started)}\n`)

const call = async (): Promise<never> => {
  for (;;) {
    const shown = card()
    const one = decision({ id: randomUUID(), cards: [shown], silences: [{ about: 'padding', code: 'x', because: 'x'.repeat(1500) }] })
    await ledger.record(one)
    writeSync(1, `decision ${one.id}\n`)
    const event = feedbackOn(shown.uuid)
    await ledger.feedback([event])
    writeSync(1, `feedback ${event.id}\n`)
  }
}
await Promise.all(Array.from({ length: Number(callers) }, call))
