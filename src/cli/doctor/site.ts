import { randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, type Stats, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SERVICES } from '../../../cds-services/registry.ts'
import { type ClientConfig, type Config, isLoopback } from '../../config.ts'
import { withoutEndSlashes } from '../../end-slashes.ts'
import { loadApproved } from '../../engine.ts'
import { AttuneError } from '../../errors.ts'
import { canonicalBase } from '../../fhir/trusted-servers.ts'
import { checkTemplate } from '../../hooks/prefetch-template.ts'
import { makeOperators } from '../../http/operators.ts'
import { makeReplayGuard } from '../../http/replay-guard.ts'
import { askDatabase } from '../../ledger/ask-database.ts'
import { readKeys } from '../../ledger/key-file.ts'
import { projectRoot } from '../../project-root.ts'
import { addressOf, type Finding, findingsOf, tame } from './finding.ts'
import { type Probe, sayFailure } from './probe.ts'
import { allows } from './smart.ts'

/** One check of the site itself; what it says of clients, it says of those that were asked about. */
type SiteCheck = (config: Config, probe: Probe, asked: readonly ClientConfig[]) => Promise<Finding[]> | Finding[]

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason')

const statOf = (path: string): Stats | null => {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

const mayWrite = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

const isOpenToOthers = ({ mode }: Stats): boolean => process.platform !== 'win32' && (mode & 0o077) !== 0

const checkAccess: SiteCheck = ({ auth, clients }) => {
  const say = findingsOf('access', 'site')
  if (auth === 'open')
    return [
      say.warn('auth is "open": callers need no JWT.', 'Whoever reaches the port may call.', 'Set auth: required before any real patient.'),
    ]
  if (clients.length === 0)
    return [say.fail('No client is configured.', 'Every call is refused.', 'Add the EHR under clients (docs/registration.md).')]
  return [say.ok('Callers need a JWT of a registered client.')]
}

const nearestFolder = (path: string): string => (existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path)))

const checkDataFolder: SiteCheck = ({ dataDir }) => {
  const say = findingsOf('data-folder', 'site')
  const why = 'The spool, and without DATABASE_URL the whole ledger, live there. Without it the server does not start.'
  const there = statOf(dataDir)
  if (there === null) {
    const near = nearestFolder(dataDir)
    return mayWrite(near)
      ? [say.ok('The data folder is not there yet and can be made at the first start.')]
      : [
          say.fail(
            `The data folder is not there and cannot be made in ${near}.`,
            why,
            'Make it, owned by the user that runs Attune, with rights 0700.',
          ),
        ]
  }
  if (!there.isDirectory()) return [say.fail('ATTUNE_DATA_DIR is no folder.', why, 'Name a folder.')]
  if (!mayWrite(dataDir)) return [say.fail('The data folder cannot be written.', why, 'Give it to the user that runs Attune.')]
  if (isOpenToOthers(there))
    return [
      say.warn(
        'Other users of this machine may enter the data folder.',
        'It holds cards, under pseudonyms, with genotypes in them.',
        `chmod 0700 ${dataDir}`,
      ),
    ]
  return [say.ok('The data folder can be written, and by nobody else.')]
}

const checkPseudonymKey: SiteCheck = ({ dataDir, pseudonymKeyFile, databaseUrl }) => {
  const say = findingsOf('pseudonym-key', 'site')
  const path = pseudonymKeyFile ?? join(dataDir, 'pseudonym.key')
  const why = 'It links the records of one patient. The server does not start without it.'
  const make = 'openssl rand -hex 32 > FILE; chmod 0600 FILE; keep a copy as long as the ledger.'
  const there = statOf(path)
  if (there === null && pseudonymKeyFile === undefined)
    return databaseUrl === null
      ? [say.ok('The pseudonym key is made in the data folder at the first start. Back it up with the ledger.')]
      : [
          say.warn(
            'No pseudonymKeyFile is named, and the ledger is in PostgreSQL.',
            'Each process with a data folder of its own would make another key, and one patient would look like several.',
            `Make one file for all processes: ${make}`,
          ),
        ]
  if (there === null) return [say.fail('The pseudonym key file is not there.', why, make)]
  try {
    if (!/^[0-9a-f]{64}$/.test(readFileSync(path, 'utf8').trim()))
      return [say.fail('The pseudonym key is not 64 hexadecimal digits.', why, make)]
  } catch (error) {
    return [say.fail(`The pseudonym key cannot be read (${codeOf(error)}).`, why, 'Give the file to the user that runs Attune.')]
  }
  return isOpenToOthers(there)
    ? [
        say.warn(
          'Other users of this machine may have rights on the pseudonym key.',
          'Who has it can find out which records are of a patient whose id he knows.',
          'chmod 0600 the file, where it is not a mounted secret.',
        ),
      ]
    : [say.ok('The pseudonym key is there.')]
}

