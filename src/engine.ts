import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceKit } from '../cds-services/pgx/kit.ts'
import { explainProfile, restingOn, seenOf } from '../cds-services/profile/background.ts'
import { consultProfile } from '../cds-services/profile/consult.ts'
import { PROFILE_PARTS, PROFILE_QUESTIONS, SHOWN_ONLY } from '../cds-services/profile/questions.ts'
import { SERVICES } from '../cds-services/registry.ts'
import { modelsVersion } from './approvals/models-version.ts'
import { requireApproved } from './approvals/require-approved.ts'
import { writePanelWords } from './cards/panel-words.ts'
import { reviewFlags } from './cards/review-flags.ts'
import { readWording } from './cards/wording.ts'
import { type ClientConfig, CONFIG_SCHEMAS, type Config, readConfig } from './config.ts'
import type { CardsResponse } from './contract/cards.ts'
import type { DecisionRecord } from './contract/decision.ts'
import type { Explained } from './contract/explained.ts'
import type { GuidanceSource } from './contract/findings.ts'
import type { AnsweredCall } from './contract/monitoring.ts'
import type { InShadow } from './contract/switches.ts'
import { type CgmRules, readCgmRules } from './devices/cgm-rules.ts'
import { summariseDevices } from './devices/summarise-devices.ts'
import { AttuneError } from './errors.ts'
import type { FactsTerms } from './facts/read-facts.ts'
import { type FhirClient, makeFhirClient } from './fhir/fhir-client.ts'
import { makeOutbound, type Outbound } from './fhir/outbound.ts'
import type { TerminologyServer } from './fhir/terminology-server.ts'
import { type CheckedRules, indexKnowledge, loadKnowledge } from './guidance/load-knowledge.ts'
import type { Knowledge } from './guidance/rules.ts'
import { type RuleSwitch, withSwitched } from './guidance/switch-rows.ts'
import type { HookRequest } from './hooks/request.ts'
import type { CdsService } from './hooks/service.ts'
import { type KeptSettings, packInputs } from './kept-inputs.ts'
import { type ArchiveRefs, archiveKnowledge } from './ledger/archive.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type NoteTables, readNoteTables } from './notes/tables.ts'
import { projectRoot } from './project-root.ts'
import { ROOMS } from './reload/rooms.ts'
import { unknownMembers } from './risk/medicine-classes.ts'
import { readMoments } from './risk/moments/moments.ts'
import { loadModels, type Models } from './risk/registry.ts'
import { configuredStanding, type StandingOf } from './risk/standing.ts'
import { estimateTrends } from './risk/trend.ts'
import type { ProfileKit } from './run-profile.ts'
import { type LineKit, runService } from './run-service.ts'

export const VERSION: string = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version

export type Service = CdsService<ServiceKit>

/** Everything a decision needs but the record, loaded and checked. */
export type Thinking = {
  readonly kit: ServiceKit
  readonly terms: FactsTerms
  readonly cgm: CgmRules
  readonly noteTables: NoteTables
  readonly versions: DecisionRecord['versions']
  /** Where rules and models are kept by their content; null where the site keeps no inputs. */
  readonly archive: ArchiveRefs | null
}

/** Whose labels bind, by country. */
const BINDING: Readonly<Record<string, readonly GuidanceSource[]>> = { US: ['FDA'] }

/** A class with a drug that nobody here knows would never be found in a record. */
const refuseUnknownMembers = async (models: Models, { drugs }: Knowledge): Promise<void> => {
  const unknown = unknownMembers(models.medicineClasses, drugs.ingredient)
  if (unknown.length === 0) return
  await models.close()
  throw new AttuneError('model-invalid', `medicine-classes.json: ${unknown.join('; ')}`)
}

/** @throws AttuneError `rules-invalid` */
const loadChecked = async ({ rulesDir, drugMap }: Config): Promise<Knowledge> => {
  const knowledge = loadKnowledge(rulesDir, drugMap)
  for (const check of ROOMS) check(knowledge)
  return knowledge
}

