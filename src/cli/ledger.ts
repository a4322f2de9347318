import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { UnknownKeyError } from '../ledger/heads.ts'
import { headsFileOf, openLedger, openToVerify, readPublicKeys } from '../ledger/ledger.ts'
import { readPublicKeysFile } from '../ledger/public-keys.ts'
import type { Verified } from '../ledger/verify.ts'
import { configFor } from './ledger-place.ts'
import { printJson, progress, say, UsageError, type Verb, type VerbInput } from './verb.ts'

const textOf = (value: VerbInput['values'][string]): string | undefined => (typeof value === 'string' ? value : undefined)

/** Named, or where the server writes it; what is named must be there. */
const headsFor = (config: Config, { values }: VerbInput): string | null => {
  const named = textOf(values.heads)
  if (named !== undefined && !existsSync(named)) throw new UsageError(`There is no heads file ${named}.`)
  if (named !== undefined) return resolve(named)
  const own = headsFileOf(config)
  return existsSync(own) ? own : null
}

const STEP = 10_000

const teller = () => {
  let next = STEP
  return (entries: number): void => {
    if (entries < next) return
    next = entries + STEP
    progress(`${entries} entries …`)
  }
}

const s = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

const remarksOn = ({ heads, unsigned, entries }: Verified): string[] => [
  ...(heads.inDatabase === 0 ? ['No signed end: nothing outside of the chain vouches for it.'] : []),
  ...(heads.inDatabase > 0 && unsigned > 0
    ? [`${s(unsigned, 'entry is', 'entries are')} newer than the last signed end (entry ${heads.signedUpTo} of ${entries}).`]
    : []),
  ...(heads.inFile !== null && heads.inFile < heads.inDatabase
    ? [
        `The heads file holds ${heads.inFile} of ${s(heads.inDatabase, 'signed end', 'signed ends')}: lines are missing from it, or it was begun later. Of ends that only the database tells, nothing outside of it vouches.`,
      ]
    : []),
  ...(heads.inFile === null ? ['No heads file: if the end of the chain was cut off, signed ends and all, it was not found.'] : []),
]

const wordsOf = (found: Verified): string[] => [
  `${s(found.entries, 'entry', 'entries')}, ${s(found.decisions, 'decision', 'decisions')} kept, ${found.removed} removed by retention, ${found.erased} erased on request, ${s(found.heads.inDatabase, 'signed end', 'signed ends')}${found.heads.inFile === null ? '' : `, ${found.heads.inFile} in the heads file`}.`,
  ...remarksOn(found),
  ...found.faults.map(({ entry, what, because }) => `  ${entry === null ? 'somewhere' : `entry ${entry}`}, ${what}: ${because}`),
  found.state === 'intact' ? 'The ledger is intact.' : `The ledger is BROKEN: ${s(found.faults.length, 'fault', 'faults')}.`,
]

const verify = async (input: VerbInput): Promise<number> => {
  const config = configFor(input)
  const keys = textOf(input.values.keys)
  const trusted = keys === undefined ? await readPublicKeys(config) : readPublicKeysFile(keys)
  const headsFile = headsFor(config, input)
  const ledger = await openToVerify(config)
  try {
    const found = await ledger.verify({ trusted, headsFile, onProgress: teller() })
    if (input.values.json) printJson({ ...found, remarks: remarksOn(found) })
    else for (const line of wordsOf(found)) say(line)
    return found.state === 'intact' ? 0 : 1
  } finally {
    await ledger.close()
  }
}

const keys = async (input: VerbInput): Promise<number> => {
  for (const one of await readPublicKeys(configFor(input))) say(JSON.stringify(one))
  return 0
}

/** The chain takes a new signature only from a key that the one before vouches for. */
const sayKeyIsMissing = (error: unknown): never => {
  if (!(error instanceof UnknownKeyError)) throw error
  throw new AttuneError(
    'ledger-failed',
    `${error.message}: nothing was changed from there on. Restore the file of signing keys from the time of this ledger (docs/operations.md, section 3)`,
    { cause: error },
  )
}

const withLedger = async (input: VerbInput, work: (ledger: Awaited<ReturnType<typeof openLedger>>) => Promise<number>): Promise<number> => {
  const ledger = await openLedger(configFor(input))
  try {
    return await work(ledger).catch(sayKeyIsMissing)
  } finally {
    await ledger.close()
  }
}