/** Every other file that the start reads, read as it reads them: rules, models and approvals apart, which are loaded below. */
const filesOf = ({
  ledger,
  operatorTokenFile,
  monitoring,
  tracing,
  inference,
  ...config
}: Config): Readonly<Record<string, () => unknown>> => {
  const { tokenFile, caFile, certFile, keyFile } = inference
  const plain = {
    'monitoring.webhook.tokenFile': monitoring.webhook?.tokenFile,
    'tracing.tokenFile': tracing?.tokenFile,
    'inference.tokenFile': tokenFile,
    'inference.caFile': caFile,
    'inference.certFile': certFile,
    'inference.keyFile': keyFile,
  }
  return {
    ...(ledger.signingKeyFile === undefined
      ? {}
      : { 'ledger.signingKeyFile': () => readKeys(ledger.signingKeyFile, 'file of signing keys') }),
    ...(ledger.boxKeyFile === undefined ? {} : { 'ledger.boxKeyFile': () => readKeys(ledger.boxKeyFile, 'file of box keys') }),
    ...(operatorTokenFile === undefined ? {} : { operatorTokenFile: () => makeOperators({ operatorTokenFile, ...config }) }),
    ...Object.fromEntries(
      Object.entries(plain).flatMap(([name, path]) => (path === undefined ? [] : [[name, () => accessSync(path, constants.R_OK)]])),
    ),
  }
}

const checkFiles: SiteCheck = (config) => {
  const say = findingsOf('files', 'site')
  return Object.entries(filesOf(config)).map(([name, read]) => {
    try {
      read()
      return say.ok(`The file of ${name} can be read, and is as it must be.`)
    } catch (error) {
      const because = error instanceof AttuneError ? error.detail : `it cannot be read (${codeOf(error)})`
      return say.fail(`${name}: ${because}.`, 'The server does not start.', 'Correct the file, and give it to the user that runs Attune.')
    }
  })
}

const checkThinking: SiteCheck = async (config) => {
  const say = findingsOf('rules-and-models', 'site')
  try {
    const thinking = await loadApproved(config)
    await thinking.kit.models.close()
    return [
      say.ok(`Rules ${thinking.versions.rules} and ${Object.keys(thinking.versions.models).length} models load and pass their checks.`),
    ]
  } catch (error) {
    const what = error instanceof AttuneError ? `${error.code}: ${error.detail}` : 'a fault while loading'
    return [
      say.fail(
        `Rules or models do not load: ${what}`,
        'The server does not start.',
        'Restore the folder of the release, or correct what is named.',
      ),
    ]
  }
}

const DATABASE_CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known to DNS here',
  '28P01': 'user or password is wrong',
  '28000': 'the user may not connect',
  '3D000': 'there is no such database',
  timeout: 'it did not answer in time',
}