/** @throws AttuneError `rules-invalid`, `model-invalid`. Without `standing` nothing is switched while running. */
export const loadThinking = async (config: Config, standing: StandingOf = configuredStanding(config.models)): Promise<Thinking> => {
  const modelsLoading = loadModels(config.modelsDir, {
    country: config.country,
    standing,
    execution: config.execution,
    models: config.models,
    inference: config.inference,
    strict: config.badModels === 'stop',
  })
  const knowledge = await loadChecked(config).catch(async (error: unknown) => {
    const [models] = await Promise.allSettled([modelsLoading])
    if (models.status === 'fulfilled') await models.value.close()
    throw error
  })
  const models = await modelsLoading
  await refuseUnknownMembers(models, knowledge)
  return thinkWith(config, knowledge, models, await archiveOf(config))
}

/**
 * What answers for patients: refused where the site names signers and they have not approved it.
 * @throws AttuneError as `loadThinking` does
 */
export const loadApproved = async (config: Config, standing?: StandingOf): Promise<Thinking> => {
  if (config.approvals.signers.length === 0) return loadThinking(config, standing)
  const version = await modelsVersion(config.modelsDir)
  await requireApproved(config, 'models', version) // before any graph of it is opened
  const thinking = await loadThinking(config, standing)
  try {
    await requireApproved(config, 'rules', thinking.versions.rules)
    if ((await modelsVersion(config.modelsDir)) === version) return thinking
    throw new AttuneError('model-invalid', `the models in ${config.modelsDir} were changed while they were loaded`)
  } catch (error) {
    await thinking.kit.models.close()
    throw error
  }
}

/** With the inputs of decisions their rules and models are kept, too. */
const archiveOf = (config: Config): Promise<ArchiveRefs | null> =>
  config.retention.storeInputs ? archiveKnowledge(config, archiveDirOf(config)) : Promise.resolve(null)

export const archiveDirOf = ({ dataDir, ledger }: Pick<Config, 'dataDir' | 'ledger'>): string =>
  ledger.archiveDir ?? join(dataDir, 'archive')

/**
 * Other rules for the models that run: made in slices, so that calls are answered in between. Nothing of the old thinking is changed.
 * @throws AttuneError `rules-invalid`, `model-invalid`
 */
export const rethink = async (config: Config, rules: CheckedRules, { kit: { models } }: Thinking): Promise<Thinking> => {
  const pause = () => new Promise((resolve) => setImmediate(resolve))
  await pause()
  const knowledge = indexKnowledge(rules)
  for (const check of ROOMS) {
    await pause()
    check(knowledge)
  }
  const unknown = unknownMembers(models.medicineClasses, knowledge.drugs.ingredient)
  if (unknown.length > 0) throw new AttuneError('model-invalid', `medicine-classes.json: ${unknown.join('; ')}`)
  await pause()
  return thinkWith(config, knowledge, models, await archiveOf(config))
}

const thinkWith = (config: Config, knowledge: Knowledge, models: Models, archive: ArchiveRefs | null): Thinking => {
  const cgm = readCgmRules(knowledge.tables.get('cgm'))
  const noteTables = readNoteTables(knowledge.tables)
  const wording = readWording(knowledge.tables.get('wording'), knowledge.actions.keys())
  const moments = readMoments(knowledge.tables.get('moments'), { models, overrideReasons: wording.overrideReasons })
  return {
    kit: {
      knowledge,
      models,
      moments,
      wording,
      precedence: config.precedence,
      policy: { ...config.alertPolicy, binding: BINDING[config.country] ?? [] },
    },
    cgm,
    noteTables,
    terms: { drugs: knowledge.drugs, genes: knowledge.genes, tables: knowledge.tables },
    versions: { attune: VERSION, rules: knowledge.version, models: models.versions },
    archive,
  }
}

/** What the line asks of the ledger. */
export type LineLedger = Pick<Ledger, 'record' | 'patientKey' | 'userKey' | 'seal' | 'overrides' | 'lastSeen'>

