import { type ClientConfig, type Config, readConfig } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { projectRoot } from '../project-root.ts'
import { checkFhirBase } from './doctor/fhir-base.ts'
import { addressOf, type Finding, findingsOf, type State } from './doctor/finding.ts'
import { checkKeys } from './doctor/keys.ts'
import { makeProbe, type Probe } from './doctor/probe.ts'
import { checkOrigins, checkSite, orNotChecked } from './doctor/site.ts'
import { printJson, say, UsageError, type Verb, type VerbInput } from './verb.ts'

const checkClient = async (client: ClientConfig, config: Config, probe: Probe): Promise<Finding[]> => {
  const say = findingsOf('fhir-server', client.id)
  const none = say.warn(
    'The client has no fhirServers.',
    'Only what the EHR sends along is known; what is missing is said on cards as not assessed. The app cannot be opened.',
    'Name the FHIR bases of the EHR under clients[].fhirServers.',
  )
  const found = await Promise.all([
    orNotChecked('keys', client.id, () => checkKeys(client, probe)),
    ...client.fhirServers.map((base) =>
      orNotChecked('fhir-server', `${client.id}, ${addressOf(base)}`, () => checkFhirBase(client, base, config, probe)),
    ),
  ])
  return [...found.flat(), ...checkOrigins(client), ...(client.fhirServers.length === 0 ? [none] : [])]
}

const chosen = (config: Config, asked: VerbInput['values'][string]): readonly ClientConfig[] => {
  if (typeof asked !== 'string') return config.clients
  const client = config.clients.find(({ id }) => id === asked)
  if (!client) throw new UsageError(`There is no client ${asked}. Known: ${config.clients.map(({ id }) => id).join(', ') || 'none'}.`)
  return [client]
}

/** The configuration, or the finding that it cannot be read: then nothing else can be checked. */
const configOf = (path: VerbInput['values'][string]): Config | Finding => {
  const environment = typeof path === 'string' ? { ...process.env, ATTUNE_CONFIG: path } : process.env
  if (!environment.ATTUNE_CONFIG)
    throw new UsageError('Name a config file with --config or ATTUNE_CONFIG: the sandbox has nothing to check against an EHR.')
  try {
    return readConfig(environment, projectRoot)
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error
    return findingsOf('configuration', 'site').fail(
      `The configuration is not usable: ${error.detail}`,
      'The server does not start, and nothing else can be checked.',
      'Correct what is named; every key stands in docs/configuration.md.',
    )
  }
}

const findingsFor = async ({ values }: VerbInput): Promise<Finding[]> => {
  const config = configOf(values.config)
  if ('check' in config) return [config]
  const probe = makeProbe(config.network)
  const clients = chosen(config, values.client)
  // The EHRs first: loading rules and models keeps this process busy, which would look like a slow EHR or a wrong clock.
  const ofClients = await Promise.all(clients.map((client) => checkClient(client, config, probe)))
  const site = await checkSite(config, probe, clients)
  return [findingsOf('configuration', 'site').ok('The configuration is well formed.'), ...site, ...ofClients.flat()]
}

const MARKS: Readonly<Record<State, string>> = { ok: 'ok    ', warn: 'WARN  ', fail: 'FAIL  ', 'not-checked': '?     ' }

const linesOf = ({ state, check, what, why, todo }: Finding): string[] => [
  `  ${MARKS[state]}${check}: ${what}`,
  ...(why === undefined ? [] : [`        ${state === 'not-checked' ? '' : 'Why: '}${why}${/[.!?]$/.test(why) ? '' : '.'}`]),
  ...(todo === undefined ? [] : [`        Do:  ${todo}`]),
]

const countsOf = (findings: readonly Finding[]): Readonly<Record<State, number>> => {
  const counts = { ok: 0, warn: 0, fail: 0, 'not-checked': 0 }
  for (const { state } of findings) counts[state] += 1
  return counts
}

const print = (findings: readonly Finding[]): void => {
  for (const about of new Set(findings.map((finding) => finding.about))) {
    say(`${about}`)
    for (const finding of findings) if (finding.about === about) for (const line of linesOf(finding)) say(line)
    say('')
  }
  const { ok, warn, fail, 'not-checked': open } = countsOf(findings)
  say(`${ok} ok, ${warn} to look at, ${fail} wrong, ${open} not checked.`)
}

/** Checks a configuration against the EHRs that it names. Sends no token, reads no patient, changes nothing. */
export const doctor: Verb = {
  name: 'doctor',
  summary: 'Check a configuration against its EHRs: keys, FHIR, sign-in, clocks, and this machine',
  usage:
    'attune doctor [--config FILE] [--client ID] [--json]\n\nSends no token, reads no patient and changes nothing. Exit status 1 when something is wrong.',
  options: { config: { type: 'string' }, client: { type: 'string' } },
  run: async (input) => {
    const findings = await findingsFor(input)
    const counts = countsOf(findings)
    if (input.values.json) printJson({ ok: counts.fail === 0, counts, findings })
    else print(findings)
    return counts.fail === 0 ? 0 : 1
  },
}
