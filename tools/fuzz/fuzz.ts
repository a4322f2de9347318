/**
 * `npm run fuzz`: hostile requests by the thousand at a real server in a process of its own. Each must be answered 200 or 4xx (502 where the
 * EHR answers nonsense), without a stack, a patient's name or what was sent in an error or in the log, and must not hold the event loop for
 * 200 ms; over the run memory must not grow. A failing case is told by its seed and by the names of what was changed, never by its content.
 *
 * How it can mislead: other work on the machine makes every process stand still, so a stall is never told longer than the time that the
 * thread computed, and counts when the same request brings it in each of four tries (waiting for a disk is therefore not seen); requests come one after another, so nothing here speaks of load.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { OPEN_TO_ALL } from '../bench/server.ts'
import { makeJudge } from './judge.ts'
import { corpus, type Kind, mutated, records, tokens } from './kinds.ts'
import { placesOf } from './mutations.ts'
import { startRecordServer } from './record-server.ts'
import { runKind, type Tally } from './run-kind.ts'
import { startServer } from './server.ts'
import { makeSigner } from './signer.ts'
import { makeSummary } from './summary.ts'
import { apiTargets, charts, feedbackTarget, hookTargets, patientWords } from './targets.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '120' },
    patients: { type: 'string', default: '6' },
    only: { type: 'string' },
  },
})
const [cases, seed, minutes, patients] = [values.cases, values.seed, values.minutes, values.patients].map(Number) as [
  number,
  number,
  number,
  number,
]
if (![cases, seed, minutes, patients].every((value) => Number.isFinite(value) && value > 0))
  throw new Error('--cases, --seed, --minutes and --patients take numbers above 0')
const until = Date.now() + minutes * 60_000

/** Of all cases, how many are of each kind. */
const SHARES: Readonly<Record<string, number>> = { calls: 0.55, records: 0.15, api: 0.15, feedback: 0.05, 'tokens and headers': 0.1 }

type Models = readonly { readonly id: string; readonly features?: readonly { readonly name: string }[] }[]

/** Models with some inputs, for what-if questions. */
const modelsOf = async (base: string) => {
  const { models } = (await (await fetch(`${base}/api/models`)).json()) as { models: Models }
  return models
    .slice(0, 6)
    .map(({ id, features = [] }) => ({ id, inputs: Object.fromEntries(features.slice(0, 6).map(({ name }) => [name, 50])) }))
}

const runOn = async (config: object, kindsOf: (base: string) => Promise<readonly Kind[]>): Promise<Tally[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-fuzz-'))
  const server = await startServer(folder, config)
  const judge = makeJudge(server, patientWords())
  try {
    const tallies: Tally[] = []
    for (const kind of await kindsOf(server.base)) {
      if (values.only !== undefined && kind.name !== values.only) continue
      console.log(`${kind.name}:`)
      const most = kind.count ?? Math.ceil(cases * (values.only === undefined ? (SHARES[kind.name] ?? 0) : 1))
      tallies.push(await runKind(kind, { cases: most, seed, until, judge, server }))
      if (server.child.exitCode !== null) break
    }
    if ((await fetch(`${server.base}/readyz`)).status !== 200) throw new Error('the server is not well after the run')
    return tallies
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const ehr = await startRecordServer()
const signer = makeSigner(ehr)
const hooks = hookTargets(patients)
const given = charts(patients)
const [first] = given

/** No case is to be answered 429. */
const limits = { requestsPerMinute: 1e8, tenantRequestsPerMinute: 1e8, failedSignInsPerMinute: 1e8 }
const open = {
  ...OPEN_TO_ALL,
  limits,
  clients: [{ id: 'anonymous', fhirServers: [ehr.fhir] }],
  network: { allowHttp: true, allowPrivateAddresses: true },
}
const tallies = await runOn(open, async (base) => [
  corpus([hooks[1], feedbackTarget()].filter((target) => target !== undefined)),
  mutated('calls', hooks),
  mutated('feedback', [feedbackTarget()]),
  mutated('api', apiTargets(ehr.fhir, first?.patient ?? '', await modelsOf(base))),
  records(
    given,
    given.map(({ resources }) => placesOf(resources)),
    ehr,
  ),
])

const { auth: _open, ...rest } = open
const hospital = {
  ...rest,
  auth: 'required',
  clients: [{ id: 'ehr', iss: signer.issuer, jku: signer.jku, algorithms: ['ES384'], fhirServers: [ehr.fhir] }],
}
if (values.only === undefined || values.only === 'tokens and headers')
  tallies.push(
    ...(await runOn(hospital, async (base) => [
      tokens(hooks[1] as (typeof hooks)[number], (change, broken) => signer.sign(`${base}${hooks[1]?.path}`, change, broken)),
    ])),
  )
ehr.stop()

const { text, failed } = makeSummary(tallies)
console.log(`\n${text}`)
process.exitCode = failed ? 1 : 0