/** What the line needs from outside of thinking. */
export type Surroundings = {
  readonly outbound: Outbound
  /** Asked for drug codes that nobody here knows; null where none is configured, and for requests from files. */
  readonly terminology: TerminologyServer | null
  readonly ledger: LineLedger
  readonly reportFault: (fault: unknown, service: string) => void
  readonly afterwards: (call: AnsweredCall) => void
  /** Shared by all lines of a server; a line without one makes its own. */
  readonly fhir?: FhirClient
}

/** How a tenant is answered now: what is switched, and what runs in the shadow. */
export type Stance = {
  readonly inShadow: (service: string) => InShadow | null
  readonly rules: readonly RuleSwitch[]
  /** Named in the versions of every decision. */
  readonly switches: readonly string[]
}

const NOTHING_SWITCHED: Stance = { inShadow: () => null, rules: [], switches: [] }

const underRules = (thinking: Thinking, rules: readonly RuleSwitch[]): Thinking =>
  rules.length === 0 ? thinking : { ...thinking, kit: { ...thinking.kit, knowledge: withSwitched(thinking.kit.knowledge, rules) } }

/** The assessment that is shown says where a rule in the shadow would have spoken; only there it is worth thinking once more. */
const trialOf = (thinking: Thinking, rules: readonly RuleSwitch[]): LineKit<ServiceKit>['trial'] => {
  const words = new Set(rules.filter(({ use }) => use === 'shadow').map((one) => one.words))
  if (words.size === 0) return null
  const off = rules.filter(({ use }) => use === 'off')
  return {
    services: underRules(thinking, off).kit,
    because: ({ orders, medicines }) => {
      const drugs = [...orders.flatMap((entry) => entry.drugs), ...medicines]
      const said = drugs.flatMap(({ gaps }) => gaps.flatMap(({ because }) => (words.has(because) ? [because] : [])))
      return said.length === 0 ? null : [...new Set(said)].join('; ')
    },
  }
}

/** The straight line's kit, for hooks and for the app, of a tenant. */
export const makeLine = (
  config: Config,
  loaded: Thinking,
  surroundings: Surroundings,
  stance: Stance = NOTHING_SWITCHED,
): LineKit<ServiceKit> & ProfileKit => {
  const { versions, ...thinking } = underRules(loaded, stance.rules)
  const switches = stance.switches.length === 0 ? {} : { switches: stance.switches }
  return {
    ...lineOf(config, { ...thinking, versions: { ...versions, ...switches } }, surroundings),
    inShadow: stance.inShadow,
    trial: trialOf(loaded, stance.rules),
    keep: config.retention.storeInputs ? (call) => packInputs({ ...call, settings: settingsOf(config, loaded, stance) }) : null,
  }
}

/** What speaks in the decisions of this moment besides the call itself. */
const settingsOf = (config: Config, { kit: { models }, archive }: Thinking, { inShadow, rules, switches }: Stance): KeptSettings => {
  const { precedence, alertPolicy, country, mode, publicUrl, execution } = config
  const standing = models.all.map(({ ref }) => [ref.id, models.standing(ref.id)] as const).filter(([, { use }]) => use !== 'on')
  const shadows = [...SERVICES.map(({ id }) => id), 'smart-app'].flatMap((service) => {
    const shadow = inShadow(service)
    return shadow ? [[service, shadow] as const] : []
  })
  return {
    ...{ precedence, alertPolicy, country, mode, publicUrl, execution, models: config.models, archive },
    standing: Object.fromEntries(standing),
    stance: { rules: rules.map(({ subject, use, words }) => ({ subject, use, words })), switches, inShadow: Object.fromEntries(shadows) },
  }
}

