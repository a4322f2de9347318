import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, percentile } from './call.ts'
import { BUDGET_MS, type FaultySite, OPEN_MS, openFaultySite } from './faulty-site.ts'
import { LATE_MS, SLOW } from './slow-fhir.ts'

/** All at once, and again as soon as the last of them has its answer. */
const CALLERS = 32
const ROUNDS = 8

let site: FaultySite
// Connections as they are where a site says nothing: fewer than the reads of the callers, so that calls wait for each other here, too.
beforeAll(async () => {
  site = await openFaultySite()
}, OPEN_MS)
afterAll(() => site?.end())

const bursts = async (rounds: number): Promise<Answer[]> => {
  const answers: Answer[] = []
  for (let round = 0; round < rounds; round += 1) answers.push(...(await Promise.all(Array.from({ length: CALLERS }, site.sign))))
  return answers
}

/** The first card says what was not assessed, and which of the two it was: begun in vain, or never begun. */
const WHY = /^200 Not assessed: .*this part of the record (?:did not come in time|could not be read)$/

it.each(SLOW)(
  `%s: ${CALLERS} calls at once each say what was not read, none waits for the server, and no socket stays`,
  async (name, handler) => {
    site.meets(null)
    const well = await bursts(2)
    const before = await site.atRest()
    site.meets(handler)
    const answers = await bursts(ROUNDS)
    const seen = site.seen()
    site.meets(null)
    const after = await site.atRest()
    const timesOf = (all: readonly Answer[]): number[] => all.map(({ ms }) => ms)
    const [wellMs, times] = [timesOf(well), timesOf(answers)]
    const summaries = answers.map(({ status, text }) => `${status} ${JSON.parse(text).cards?.[0]?.summary}`)
    console.log(
      `${name}: ${answers.length} calls, ${CALLERS} at once, at a budget of ${BUDGET_MS} ms: p50 ${percentile(times, 0.5)} ms, slowest ${percentile(times, 1)} ms ` +
        `(of a server that is well p50 ${percentile(wellMs, 0.5)}, slowest ${percentile(wellMs, 1)}); ${seen.bad} slow reads; sockets ${before.atServer}, then ${after.atServer}; ` +
        [...new Set(summaries)].join(' '),
    )
    expect(summaries.filter((summary) => !WHY.test(summary))).toEqual([])
    // Each read was given up at the budget: none lasted until the server had answered it whole, and no call so long.
    expect(seen.bad).toBeGreaterThan(0)
    expect(seen.whole).toBe(0)
    expect(times.filter((ms) => ms >= LATE_MS)).toEqual([])
    expect(after.atServer).toBeLessThanOrEqual(before.atServer)
    await expect.poll(async () => (await site.sign()).text, { timeout: 60_000, interval: 1_000 }).toContain('Avoid clopidogrel')
  },
  300_000,
)