const checkDatabase: SiteCheck = async ({ databaseUrl }) => {
  const say = findingsOf('database', 'site')
  if (databaseUrl === null) return [say.ok('The ledger is embedded in the data folder: one process only.')]
  const state = await askDatabase(databaseUrl)
  if (!state.ok)
    return [
      say.fail(
        `PostgreSQL cannot be used: ${DATABASE_CODES[state.code] ?? 'the connection failed'} (${tame(state.code)}).`,
        'Decisions go to the spool until it is back; what users overrode is not known meanwhile.',
        'Check DATABASE_URL and that the server may be reached from here.',
      ),
    ]
  const { version, releaseVersion, mayCreate, aheadS } = state
  const clock =
    Math.abs(aheadS) >= 30
      ? [
          say.warn(
            `The clock of PostgreSQL differs by ${Math.abs(aheadS)} seconds.`,
            'Records of one decision would bear times that do not fit.',
            'Set the clocks by NTP.',
          ),
        ]
      : []
  if (version !== null && version > releaseVersion)
    return [
      say.fail(
        `The tables are of a newer release (version ${version}; this one knows ${releaseVersion}).`,
        'This release refuses to write into them.',
        'Run the newer release, or restore the backup from before the upgrade (docs/operations.md).',
      ),
      ...clock,
    ]
  if ((version === null || version < releaseVersion) && !mayCreate)
    return [
      say.fail(
        'The tables must be made or changed, and this user may not.',
        'Nothing can be stored; decisions stay in the spool.',
        'Grant CREATE on the schema to the user of DATABASE_URL.',
      ),
      ...clock,
    ]
  if (version !== null && version < releaseVersion)
    return [
      say.warn(
        `The tables are of version ${version} and go to ${releaseVersion} at the next start.`,
        'An older release does not start on them afterwards.',
        'Back up first (docs/operations.md).',
      ),
      ...clock,
    ]
  return [
    say.ok(
      version === null
        ? `PostgreSQL ${tame(state.server)} is reached; the tables are made at the first start.`
        : `PostgreSQL ${tame(state.server)} is reached, with tables of this release.`,
    ),
    ...clock,
  ]
}

const REDIS_WAIT_MS = 2500

const checkRedis: SiteCheck = async ({ redisUrl, databaseUrl }) => {
  const say = findingsOf('redis', 'site')
  if (redisUrl === null)
    return databaseUrl === null
      ? [say.ok('JWTs are remembered by this one process.')]
      : [
          say.warn(
            'No REDIS_URL is set, and the ledger is in PostgreSQL.',
            'If several processes run, each remembers used JWTs for itself: one could be used once at each.',
            'Set REDIS_URL as soon as a second process runs.',
          ),
        ]
  const guard = makeReplayGuard({ redisUrl, replayWithoutRedis: 'each-process' }, () => {})
  const until = Date.now() + REDIS_WAIT_MS
  while (!guard.isShared() && Date.now() < until) await pause(50)
  const claimed = guard.isShared() && (await guard.claim('attune-doctor', randomUUID(), Date.now() / 1000 + 2)) && guard.isShared()
  await guard.close()
  return claimed
    ? [say.ok('Redis is reached and remembers.')]
    : [
        say.fail(
          'Redis cannot be used.',
          'Each process then remembers used JWTs for itself: one could be used once at each.',
          'Check REDIS_URL, its password, and that the server may be reached from here.',
        ),
      ]
}

const listening = (host: string, port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(codeOf(error)))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })

/** Attune itself is at the port; asked on this machine, whatever `network` allows for others. */
const isAttune = async (host: string, port: number): Promise<boolean> => {
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  try {
    const answer = await fetch(`http://${near.includes(':') ? `[${near}]` : near}:${port}/healthz`, {
      signal: AbortSignal.timeout(2000),
      redirect: 'error',
    })
    return answer.ok && answer.headers.has('x-request-id')
  } catch {
    return false
  }
}

const checkPort: SiteCheck = async ({ host, port }) => {
  const say = findingsOf('port', 'site')
  const code = await listening(host, port)
  if (code === null) return [say.ok(`Port ${port} is free.`)]
  if (code === 'EADDRINUSE' && (await isAttune(host, port))) return [say.ok(`An Attune runs at port ${port}.`)]
  const why = 'The server does not start.'
  if (code === 'EADDRINUSE')
    return [say.fail(`Port ${port} is in use by another program.`, why, 'Set PORT to another one, or stop that program.')]
  if (code === 'EACCES')
    return [say.fail(`Port ${port} may not be opened by this user.`, why, 'Use a port above 1023 behind the TLS proxy.')]
  return [say.fail(`Attune cannot listen on ${host} (${code}).`, why, 'Check HOST: it must be an address of this machine.')]
}

const pagesFinding = (): Finding => {
  const say = findingsOf('pages', 'site')
  return existsSync(join(projectRoot, 'dist/public/app/index.html'))
    ? say.ok('The pages of the app are built.')
    : say.fail('The pages of the app are not built.', 'Links to the app lead nowhere.', 'Run npm run build.')
}