const lineOf = (
  config: Config,
  thinking: Thinking,
  { outbound, terminology, ledger, reportFault, afterwards, fhir }: Surroundings,
): Omit<LineKit<ServiceKit> & ProfileKit, 'inShadow' | 'trial' | 'keep'> => ({
  services: thinking.kit,
  terms: thinking.terms,
  terminology,
  fhir: fhir ?? makeFhirClient(outbound, config.network),
  ledger,
  versions: thinking.versions,
  sandbox: config.mode === 'sandbox',
  appLaunchUrl: `${config.publicUrl}/app/launch.html`,
  patientKey: (tenant, fhirServer, patientId) => ledger.patientKey(tenant, fhirServer, patientId),
  userKey: (tenant, fhirServer, userId) => ledger.userKey(tenant, fhirServer, userId),
  repeatAfterHours: config.alertPolicy.repeatAfterHours,
  recallMs: config.alertPolicy.recallMs,
  overrideReasons: thinking.kit.wording.overrideReasons,
  reportFault,
  afterwards,
  questions: PROFILE_QUESTIONS,
  shownOnly: SHOWN_ONLY,
  parts: PROFILE_PARTS,
  reading: config.network.app,
  noteTables: thinking.noteTables,
  think: (facts) => consultProfile(facts, thinking.kit),
  trends: (facts, { geneCalls }, estimates) => estimateTrends(thinking.kit.models, facts, geneCalls, estimates),
  seen: (assessment) => seenOf(assessment, thinking.kit),
  explain: (assessment, facts) => explainProfile(assessment, facts, thinking.kit),
  restingOn,
  summariseDevices: (facts) => summariseDevices(facts, thinking.cgm),
  flags: (assessment, seal) =>
    reviewFlags(assessment, writePanelWords(assessment, thinking.kit.wording, thinking.kit.policy), thinking.kit.wording, seal),
  words: (assessment) => writePanelWords(assessment, thinking.kit.wording, thinking.kit.policy),
})

/** Stands for the caller of a request from a file. */
const offlineClient = (config: Config): ClientConfig => ({
  ...CONFIG_SCHEMAS.client.parse({ id: 'offline', tenant: 'offline' }),
  ...config.clients[0],
  features: ['trace'],
  fhirServers: [],
})

/** Stands for the ledger of a request from a file: nothing is kept, and nobody has overridden anything. */
const noLedger: LineLedger = {
  record: async () => {},
  patientKey: () => 'offline',
  userKey: () => 'offline',
  seal: (text) => createHmac('sha256', 'offline').update(text, 'utf8').digest('hex'),
  overrides: async () => [],
  lastSeen: async () => null,
}

type Ran = { readonly response: CardsResponse; readonly decision: DecisionRecord; readonly considered: readonly Explained[] }

/**
 * The engine for requests from files: no server, no outside calls. For `attune simulate`, `explain` and their like. Nothing is recorded;
 * with `ledger`, what users overrode is read from it.
 */
export const composeOffline = async (environment: Readonly<Record<string, string | undefined>>, ledger: LineLedger | null = null) => {
  const config = readConfig(environment, projectRoot)
  const thinking = await loadThinking(config)
  const outbound = makeOutbound(config.network)
  const run = async (service: Service, request: HookRequest): Promise<Ran> => {
    const records: DecisionRecord[] = []
    let problem: unknown
    const line = makeLine(config, thinking, {
      outbound,
      terminology: null,
      ledger: { ...(ledger ?? noLedger), record: async (decision) => void records.push(decision) },
      reportFault: (fault) => {
        problem = fault
      },
      afterwards: () => {},
    })
    const answer = await runService(service, request, offlineClient(config), line)
    const [decision] = records
    if (problem || !decision) throw new AttuneError('unexpected', 'the engine failed on this request', { cause: problem })
    const trace = answer.extension?.['org.attune.trace'] as { readonly considered: readonly Explained[] } // the client of files always asks for it
    const response = config.clients[0]?.features.includes('trace') ? answer : { cards: answer.cards }
    return { response, decision, considered: trace.considered }
  }
  return { services: SERVICES, thinking, run, close: () => thinking.kit.models.close() }
}