const rekey = (input: VerbInput): Promise<number> =>
  withLedger(input, async ({ evidence }) => {
    const done = await evidence.rekey(({ changed, kept }) => progress(`${changed + kept} ciphertexts …`))
    if (input.values.json) printJson(done)
    else
      say(
        `${s(done.changed, 'ciphertext', 'ciphertexts')} encrypted anew, ${done.kept} were under the newest key already, ${done.unreadable} could not be opened and are as they were.`,
      )
    return done.unreadable === 0 ? 0 : 1
  })

const prune = (input: VerbInput): Promise<number> =>
  withLedger(input, async ({ evidence }) => {
    const removed = await evidence.forget()
    if (input.values.json) printJson(removed)
    else
      say(
        `Removed the content of ${removed.decisions} entries of decisions, ${removed.reviews} of reviews, and ${removed.inputs} kept inputs.`,
      )
    return 0
  })

/** Who it is never stands in the arguments, which every user of the machine can read. */
const readId = async (): Promise<string> => {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  const id = text.trim()
  if (!/^[A-Za-z0-9.-]{1,64}$/.test(id)) throw new UsageError('Give the FHIR id of one patient on the standard input.')
  return id
}

/** Calls that named no FHIR server were recorded under the bare id. */
const keysFor = async (
  { values }: VerbInput,
  tenant: string,
  { patientKey }: Pick<Awaited<ReturnType<typeof openLedger>>, 'patientKey'>,
): Promise<string[]> => {
  const [given, base] = [textOf(values['patient-key']), textOf(values['fhir-server'])]
  if ((given === undefined) === (base === undefined))
    throw new UsageError('Name --patient-key, or --fhir-server and give the id on the standard input.')
  if (given !== undefined) return [given]
  const id = await readId()
  return [patientKey(tenant, base ?? null, id), ...(values['bare-id'] ? [patientKey(tenant, null, id)] : [])]
}

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([kind, n]) => `${n} of kind ${kind}`)
    .join(', ')

const erase = (input: VerbInput): Promise<number> => {
  const { values } = input
  const [tenant, because] = [textOf(values.tenant), textOf(values.because)]
  if (tenant === undefined) throw new UsageError('Name the tenant.')
  if (values.confirm && because === undefined)
    throw new UsageError('Say why with --because; it is kept for ever, so name no patient in it.')
  return withLedger(input, async (opened) => {
    const of = { tenant, patientKeys: await keysFor(input, tenant, opened) }
    const done = values.confirm ? await opened.evidence.erase(of, because ?? '') : await opened.evidence.countOf(of)
    const none = Object.values(done).every((n) => n === 0)
    if (values.json) printJson({ erased: values.confirm === true, entries: done })
    else if (none) say('The ledger holds nothing of this patient.')
    else
      say(
        values.confirm
          ? `Erased the content of entries: ${counted(done)}.`
          : `It would erase entries: ${counted(done)}. Say --confirm to do it.`,
      )
    return 0
  })
}

const ACTIONS: Readonly<Record<string, (input: VerbInput) => Promise<number>>> = { verify, keys, rekey, prune, erase }

const NAMES = Object.keys(ACTIONS).join(', ')

export const ledger: Verb = {
  name: 'ledger',
  summary: 'Check the ledger, print its public keys, encrypt it under the newest key, remove what is too old, or all of one patient',
  usage: `attune ledger verify [--heads FILE] [--keys FILE] [--data DIR | --database URL] [--json]
       attune ledger keys   [--data DIR]                     (public keys, one JSON object a line)
       attune ledger rekey  [--data DIR | --database URL] [--json]
       attune ledger prune  [--data DIR | --database URL] [--json]
       attune ledger erase --tenant NAME (--patient-key KEY | --fhir-server BASE [--bare-id] < FILE-WITH-ID)
                           [--because TEXT --confirm] [--data DIR | --database URL] [--json]

The place is that of the server's own configuration unless it is named. An embedded ledger can be opened while no server uses it.
erase only counts until --confirm is said; --bare-id takes records of calls that named no FHIR server as well.
verify ends with status 1 when anything is not as it was written (docs/ledger.md).`,
  options: {
    data: { type: 'string' },
    database: { type: 'string' },
    heads: { type: 'string' },
    keys: { type: 'string' },
    tenant: { type: 'string' },
    'patient-key': { type: 'string' },
    'fhir-server': { type: 'string' },
    'bare-id': { type: 'boolean' },
    because: { type: 'string' },
    confirm: { type: 'boolean' },
  },
  run: async (input) => {
    const [name, ...rest] = input.positionals
    const action = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (!action || rest.length > 0) throw new UsageError(`Name one of ${NAMES}.`)
    return action(input)
  },
}