/** The origins that a client names. */
export const checkOrigins = ({ id, fhirServers, cors, frameAncestors }: ClientConfig): Finding[] => {
  const say = findingsOf('origins', id)
  const odd = [...cors, ...frameAncestors].filter(
    (one) => one !== '*' && !(URL.canParse(one) && new URL(one).origin === one) && !/^https?:\/\/\*\.[a-z0-9.-]+(:\d+)?$/i.test(one),
  )
  const framed = fhirServers.length > 0 && frameAncestors.length === 0
  return [
    ...(odd.length === 0
      ? []
      : [
          say.fail(
            `Not an origin: ${odd.map(tame).join(', ')}.`,
            'Browsers compare whole origins: such an entry allows nobody, or stops the start.',
            'Write scheme, host and port only, for example https://ehr.example.',
          ),
        ]),
    ...(framed
      ? [
          say.warn(
            `Client ${tame(id)} has FHIR servers but no frameAncestors.`,
            'The EHR cannot show the app within the chart; in a window of its own it can.',
            'Name the origins of the EHR pages under clients[].frameAncestors.',
          ),
        ]
      : []),
  ]
}

const corsAtUs = async (config: Config, probe: Probe, asked: readonly ClientConfig[]): Promise<Finding[]> => {
  const say = findingsOf('cors-here', 'site')
  const origins = [...new Set(asked.flatMap(({ cors }) => cors))].filter((origin) => URL.canParse(origin))
  const answers = await Promise.all(
    origins.map(async (origin) => ({
      origin,
      answer: await probe(`${config.publicUrl}/cds-services`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      }),
    })),
  )
  return answers.map(({ origin, answer }) =>
    answer.ok && allows(answer.headers['access-control-allow-origin'], origin)
      ? say.ok(`Calls from pages of ${tame(origin)} are let in.`)
      : say.fail(
          `A preflight from ${tame(origin)} is not let in at ${addressOf(config.publicUrl)}.`,
          'An EHR that calls from a browser gets nothing.',
          'Restart Attune with this configuration, and have the proxy hand OPTIONS on untouched.',
        ),
  )
}

/** Whether EHRs would reach this server under `publicUrl`, as far as can be seen from here. */
/** As a stranger would ask; where `publicUrl` is this process itself, there is no proxy to be asked through. */
const figuresInPublic = async ({ publicUrl }: Config, probe: Probe): Promise<Finding[]> => {
  const say = findingsOf('figures', 'site')
  const answer = await probe(`${publicUrl}/metrics`)
  if (!answer.ok) return [say.notChecked('Whether strangers may read /metrics.', `it cannot be asked: ${sayFailure(answer).what}`)]
  if (answer.status !== 200) return [say.ok('/metrics is not told to who comes by publicUrl without a token.')]
  return [
    say.fail(
      `${addressOf(publicUrl)}/metrics is told without a token.`,
      'Figures and states of the server are open to whoever reaches publicUrl: a proxy that marks nothing looks like an address of watchFrom.',
      'Take the address of the proxy out of watchFrom, close /metrics and /readyz in the proxy, and give Prometheus the address of `operations` or the token of operatorTokenFile. If this machine itself stands in watchFrom and no proxy is between, ask from elsewhere.',
    ),
  ]
}

const checkPublicUrl: SiteCheck = async (config, probe, asked) => {
  const say = findingsOf('public-url', 'site')
  const { protocol, hostname } = new URL(config.publicUrl)
  const near = isLoopback(hostname.replace(/^\[|\]$/g, ''))
  const plain = protocol === 'http:' && !near
  const scheme = plain
    ? [
        say.fail(
          `publicUrl ${addressOf(config.publicUrl)} is plain http.`,
          'JWTs, tokens and patient data would cross the network in the clear.',
          'End TLS in front of Attune and write the https address.',
        ),
      ]
    : []
  const answer = await probe(`${config.publicUrl}/healthz`)
  if (!answer.ok) {
    const { what, todo } = sayFailure(answer)
    const finding =
      answer.why === 'certificate'
        ? say.fail(`The certificate at publicUrl is not good: ${what}.`, 'EHRs refuse to call.', todo)
        : say.notChecked(
            `Whether ${addressOf(config.publicUrl)} answers.`,
            `it cannot be reached from here: ${what}`,
            'Start the server and its proxy and run the doctor again, from where the EHR stands if you can.',
          )
    return [...scheme, finding]
  }
  if (answer.status !== 200 || answer.headers['x-request-id'] === undefined)
    return [
      ...scheme,
      say.fail(
        `What answers at ${addressOf(config.publicUrl)}/healthz is not Attune (status ${answer.status}).`,
        'EHRs call the wrong place. JWTs name publicUrl as their audience: a proxy that changes the path makes them fail, too.',
        'Check publicUrl and the proxy: the path must be handed on as it is.',
      ),
    ]
  return [
    ...scheme,
    say.ok(`Attune answers at ${addressOf(config.publicUrl)}${protocol === 'https:' ? ', and its certificate is for that name' : ''}.`),
    ...(near && protocol === 'http:' ? [] : await figuresInPublic(config, probe)),
    ...(await corsAtUs(config, probe, asked)),
  ]
}

