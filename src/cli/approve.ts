import { existsSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Approval, approve as approveVersion, type Subject } from '../approvals/approval.ts'
import { modelsVersion } from '../approvals/models-version.ts'
import { requireApproved } from '../approvals/require-approved.ts'
import { type Config, readConfig } from '../config.ts'
import { loadThinking } from '../engine.ts'
import { AttuneError } from '../errors.ts'
import { readKey } from '../ledger/key-file.ts'
import { makeSigner } from '../ledger/signing.ts'
import { projectRoot } from '../project-root.ts'
import { printJson, say, UsageError, type Verb, type VerbInput } from './verb.ts'

const textOf = (value: VerbInput['values'][string]): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** The folders of the configuration, or those that are named: rules can be signed before a server is told to load them. */
const configOf = ({ values }: VerbInput): Config => {
  const config = readConfig(process.env, projectRoot)
  const [rules, models] = [textOf(values.rules), textOf(values.models)]
  return {
    ...config,
    rulesDir: rules === null ? config.rulesDir : resolve(rules),
    modelsDir: models === null ? config.modelsDir : resolve(models),
  }
}

/** Only what a server would load can be approved: both folders pass every check first. */
const versionsOf = async (config: Config): Promise<readonly (readonly [Subject, string])[]> => {
  const { kit, versions } = await loadThinking({ ...config, badModels: 'stop', retention: { ...config.retention, storeInputs: false } })
  await kit.models.close()
  return [
    ['rules', versions.rules],
    ['models', await modelsVersion(config.modelsDir)],
  ]
}

/** Who withdraws an approval by hand may leave the last line without its end. */
const addLine = async (path: string, line: string): Promise<void> => {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new AttuneError('input-unreadable', `the approvals ${path} cannot be read (${error.code})`, { cause: error })
  })
  await appendFile(path, `${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n`)
}

/** @throws UsageError where the file is there already: whoever loses a key loses what it stands for */
const makeKey = async (path: string): Promise<number> => {
  if (existsSync(path)) throw new UsageError(`${path} is there already.`)
  say(JSON.stringify(await makeSigner(readKey(path, 'key', true), 'approval').publicKeys()))
  return 0
}

const sign = async (config: Config, keyFile: string, { values, positionals }: VerbInput): Promise<number> => {
  const by = textOf(values.by)
  if (by === null) throw new UsageError('Say who approves, with --by NAME.')
  const file = textOf(values.to) ?? config.approvals.file ?? null
  if (file === null) throw new UsageError('Say where approvals are kept: `approvals.file` of the configuration, or --to FILE.')
  const unknown = positionals.find((what) => what !== 'rules' && what !== 'models')
  if (unknown !== undefined) throw new UsageError(`"${unknown}" cannot be approved: say rules, models, or nothing for both.`)
  const signer = makeSigner(readKey(resolve(keyFile), 'key', false), 'approval')
  const asked = (await versionsOf(config)).filter(([what]) => positionals.length === 0 || positionals.includes(what))
  const at = new Date().toISOString()
  for (const [what, version] of asked) {
    const approval = await approveVersion(signer, { what, version, by, at })
    await addLine(resolve(file), JSON.stringify(approval))
    if (values.json) printJson(approval)
    else say(`Approved by ${by} with key ${signer.id}: ${what} ${version}`)
  }
  return 0
}

type Standing = {
  readonly what: Subject
  readonly version: string
  readonly approvals: readonly Approval[] | null
  readonly problem: string | null
}

const standingOf = async (config: Config, what: Subject, version: string): Promise<Standing> => {
  try {
    const approvals = await requireApproved(config, what, version)
    return { what, version, approvals: approvals?.map(({ by, at, key }) => ({ what, version, by, at, key })) ?? null, problem: null }
  } catch (error) {
    if (error instanceof AttuneError && error.code !== 'config-invalid') return { what, version, approvals: [], problem: error.detail }
    throw error
  }
}

const wordsOf = ({ what, version, approvals, problem }: Standing): string => {
  if (problem !== null) return `NOT APPROVED: ${problem}.`
  if (approvals === null) return `${what} ${version}: no approval is needed, because approvals.signers names nobody.`
  return `${what} ${version}: approved by ${approvals.map(({ by, at, key }) => `${by} on ${at.slice(0, 10)} (key ${key})`).join(', ')}.`
}

const check = async (config: Config, json: boolean): Promise<number> => {
  const standings: Standing[] = []
  for (const [what, version] of await versionsOf(config)) standings.push(await standingOf(config, what, version))
  if (json) printJson(standings)
  else for (const standing of standings) say(wordsOf(standing))
  return standings.every(({ problem }) => problem === null) ? 0 : 1
}

/** `attune approve`: what a site's own people sign for before it may speak to prescribers (docs/operations-changes.md). */
export const approve: Verb = {
  name: 'approve',
  summary: 'Sign for the rules and models of this configuration, or say whether they are approved',
  usage: [
    'attune approve --make-key FILE                     make the key of one signer (mode 0600); prints its public half',
    'attune approve [rules] [models] --key FILE --by NAME [--to FILE] [--rules FOLDER] [--models FOLDER] [--json]',
    'attune approve --check [--rules FOLDER] [--models FOLDER] [--json]     exit status 1 when something is not approved',
  ].join('\n       '),
  options: {
    'make-key': { type: 'string' },
    key: { type: 'string' },
    by: { type: 'string' },
    to: { type: 'string' },
    rules: { type: 'string' },
    models: { type: 'string' },
    check: { type: 'boolean' },
  },
  run: async (input) => {
    const [fresh, key] = [textOf(input.values['make-key']), textOf(input.values.key)]
    if (fresh !== null) return makeKey(resolve(fresh))
    const config = configOf(input)
    if (input.values.check === true) return check(config, input.values.json === true)
    if (key === null) throw new UsageError('Say --make-key FILE, --key FILE or --check.')
    return sign(config, key, input)
  },
}
