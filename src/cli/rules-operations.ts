import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { SERVICES } from '../../cds-services/registry.ts'
import type { Config } from '../config.ts'
import type { PracticeSwitch, SwitchKind, SwitchUse } from '../contract/switches.ts'
import { AttuneError } from '../errors.ts'
import { loadKnowledge } from '../guidance/load-knowledge.ts'
import { rowsOf } from '../guidance/switch-rows.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { leaveRequest, type Request } from '../reload/inbox.ts'
import { checkKept, folderMeant, keptRules } from '../reload/kept-rules.ts'
import { siteConfig, withLedger } from './models/open-store.ts'
import { printJson, progress, say, UsageError, type VerbInput } from './verb.ts'

const LONGEST = 300
const PATIENCE_MS = 15_000

const oneLine = (text: unknown): string => (typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : '')

const byOf = ({ values }: VerbInput): string => oneLine(values.by).slice(0, 100) || userInfo().username

const reasonOf = ({ values }: VerbInput): string => {
  const because = oneLine(values.because)
  if (because === '') throw new UsageError('Say why with --because: it is kept, and stands in the answer.')
  if (because.length > LONGEST) throw new UsageError(`--because is longer than ${LONGEST} characters.`)
  return because
}

/** @throws UsageError for a tenant of no client */
export const tenantOf = ({ values }: VerbInput, { clients }: Config): string | null => {
  const tenant = oneLine(values.tenant)
  if (tenant === '') return null
  const known = [...new Set(clients.map((client) => client.tenant))]
  if (!known.includes(tenant)) throw new UsageError(`There is no tenant "${tenant}". Known: ${known.join(', ') || 'none'}.`)
  return tenant
}

const HELD = 'A running server holds the embedded ledger; waiting until it takes the request.'
const AWAY =
  "The ledger's database is away. Left in the data folder: a server that runs on it obeys within seconds, and writes it down later."

const leave = async (request: Request, dataDir: string, why: string): Promise<string | null> => {
  const isTaken = leaveRequest(dataDir, request)
  progress(why)
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await wait(200)) if (isTaken()) return 'taken by the running server'
  progress('It is not written down yet. That happens when a server next looks and can; see /readyz.')
  return null
}

/** Hands a request to the servers: written to the ledger, or left for the one that holds it. Null when nobody has it yet. */
const hand = async (request: Request, config: Config, write: (ledger: Ledger) => Promise<void>): Promise<string | null> => {
  let where: string | null = config.databaseUrl === null ? 'no server is running' : 'running servers follow within seconds'
  await withLedger(
    config,
    async (ledger) => {
      try {
        await write(ledger)
      } catch (error) {
        if (!(error instanceof AttuneError) || error.code !== 'ledger-failed') throw error
        where = await leave(request, config.dataDir, AWAY)
      }
      return 0
    },
    async () => {
      where = await leave(request, config.dataDir, HELD)
      return 0
    },
  )
  return where
}

const USES: Readonly<Record<SwitchUse, string>> = { on: 'is on', off: 'is switched off', shadow: 'runs in the shadow' }

const turn = async (input: VerbInput, kind: SwitchKind, subject: string, use: SwitchUse, config: Config): Promise<number> => {
  const tenant = tenantOf(input, config)
  const one: PracticeSwitch = {
    kind,
    subject,
    tenant,
    use,
    at: new Date().toISOString(),
    by: byOf(input),
    because: reasonOf(input),
  }
  const where = await hand(one, config, ({ practice }) => practice.turn(one))
  if (where === null) return 1
  if (input.values.json === true) printJson({ ...one, where })
  else {
    const name = subject === '' ? 'The site' : `${kind} ${subject}`
    say(`${name} ${USES[use]} for ${tenant === null ? 'every tenant' : `tenant ${tenant}`} (${where}). By ${one.by}: ${one.because}`)
  }
  return 0
}

/** `attune rules off|on|shadow`: a row by its id, or a drug and a gene. */
export const turnRule =
  (use: SwitchUse) =>
  (input: VerbInput): Promise<number> => {
    const config = siteConfig()
    const subject = input.positionals.join(' ')
    if (input.positionals.length < 1 || input.positionals.length > 2) throw new UsageError('Name a row by its id, or a drug and a gene.')
    reasonOf(input)
    if (use !== 'on' && rowsOf(subject, loadKnowledge(config.rulesDir)).length === 0)
      throw new UsageError(`The rules of ${config.rulesDir} have no row "${subject}", and no advice on such a drug and gene.`)
    return turn(input, 'rule', subject, use, config)
  }

/** `attune shadow on|off`: a whole site, or one service. */
export const turnShadow = (input: VerbInput): Promise<number> => {
  const [how, ...more] = input.positionals
  if ((how !== 'on' && how !== 'off') || more.length > 0) throw new UsageError('Say on or off.')
  const service = oneLine(input.values.service)
  const known = SERVICES.map(({ id }) => id)
  if (service !== '' && !known.includes(service)) throw new UsageError(`There is no service "${service}". Known: ${known.join(', ')}.`)
  return turn(input, service === '' ? 'site' : 'service', service, how === 'on' ? 'shadow' : 'on', siteConfig())
}

/** `attune rules reload`: checked here first, so that whoever asks sees what is wrong. */
export const reloadRules = async (input: VerbInput): Promise<number> => {
  if (input.positionals.length > 0) throw new UsageError('Name a folder with --from.')
  const config = siteConfig()
  const from = oneLine(input.values.from)
  return orderRules(input, config, from === '' ? null : folderMeant(from, config.dataDir) === from ? resolve(from) : from)
}

const orderRules = async (input: VerbInput, config: Config, folder: string | null): Promise<number> => {
  const meant = folder === null ? config.rulesDir : folderMeant(folder, config.dataDir)
  await checkKept(meant, config.dataDir)
  const { version } = loadKnowledge(meant, config.drugMap)
  const order = { folder, at: new Date().toISOString(), by: byOf(input) }
  const where = await hand(order, config, ({ practice }) => practice.orderRules(order))
  if (where === null) return 1
  if (input.values.json === true) printJson({ ...order, version, where })
  else say(`Rules ${version} of ${folder ?? config.rulesDir} are ordered (${where}). /readyz names the version that answers.`)
  return 0
}

/** `attune rules back`: those that answered before the ones that answer now. */
export const backToRules = async (input: VerbInput): Promise<number> => {
  if (input.positionals.length > 0) throw new UsageError('Nothing is named here: the rules of before are meant.')
  const config = siteConfig()
  const [, before] = await keptRules(config.dataDir)
  if (before === undefined)
    throw new UsageError(`No rules of before are kept in ${config.dataDir}. Name their folder: attune rules reload --from FOLDER.`)
  return orderRules(input, config, before.name)
}

/** `attune rules kept`: most recently used first. */
export const listKeptRules = async (input: VerbInput): Promise<number> => {
  const { dataDir, drugMap } = siteConfig()
  const kept = (await keptRules(dataDir)).map(({ name, folder, used }) => {
    return { name, version: loadKnowledge(folder, drugMap).version, used: used.toISOString() }
  })
  if (input.values.json === true) printJson(kept)
  else for (const { name, version, used } of kept) say(`${name}  ${used}  ${version}`)
  return 0
}