const checkTemplates: SiteCheck = () => {
  const say = findingsOf('prefetch', 'site')
  const templates = SERVICES.flatMap(({ prefetch }) => Object.entries(prefetch))
  try {
    for (const [key, template] of templates) checkTemplate(key, template)
    return [
      say.ok(
        `${new Set(templates.map(([key]) => key)).size} prefetch templates are reads or searches of one type, with tokens that every EHR fills in.`,
      ),
    ]
  } catch (error) {
    return [
      say.fail(
        `A prefetch template is not usable: ${error instanceof Error ? error.message : 'unknown reason'}.`,
        'The server does not start.',
        'Use a release as it was made.',
      ),
    ]
  }
}

const checkTerminology: SiteCheck = async ({ terminology }, probe) => {
  if (terminology === null) return []
  const say = findingsOf('terminology', 'site')
  const answer = await probe(`${withoutEndSlashes(terminology.url)}/metadata`, { headers: { accept: 'application/fhir+json' } })
  if (answer.ok && answer.status === 200) return [say.ok('The terminology server answers.')]
  const what = answer.ok ? `status ${answer.status}` : sayFailure(answer).what
  return [
    say.warn(
      `The terminology server does not answer as hoped: ${what}.`,
      'Drug codes that neither the rules nor the drug map know stay unknown.',
      'Check terminology.url.',
    ),
  ]
}

/** Calls of hooks tell their tenant by their JWT; of the app only the FHIR base is known. */
const checkTenants: SiteCheck = ({ clients }) => {
  const say = findingsOf('tenants', 'site')
  const byBase = new Map<string, Set<string>>()
  for (const { tenant, fhirServers } of clients)
    for (const server of fhirServers) {
      const base = canonicalBase(server) ?? server
      byBase.set(base, (byBase.get(base) ?? new Set<string>()).add(tenant))
    }
  const shared = [...byBase].filter(([, tenants]) => tenants.size > 1)
  if (shared.length === 0) return [say.ok('Each FHIR base is of one tenant.')]
  return shared.map(([base, tenants]) =>
    say.warn(
      `${addressOf(base)} is a FHIR base of several tenants: ${[...tenants].map(tame).join(', ')}.`,
      `The app knows only the base: whoever opens it there is counted, recorded and reviewed as of ${tame([...tenants][0])}.`,
      'Name another base for each tenant, or run one Attune for each.',
    ),
  )
}

/** What is checked of the site, by name. */
const SITE_CHECKS: Readonly<Record<string, SiteCheck>> = {
  access: checkAccess,
  tenants: checkTenants,
  pages: () => [pagesFinding()],
  'data-folder': checkDataFolder,
  'pseudonym-key': checkPseudonymKey,
  files: checkFiles,
  prefetch: checkTemplates,
  database: checkDatabase,
  redis: checkRedis,
  port: checkPort,
  'public-url': checkPublicUrl,
  terminology: checkTerminology,
  // Last: loading keeps this process busy, and the others listen for answers.
  'rules-and-models': checkThinking,
}

/** A check that fails itself says so: it is not a check that passed. */
export const orNotChecked = async (check: string, about: string, run: () => Promise<Finding[]> | Finding[]): Promise<Finding[]> => {
  try {
    return await run()
  } catch (error) {
    return [
      findingsOf(check, about).notChecked(
        `The check ${check}.`,
        `it failed itself (${error instanceof Error ? error.name : 'unknown reason'})`,
      ),
    ]
  }
}

export const checkSite = async (config: Config, probe: Probe, asked: readonly ClientConfig[]): Promise<Finding[]> => {
  const found: Finding[] = []
  for (const [name, check] of Object.entries(SITE_CHECKS))
    found.push(...(await orNotChecked(name, 'site', () => check(config, probe, asked))))
  return found
}
