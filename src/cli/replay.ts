import { type Config, readConfig } from '../config.ts'
import type { DecisionRecord } from '../contract/decision.ts'
import { loadThinking, type Thinking, VERSION } from '../engine.ts'
import { AttuneError } from '../errors.ts'
import { type KeptCall, unpackInputs } from '../kept-inputs.ts'
import { canonicalJson } from '../ledger/canonical.ts'
import type { StoredInputs } from '../ledger/inputs.ts'
import { type Ledger, openLedger } from '../ledger/ledger.ts'
import type { StoredDecision } from '../ledger/stored-decisions.ts'
import { projectRoot } from '../project-root.ts'
import { differences, unequalMembers } from './replay/compare.ts'
import { type Library, openLibrary } from './replay/knowledge-of.ts'
import { keptStance, type MadeAgain, makeAgain } from './replay/make-again.ts'
import { printJson, progress, say, UsageError, type Verb, type VerbInput } from './verb.ts'

/** How the replay of one decision ended. */
type Replayed = {
  readonly id: string
  readonly at: string
  readonly service: string
  /** `equal`: to the byte, estimates included. `refused`: it cannot be made again, and it is said why. */
  readonly state: 'equal' | 'differs' | 'refused'
  readonly because: string | null
  /** What would differ with the rules, models and settings of today; null where that was not looked at. */
  readonly today: readonly string[] | null
}

type Bench = { readonly ledger: Ledger; readonly library: Library; readonly config: Config; readonly today: Thinking }

const NO_INPUTS: Readonly<Record<Exclude<StoredInputs['state'], 'kept'>, string>> = {
  'not-kept': 'its inputs were not kept (retention.storeInputs was off)',
  removed: 'its inputs were removed (retention.inputDays)',
  'key-missing': 'its inputs are encrypted under a key that is not in ledger.boxKeyFile',
  unreadable: 'its inputs do not open: they were changed, or belong to another decision (attune ledger verify)',
}

class Refusal extends Error {}

const readCall = async ({ id, tenant }: StoredDecision, ledger: Ledger): Promise<KeptCall> => {
  const inputs = await ledger.inputsOf(id, tenant)
  if (inputs.state !== 'kept') throw new Refusal(NO_INPUTS[inputs.state])
  return unpackInputs(inputs.content)
}

const ofVersions = ({ attune, rules, models }: DecisionRecord['versions']): string => canonicalJson({ attune, rules, models })

/** What was loaded must be what the record names: else a replay would compare with something else. */
const refuseOtherVersions = (record: DecisionRecord, { versions }: Thinking): void => {
  const { attune } = record.versions
  if (attune !== VERSION) throw new Refusal(`it was made by Attune ${attune}, and this is ${VERSION}: run attune replay of that release`)
  if (ofVersions(record.versions) !== ofVersions(versions))
    throw new Refusal(`it was made with rules ${record.versions.rules} and models that are other than those loaded (${versions.rules})`)
}

const refuseOtherKey = (record: DecisionRecord, again: MadeAgain): void => {
  if (record.patientKey !== again.decision.patientKey) throw new Refusal('the pseudonym key is another one than at that time')
}

/** The same call under the rules, models and settings of today, with nothing switched; addresses are those of that time. */
const makeToday = (call: KeptCall, { config, today, ledger }: Bench): Promise<MadeAgain> =>
  makeAgain(call, {
    config: { ...config, publicUrl: call.settings.publicUrl, mode: call.settings.mode },
    thinking: today,
    ledger,
    stance: { inShadow: () => null, rules: [], switches: [] },
  })

const compare = async (
  stored: StoredDecision,
  record: DecisionRecord,
  bench: Bench,
): Promise<Pick<Replayed, 'state' | 'because' | 'today'>> => {
  const call = await readCall(stored, bench.ledger)
  const { config, thinking } = await bench.library.of(call)
  refuseOtherVersions(record, thinking)
  const again = await makeAgain(call, { config, thinking, ledger: bench.ledger, stance: keptStance(call) })
  refuseOtherKey(record, again)
  const today = differences(again, await makeToday(call, bench))
  if (canonicalJson(again.decision) !== stored.record)
    return { state: 'differs', because: `other than stored: ${unequalMembers(record, again.decision).join(', ')}`, today }
  const sealed = await bench.ledger.decisions.isSealed(stored, again.decision, again.estimates)
  return sealed ? { state: 'equal', because: null, today } : { state: 'differs', because: 'other than stored: estimates', today }
}

const replayOne = async (stored: StoredDecision, bench: Bench): Promise<Replayed> => {
  const record = JSON.parse(stored.record) as DecisionRecord // written by us
  const { id, at, service } = record
  try {
    return { id, at, service, ...(await compare(stored, record, bench)) }
  } catch (error) {
    if (error instanceof Refusal) return { id, at, service, state: 'refused', because: error.message, today: null }
    if (error instanceof AttuneError) return { id, at, service, state: 'refused', because: error.detail, today: null }
    throw error
  }
}

