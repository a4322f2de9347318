/**
 * How the time of the readers grows over texts made to be slow to read (Z4): each text in each field that is read as words, alone in a
 * record, at 100 kB and 1 MB, by CPU time, least of some tries. `node dist/tools/fuzz/texts.js`. How it can mislead: it knows the pumps of
 * its table and no others; and it runs with room for a million short-lived texts, because with less the garbage collector copies them, which
 * grows with what lives and not with what a reader does: the times in a server are up to twice as long at 1 MB.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PUMPS } from './hostile-values.ts'
import { type Growth, growthOf, READERS } from './text-readers.ts'

const ROOM = ['--max-semi-space-size=256', '--single-threaded']
const SIZE = 100_000
/** The goal; and what fails, far from both 10 and 100. */
const [GOAL, MOST] = [12, 25]

const inMs = ({ smallMs, largeMs, ratio }: Growth): string => `${smallMs.toFixed(1)} / ${largeMs.toFixed(1)} ms, ${ratio.toFixed(1)} times`

const judge = (): boolean => {
  let good = true
  let over = 0
  console.log(`Slowest text, and the one that grows most, of each reader: CPU time at ${SIZE} / ${SIZE * 10} characters`)
  for (const [name, reader] of Object.entries(READERS)) {
    for (const pump of PUMPS) reader(pump.repeat(100)) // compiled
    const rows = PUMPS.map((pump) => ({ pump, ...growthOf(reader, pump, SIZE, GOAL) }))
    const most = (figure: 'largeMs' | 'ratio') => rows.reduce((one, other) => (other[figure] > one[figure] ? other : one))
    const [slowest, steepest] = [most('largeMs'), most('ratio')]
    console.log(
      `${name.padEnd(24)} ${JSON.stringify(slowest.pump).padEnd(10)} ${inMs(slowest).padEnd(34)} ${JSON.stringify(steepest.pump).padEnd(10)} ${inMs(steepest)}`,
    )
    over += rows.filter(({ ratio }) => ratio > GOAL).length
    for (const row of rows.filter(({ ratio }) => ratio > MOST)) {
      good = false
      console.log(`FAILED ${name}, ${JSON.stringify(row.pump)}: ${inMs(row)}`)
    }
  }
  const all = Object.keys(READERS).length * PUMPS.length
  console.log(`${all} texts: ${over} grow by more than ${GOAL} times, ${good ? 'none' : 'some'} by more than ${MOST}.`)
  return good
}

if (ROOM.every((flag) => process.execArgv.includes(flag))) process.exitCode = judge() ? 0 : 1
else process.exitCode = spawnSync(process.execPath, [...ROOM, fileURLToPath(import.meta.url)], { stdio: 'inherit' }).status ?? 1