const PAGE = 20

async function* wanted(input: VerbInput, { decisions }: Ledger): AsyncGenerator<StoredDecision> {
  const [id] = input.positionals
  if (id !== undefined) {
    const stored = await decisions.find(id)
    if (!stored) throw new AttuneError('input-unreadable', `the ledger has no decision ${id}`)
    yield stored
    return
  }
  const since = typeof input.values.since === 'string' ? new Date(input.values.since).toISOString() : null
  for (let after = 0; ; ) {
    const page = await decisions.page(after, since, PAGE)
    yield* page
    after = page.at(-1)?.seq ?? after
    if (page.length < PAGE) return
  }
}

const linesOf = ({ id, at, service, state, because, today }: Replayed): string[] => [
  `${id}  ${at}  ${service}`,
  `  ${state === 'equal' ? 'made again, equal to the byte' : state === 'differs' ? `made again, NOT equal: ${because}` : `cannot be made again: ${because}`}`,
  ...(today === null ? [] : today.length === 0 ? ['  today: the same'] : ['  today:', ...today.map((line) => `    ${line}`)]),
]

type Sum = { decisions: number; equal: number; differs: number; refused: number; otherToday: number; reasons: Record<string, number> }

const add = (sum: Sum, { state, because, today }: Replayed): void => {
  sum.decisions += 1
  sum[state] += 1
  if (today !== null && today.length > 0) sum.otherToday += 1
  if (because !== null) sum.reasons[because] = (sum.reasons[because] ?? 0) + 1
}

const sayable = (sum: Sum): string[] => [
  `${sum.decisions} decisions: ${sum.equal} equal to the byte, ${sum.differs} not equal, ${sum.refused} cannot be made again; ${sum.otherToday} would be other today.`,
  ...Object.entries(sum.reasons).map(([because, n]) => `  ${n}: ${because}`),
]

/** One decision is told whole; of many those that say something. */
const isWorthALine = ({ state, today }: Replayed): boolean => state === 'differs' || (today !== null && today.length > 0)

const textOf = (value: VerbInput['values'][string]): string | undefined => (typeof value === 'string' ? value : undefined)

const checkUse = ({ positionals, values }: VerbInput): void => {
  const ways = [positionals.length > 0, values.since !== undefined, values.all === true].filter(Boolean).length
  if (ways !== 1 || positionals.length > 1) throw new UsageError('Name one decision, or --since a day, or --all.')
  if (typeof values.since === 'string' && Number.isNaN(Date.parse(values.since))) throw new UsageError(`${values.since} is no date.`)
}

const runAll = async (input: VerbInput, bench: Bench): Promise<number> => {
  const sum: Sum = { decisions: 0, equal: 0, differs: 0, refused: 0, otherToday: 0, reasons: {} }
  const one = input.positionals.length > 0
  const told: Replayed[] = []
  for await (const stored of wanted(input, bench.ledger)) {
    const replayed = await replayOne(stored, bench)
    add(sum, replayed)
    if (!one && !isWorthALine(replayed)) continue
    if (input.values.json) told.push(replayed)
    else for (const line of linesOf(replayed)) say(line)
    if (sum.decisions % 100 === 0) progress(`${sum.decisions} decisions …`)
  }
  if (input.values.json) printJson(one ? told[0] : { ...sum, told })
  else if (!one) for (const line of sayable(sum)) say(line)
  return sum.differs > 0 || (sum.equal === 0 && sum.decisions > 0) ? 1 : 0
}

const run = async (input: VerbInput): Promise<number> => {
  checkUse(input)
  const config = readConfig(process.env, projectRoot)
  const ledger = await openLedger(config)
  const library = openLibrary(config, { rules: textOf(input.values.rules), models: textOf(input.values.models) })
  try {
    const today = await loadThinking({ ...config, retention: { ...config.retention, storeInputs: false } })
    try {
      return await runAll(input, { ledger, library, config, today })
    } finally {
      await today.kit.models.close()
    }
  } finally {
    await library.close()
    await ledger.close()
  }
}

export const replay: Verb = {
  name: 'replay',
  summary: 'Make stored decisions again with the rules and models of their time, and say what would differ today',
  usage: `attune replay ID | --since DATE | --all [--rules DIR] [--models DIR] [--json]

Needs the inputs of the decision (retention.storeInputs) and its rules and models: from the archive, or from the folders that are named.
An embedded ledger can be opened while no server uses it. Exit status 1: a decision is not equal, or none could be made again.`,
  options: { since: { type: 'string' }, all: { type: 'boolean' }, rules: { type: 'string' }, models: { type: 'string' } },
  run,
}
