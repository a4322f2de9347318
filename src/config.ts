import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { CANARY } from './contract/canary.ts'
import { withoutEndSlashes } from './end-slashes.ts'
import { AttuneError } from './errors.ts'

/** Every key says what it is, its default and its unit; `docs/configuration.md` is generated from here. */
const clientSchema = z.strictObject({
  id: z.string().min(1).describe('Name of the client in logs, ledger and metrics. `anonymous` describes callers in open mode.'),
  tenant: z.string().min(1).default('default').describe('Patients, cache, ledger and overrides of one tenant are never seen by another.'),
  iss: z.string().optional().describe("Exact `iss` of the client's JWTs."),
  jku: z.url().optional().describe("Address of the client's own key set."),
  jwks: z
    .strictObject({ keys: z.array(z.record(z.string(), z.unknown())) })
    .optional()
    .describe('Key set, in place of `jku`.'),
  jwksFile: z.string().optional().describe('Path of a key set file, in place of `jku`.'),
  subject: z
    .string()
    .min(1)
    .optional()
    .describe("Exact `sub` of the client's JWTs, where the EHR sends its client id there. Absent: not looked at."),
  algorithms: z
    .array(z.enum(['ES384', 'RS384', 'ES256', 'RS256', 'PS256', 'PS384']))
    .min(1)
    .default(['ES384', 'RS384'])
    .describe('Accepted signature algorithms. Asymmetric only.'),
  audiences: z.array(z.string()).default([]).describe('Extra accepted `aud` texts besides the URL that was called.'),
  fhirServers: z.array(z.url()).default([]).describe('FHIR bases this client may name. Compared by origin and path.'),
  connections: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      'Connections to each host of `fhirServers` at the same time, in place of `network.connections`; of two clients with one host, the larger number.',
    ),
  cors: z.array(z.string()).default([]).describe('Browser origins that may call.'),
  frameAncestors: z.array(z.string()).default([]).describe('Origins that may show the app in a frame.'),
  appClientId: z
    .string()
    .min(1)
    .max(500)
    .default('attune-app')
    .describe('Client id of the app at this EHR: many EHRs give an app a name of their own. It is no secret.'),
  authorizationServers: z
    .array(z.url())
    .default([])
    .describe('Origins of the token endpoint, where it is not that of a FHIR base: the app may talk to no other.'),
  links: z.array(z.string()).default([]).describe('Hosts that card links may point at; empty = all that rules cite.'),
  imaging: z
    .strictObject({
      dicomweb: z
        .array(z.url())
        .default([])
        .describe('DICOMweb bases besides the FHIR servers from which the app may show small pictures. Compared by origin and path.'),
      sendToken: z.boolean().default(false).describe("Send the app's access token along when a picture is asked for."),
      viewer: z
        .string()
        .regex(/^https?:\/\/[^/?#{}\s]+[^\s]*\{studyUid\}[^{}\s]*$/, 'an address with {studyUid} behind the host')
        .optional()
        .describe('Address of the image viewer, with `{studyUid}` where the study belongs. Absent: the app links to none.'),
    })
    .optional()
    .describe('Pictures in the app. Absent: pictures only from the FHIR servers themselves, without a token, and no link to a viewer.'),
  features: z
    .array(z.enum(['actionSelectionBehavior', 'trace']))
    .default([])
    .describe('Optional parts of CDS Hooks the client supports. `trace` adds the decision trace to answers.'),
})

const EXECUTIONS = ['auto', 'cpu', 'cuda', 'webgpu', 'remote'] as const

/** What a site sets for one model. */
const modelSettingsSchema = z.strictObject({
  execution: z.enum(EXECUTIONS).optional().describe('Where this model runs. Default: `ATTUNE_EXECUTION`.'),
  remote: z
    .strictObject({
      name: z.string().min(1).optional().describe('Its name on the inference server, in place of `inference.modelName`.'),
      version: z.string().min(1).optional().describe('Version on the inference server that is asked. Default: the one that it chooses.'),
    })
    .optional()
    .describe('How the inference server knows this model.'),
  use: z
    .enum(['on', 'off', 'shadow'])
    .default('on')
    .describe(
      '`off`: every estimate is refused, and it is said why. `shadow`: it computes and is watched, and nobody is shown what it says.',
    ),
  challengerOf: z
    .string()
    .optional()
    .describe('For `shadow`: the model whose place it may take. It runs wherever that one was asked, and the two are compared.'),
  offOnAct: z.boolean().default(false).describe('Switch the model off by itself when a figure of monitoring changes to `act`.'),
})

/** Monitoring of models in production (docs/monitoring.md). */
const monitoringSchema = z.strictObject({
  windowDays: z.number().int().min(1).max(366).default(28).describe('Days of the window that figures are made of.'),
  baselineDays: z
    .number()
    .int()
    .min(1)
    .max(366)
    .default(28)
    .describe('First days of a model at a site that later windows are compared with, where the model brings no reference of its own.'),
  outcomeDays: z.number().int().min(1).default(730).describe('Days back from which estimates are joined with outcomes.'),
  everySeconds: z.number().int().min(1).max(86_400).default(900).describe('How often the figures are made, in seconds.'),
  thresholds: z
    .record(z.string(), z.strictObject({ watch: z.number().positive().optional(), act: z.number().positive().optional() }))
    .default({})
    .describe('Thresholds of single figures in place of those of this release, for example `psi: { watch: 0.2 }`.'),
  services: z
    .strictObject({
      windowDays: z
        .number()
        .int()
        .min(7)
        .max(28)
        .multipleOf(7)
        .default(7)
        .describe('Days of the window that services and rules are judged on; whole weeks.'),
      baselineDays: z
        .number()
        .int()
        .min(28)
        .max(364)
        .multipleOf(7)
        .default(56)
        .describe('Days before the window that it is compared with; whole weeks.'),
      leastBaselineDays: z
        .number()
        .int()
        .min(7)
        .max(364)
        .default(28)
        .describe('Days of the baseline that are needed at least; until then the state is `not-enough-data`.'),
      silentMinutes: z.number().int().min(1).max(10_080).default(30).describe('Minutes without a call that are never an alarm.'),
      limits: z
        .record(z.string(), z.strictObject({ watch: z.number().positive().optional(), act: z.number().positive().optional() }))
        .default({})
        .describe('Limits of single figures in place of those of this release, for example `not-assessed: { watch: 0.05, act: 0.1 }`.'),
    })
    .prefault({})
    .describe('Monitors of services and rules (docs/service-monitoring.md).'),
  overrideComments: z
    .boolean()
    .default(false)
    .describe('Show what users wrote when they overrode a card, in the analytics of overrides. It may hold patient data.'),
  webhook: z
    .strictObject({
      url: z.url().describe('Address that a change of state is posted to, under the rules of `network`. No patient data.'),
      tokenFile: z.string().optional().describe('File with a bearer token for it.'),
      tries: z.number().int().min(1).max(10).default(5).describe('Times that a post is tried, with growing pauses.'),
    })
    .optional()
    .describe('Where alarms are sent besides the log. Absent: nowhere.'),
})

/** What is evaluated and recorded, and shown to nobody (docs/operations-changes.md). */
const shadowSchema = z.strictObject({
  tenant: z.string().optional().describe('The tenant it holds for. Absent: every one.'),
  service: z.string().optional().describe('Id of the one service that runs in the shadow.'),
  rule: z
    .string()
    .optional()
    .describe(
      'The one rule that runs in the shadow: the id of a row, or a drug and a gene with a space between, for example of a drug under trial.',
    ),
  because: z.string().min(1).max(300).describe('Why; it is kept in every decision that it holds for.'),
})

/** The KServe v2 / Triton server. Features go there, and nothing that names a patient. */
const inferenceSchema = z.strictObject({
  url: z.url().optional().describe('Base of the server; `ATTUNE_INFERENCE_URL` goes before it.'),
  modelName: z
    .string()
    .regex(/^[\w.{}-]+$/)
    .default('{model}.{graph}')
    .describe('Name of a graph on the server; `{model}` is the id of the model, `{graph}` its ONNX file without the ending.'),
  timeoutMs: z
    .number()
    .int()
    .min(10)
    .max(10_000)
    .default(200)
    .describe('Time for one call, retry included, in milliseconds; after that the model runs here.'),
  batchTimeoutMs: z.number().int().min(100).max(600_000).default(30_000).describe('Time for one request of a batch, in milliseconds.'),
  connections: z.number().int().min(1).max(256).default(8).describe('Connections that are kept open to the server.'),
  windowMs: z.number().int().min(0).max(50).default(1).describe('How long calls wait for others to share a request with, in milliseconds.'),
  maxRows: z.number().int().min(1).max(65_536).default(256).describe('Most rows in a shared request.'),
  allowHttp: z.boolean().default(false).describe('Allow http: beyond this machine, where the network itself keeps others out.'),
  tokenFile: z
    .string()
    .optional()
    .describe('File with the bearer token; read again when the server refuses it. Or `ATTUNE_INFERENCE_TOKEN`.'),
  caFile: z.string().optional().describe("PEM file with the certificate authority of the server. Default: the system's."),
  certFile: z.string().optional().describe('PEM file with the client certificate, for mutual TLS.'),
  keyFile: z.string().optional().describe('PEM file with the key of `certFile`.'),
})

const fileSchema = z.strictObject({
  publicUrl: z.url().optional().describe('Address at which EHRs reach this server. Default: http://HOST:PORT.'),
  auth: z.enum(['required', 'open']).default('required').describe('`open` lets callers in without a JWT; only on a loopback HOST.'),
  clients: z.array(clientSchema).default([]).describe('EHRs that may call.'),
  network: z
    .strictObject({
      allowHttp: z
        .boolean()
        .default(false)
        .describe(
          'For development: allow http: FHIR servers and key sets. Warned of at start, and refused where NODE_ENV is `production`.',
        ),
      allowPrivateAddresses: z
        .union([z.boolean(), z.array(z.union([z.cidrv4(), z.cidrv6()])).min(1)])
        .default(false)
        .describe(
          'Private and loopback addresses on which FHIR servers and key sets may be: all (`true`), or only these ranges, for example `["10.20.0.0/16"]`. Link-local addresses, where clouds keep their secrets, stay closed.',
        ),
      budgetMs: z.number().int().min(100).max(30000).default(1500).describe('Time for all FHIR reads of one hook call, in milliseconds.'),
      connections: z
        .number()
        .int()
        .min(1)
        .max(1024)
        .default(16)
        .describe(
          'Connections to one FHIR server at the same time. A hook call without prefetch makes thirteen reads: a slow server that is to serve many such calls at once needs more.',
        ),
      maxPages: z.number().int().min(1).max(50).default(5).describe('Pages followed per search.'),
      maxBytes: z.number().int().min(10000).default(20_000_000).describe('Bytes read from the FHIR server per hook call.'),
      app: z
        .strictObject({
          budgetMs: z
            .number()
            .int()
            .min(100)
            .max(60000)
            .default(10_000)
            .describe('Time for all FHIR reads of one profile, in milliseconds.'),
          maxPages: z.number().int().min(1).max(1000).default(200).describe('Pages followed per search.'),
          maxBytes: z.number().int().min(10000).default(100_000_000).describe('Bytes read from the FHIR server per profile.'),
        })
        .prefault({})
        .describe('The same for the app, which shows what has come while the rest is on its way. What is cut off is said.'),
    })
    .prefault({})
    .describe('What the server may reach, and how long it waits.'),
  limits: z
    .strictObject({
      bodyBytes: z.number().int().min(10000).default(10_000_000).describe('Largest request body, in bytes, after decompression.'),
      bodyBytesAtOnce: z
        .number()
        .int()
        .min(10000)
        .default(10_000_000)
        .describe(
          'Bytes of request bodies above 64 kB that are in reading and in work at once, never less than `bodyBytes`. Further ones wait unread, tenants in turn, and get 503 after 800 ms.',
        ),
      bodyDepth: z.number().int().min(10).default(64).describe('Deepest nesting of a request body.'),
      requestsPerMinute: z
        .number()
        .int()
        .min(1)
        .default(6000)
        .describe(
          'Requests per client and minute, coming back one by one: at 6000 one in 10 ms. A sixth may come at once (at least 100, or the whole of a smaller limit). Callers without a JWT, as the app, are told apart by address. Of all processes together with `REDIS_URL`, else of each.',
        ),
      tenantRequestsPerMinute: z
        .number()
        .int()
        .min(1)
        .default(12_000)
        .describe(
          'Requests per tenant and minute, all its clients together, counted as `requestsPerMinute`. The app has as many again: what floods one does not close the other.',
        ),
      failedSignInsPerMinute: z
        .number()
        .int()
        .min(6)
        .default(120)
        .describe(
          'Tokens that fail per address and minute, counted in spells of ten seconds; then 429 until the spell is over, before any signature is checked. An issuer that signed in from the address within the hour has ten times as many of its own.',
        ),
      trustedProxies: z
        .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
        .default([])
        .describe(
          'Proxies whose X-Forwarded-For tells addresses of callers apart for the limits. Absent: the address of the connection counts.',
        ),
    })
    .prefault({})
    .describe('Limits on what comes in.'),
  replayWithoutRedis: z
    .enum(['each-process', 'refuse'])
    .default('each-process')
    .describe(
      'While `REDIS_URL` is set and Redis does not answer: `each-process` lets every process remember used JWTs for itself (one JWT may pass once in each of them), `refuse` answers 503 until Redis is back.',
    ),
  precedence: z
    .array(z.enum(['CPIC', 'DPWG', 'FDA']))
    .length(3)
    .default(['CPIC', 'DPWG', 'FDA'])
    .describe('Whose advice is the headline when sources differ.'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('US')
    .describe(
      'Country of the site, ISO 3166-1. In `US`, what an FDA label says of the genotype in its Boxed Warning or Contraindications is told on every card of the drug, whatever `precedence` and `alertPolicy` say. Of a risk model with numbers for several regions, that of the site comes first.',
    ),
  alertPolicy: z
    .strictObject({
      testFirst: z.boolean().default(true).describe('Show cards that advise a test before the first dose.'),
      notAssessed: z.boolean().default(true).describe('Show a card when a drug with guidance could not be assessed.'),
      optionalAdvice: z.enum(['card', 'app']).default('app').describe('Where advice of strength Optional or without a change is shown.'),
      repeatAfterHours: z
        .number()
        .min(0)
        .max(8760)
        .default(24)
        .describe(
          'Hours in which a concern that a user overrode is not shown to the same user again for the same patient while the facts are unchanged; critical ones always are. 0: always show it again.',
        ),
      recallMs: z
        .number()
        .int()
        .min(10)
        .max(2000)
        .default(100)
        .describe('Milliseconds that a call waits for the ledger to say what its user overrode; after that every card is shown.'),
      maxCards: z
        .number()
        .int()
        .min(1)
        .max(200)
        .default(10)
        .describe('Most cards in one answer; the last of them then sums up the rest. Critical cards are never cut away.'),
    })
    .prefault({})
    .describe('What becomes a card and what stays in the app.'),
  rulesDir: z
    .string()
    .optional()
    .describe('Folder of the rules. Default: the rules of this release. Read again on SIGHUP and `attune rules reload`.'),
  canary: z
    .strictObject({
      everySeconds: z
        .number()
        .int()
        .min(0)
        .max(86_400)
        .default(300)
        .describe('How often invented patients are sent through the whole service, in seconds; never in the sandbox. 0: never.'),
      lateMs: z
        .number()
        .int()
        .min(10)
        .max(60_000)
        .default(2000)
        .describe('An answer to one of them that takes longer is late, in milliseconds.'),
      file: z
        .string()
        .optional()
        .describe("The site's own patients and expected cards. Default: those of this release (`models/canary.json`)."),
    })
    .prefault({})
    .describe('Canary patients (docs/operations-changes.md).'),
  rulesWatchSeconds: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .describe('How often the folder of the rules is looked at for changes, in seconds; rules that changed are then loaded. 0: never.'),
  shadow: z
    .array(shadowSchema)
    .default([])
    .describe('What runs in the shadow: a whole site, a service, or a rule. An entry without `service` and `rule` is the whole site.'),
  drugMap: z
    .string()
    .optional()
    .describe("Path of the site's own drug map, made by `attune drugs import` from its RxNorm release (docs/drugs.md). Checked at start."),
  terminology: z
    .strictObject({
      url: z.url().describe('FHIR R4 base of the terminology server. It may be asked only under the rules of `network`.'),
      timeoutMs: z.number().int().min(20).max(5000).default(300).describe('Longest time that an answer waits for it, in milliseconds.'),
      systems: z
        .array(z.string().min(1))
        .min(1)
        .default([
          'http://www.nlm.nih.gov/research/umls/rxnorm',
          'http://hl7.org/fhir/sid/ndc',
          'http://www.whocc.no/atc',
          'http://snomed.info/sct',
        ])
        .describe('Code systems whose codes it is asked for. A local system is named here, with its `conceptMap`.'),
      conceptMap: z.url().optional().describe('Canonical address of the ConceptMap that leads to RxNorm. Absent: any that the server has.'),
      maxBytes: z.number().int().min(1000).default(200_000).describe('Largest answer that is read, in bytes.'),
      cacheEntries: z.number().int().min(0).max(1_000_000).default(10_000).describe('Codes whose answers are kept in memory.'),
      cacheMinutes: z.number().int().min(1).default(720).describe('How long an answer is kept.'),
    })
    .optional()
    .describe('Terminology server that is asked for drug codes which neither the rules nor the drug map know. Absent: none is asked.'),
  modelsDir: z.string().optional().describe('Folder of the risk models. Default: the models of this release.'),
  models: z
    .record(z.string(), modelSettingsSchema)
    .default({})
    .describe('Settings of single models, by the id of the model. An id that is not in `modelsDir` stops the start.'),
  monitoring: monitoringSchema.prefault({}).describe('Monitoring of models in production (docs/monitoring.md).'),
  tracing: z
    .strictObject({
      otlpUrl: z
        .url()
        .describe(
          'Address that spans are posted to as OTLP/HTTP JSON, for example `https://collector.example/v1/traces`; under the rules of `network`.',
        ),
      tokenFile: z.string().optional().describe('File with a bearer token for it.'),
      ratio: z.number().min(0).max(1).default(1).describe('Share of traces that are kept.'),
      toFhir: z.boolean().default(false).describe('Send `traceparent` to the FHIR servers.'),
    })
    .optional()
    .describe('Traces (docs/tracing.md). Absent: off, and nothing of it is loaded.'),
  operatorTokenFile: z
    .string()
    .optional()
    .describe(
      'File with the token (32 characters or more) that opens the monitoring of all tenants at `/api/monitoring`. Absent: only clients, each its own tenant.',
    ),
  watchFrom: z
    .array(z.union([z.cidrv4(), z.cidrv6()]))
    .optional()
    .describe(
      'Addresses that may read `/metrics` and the parts of `/readyz` without the token of `operatorTokenFile`. A call that a proxy marked as handed on (`Forwarded`, `X-Forwarded-For`, `X-Forwarded-Host`, `X-Real-IP`, `Via`) never may; one that a proxy handed on without a mark looks like a call of the proxy itself, so never name the address of a proxy. With several tenants, figures by tenant need the token. Default: none, because something stands in front; where `publicUrl` is this machine itself, `127.0.0.0/8` and `::1/128`.',
    ),
  operations: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to listen on, for example that of a network of the operator.'),
      port: z
        .number()
        .int()
        .min(0)
        .max(65535)
        .describe(
          'Port to listen on. Of several processes (`ATTUNE_PROCESSES`) the first has this one, the second the next, and so on: each tells its own numbers.',
        ),
    })
    .optional()
    .describe(
      'An address of its own for `/metrics`, `/readyz` with its parts, and `/healthz`: whoever reaches it may read them, so let only the watch reach it. Figures by tenant still need the token where there are several. Absent: these are at the public address only, as `watchFrom` says.',
    ),
  approvals: z
    .strictObject({
      signers: z
        .array(z.string().min(1))
        .default([])
        .describe(
          'Files with the public keys of those who may approve rules and models, as `attune approve --make-key` prints them, one to a line. Empty: nothing needs to be approved.',
        ),
      file: z
        .string()
        .optional()
        .describe(
          'File with the approvals, as `attune approve` adds to it. It is read at each start, and for the rules at each reload; rules that were refused are asked about again when it changes.',
        ),
      needed: z.number().int().min(1).max(10).default(1).describe('How many signers must have approved the same version. 2: four eyes.'),
    })
    .prefault({})
    .describe(
      'Signed approval of rules and models (docs/operations-changes.md). Where signers are named, a server with others does not start, and a reload of others is refused.',
    ),
  badModels: z
    .enum(['stop', 'leave-out'])
    .default('stop')
    .describe('What a model that fails its checks does at start: `stop` it, or be left out; `/readyz` then names it and the reason.'),
  inference: inferenceSchema.prefault({}).describe('The inference server, for `remote` (docs/inference.md).'),
  app: z
    .strictObject({
      optionalScopes: z
        .array(z.string().regex(/^(patient|user)\/[A-Z][A-Za-z]+\.(c|u|cu)$/, 'is not a scope to create or update one resource type'))
        .max(10)
        .default([])
        .describe(
          'Scopes that the app asks for beyond reading, to write a sign-off back, for example `patient/DocumentReference.c`. Refused ones are named on the page; sign-offs then stay in the ledger.',
        ),
      standalone: z
        .array(z.url())
        .optional()
        .describe(
          'FHIR bases, of those in `clients[].fhirServers`, that are offered to whoever opens the app without a launch; anybody can read this list. Absent: the only one, where there is one; with several, none.',
        ),
    })
    .prefault({})
    .describe('The SMART app (docs/app.md).'),
  retention: z
    .strictObject({
      decisionDays: z
        .number()
        .int()
        .min(1)
        .default(3650)
        .describe(
          'Days that decisions are kept, with their cards, estimates, feedback and outcomes. Then their content is removed; their places in the chain stay (docs/ledger.md).',
        ),
      reviewDays: z.number().int().min(1).default(3650).describe('Days that marks, notes and sign-offs are kept.'),
      monitoringDays: z
        .number()
        .int()
        .min(60)
        .default(800)
        .describe("Days that the daily counts of models are kept; a release's first days are kept as long as the database."),
      storeInputs: z
        .boolean()
        .default(false)
        .describe(
          'Keep what each decision was made of, encrypted, so that `attune replay` can make it again. **This is the part of the patient record that was read.**',
        ),
      inputDays: z
        .number()
        .int()
        .min(1)
        .default(90)
        .describe('Days that the inputs of decisions are kept; never longer than the decisions themselves.'),
    })
    .prefault({})
    .describe('What is kept and how long.'),
  ledger: z
    .strictObject({
      signingKeyFile: z
        .string()
        .optional()
        .describe(
          'File with keys that sign the end of the chain: 64 hexadecimal digits a line, the newest last. Default: one key, derived from the pseudonym key.',
        ),
      boxKeyFile: z
        .string()
        .optional()
        .describe(
          'File with keys that encrypt inputs of decisions and notes of reviews: 64 hexadecimal digits a line, the newest last. Default: one key, derived from the pseudonym key.',
        ),
      headsFile: z
        .string()
        .optional()
        .describe(
          'File outside of the database to which each signed end of the chain is appended; best on a disk that only takes appends. Default: `ledger-heads.ndjson` in ATTUNE_DATA_DIR.',
        ),
      signEverySeconds: z.number().int().min(1).max(86_400).default(900).describe('Longest time until new entries are signed, in seconds.'),
      signEveryEntries: z.number().int().min(1).default(1000).describe('Most entries until they are signed.'),
      walkEverySeconds: z
        .number()
        .int()
        .min(0)
        .max(2_147_483) // the longest time that a timer of Node takes
        .default(86_400)
        .describe(
          'Time from the end of one slow walk through the whole ledger to the next, in seconds; what does not hold is told by health and metrics. 0: none. The first comes 15 minutes after the start, or sooner where this is less.',
        ),
      archiveDir: z
        .string()
        .optional()
        .describe(
          'Folder in which rules and models are kept by their content while `retention.storeInputs` is on. Default: `archive` in ATTUNE_DATA_DIR.',
        ),
    })
    .prefault({})
    .describe('The ledger as evidence (docs/ledger.md).'),
  pseudonymKeyFile: z
    .string()
    .optional()
    .describe('File with the key of the HMAC that pseudonymises patients in the ledger. Default: made in ATTUNE_DATA_DIR at first start.'),
})

export type ClientConfig = Readonly<z.output<typeof clientSchema>>
export type Execution = (typeof EXECUTIONS)[number]
export type ModelSettings = Readonly<z.output<typeof modelSettingsSchema>>
type FileConfig = z.output<typeof fileSchema>

export type Config = Readonly<
  Omit<FileConfig, 'drugMap' | 'terminology' | 'inference'> & {
    mode: 'sandbox' | 'production'
    host: string
    port: number
    processes: number
    publicUrl: string
    dataDir: string
    databaseUrl: string | null
    redisUrl: string | null
    execution: Execution
    /** `url` is null where no inference server is named. `token` is a secret. */
    inference: Readonly<Omit<FileConfig['inference'], 'url'> & { url: string | null; token: string | null }>
    logLevel: string
    rulesDir: string
    modelsDir: string
    drugMap: string | null
    terminology: NonNullable<FileConfig['terminology']> | null
  }
>

const environmentSchema = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8088).describe('Port to listen on; 0 picks a free one.'),
  ATTUNE_CONFIG: z.string().optional().describe('Path of the config file (JSON or YAML). Absent: sandbox mode.'),
  ATTUNE_PROCESSES: z.coerce
    .number()
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe(
      'Processes that answer, kept running by one that does not (docs/operations-changes.md). 0: one process that nobody keeps. More than 1 needs DATABASE_URL, and REDIS_URL where callers need a JWT.',
    ),
  ATTUNE_DATA_DIR: z.string().default('./data').describe('Folder of the embedded database and the spool.'),
  DATABASE_URL: z.string().optional().describe('PostgreSQL for the ledger. Absent: embedded PGlite.'),
  REDIS_URL: z.string().optional().describe('Redis for what processes share. Absent: in memory.'),
  ATTUNE_EXECUTION: z
    .enum(EXECUTIONS)
    .default('auto')
    .describe('Where models run (docs/inference.md). What cannot run there runs on the CPU, and `/readyz` says so. `auto` is the CPU.'),
  ATTUNE_INFERENCE_URL: z.url().optional().describe('KServe v2 or Triton server, for `remote`.'),
  ATTUNE_INFERENCE_TOKEN: z.string().optional().describe('Bearer token for that server, in place of `inference.tokenFile`.'),
  NODE_ENV: z.string().optional().describe('`production` (as in the container image) refuses what is only for development.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .optional()
    .describe('Least serious level that is logged. Default: `info`; in the sandbox `warn`.'),
})

export const CONFIG_SCHEMAS = { file: fileSchema, client: clientSchema, model: modelSettingsSchema, environment: environmentSchema }

const readConfigFile = (path: string): FileConfig => {
  let raw: unknown
  try {
    raw = parseYaml(readFileSync(path, 'utf8')) // JSON is YAML too
  } catch (cause) {
    // A parser's message may quote the file, which may hold keys: its position is enough.
    const { code, linePos } = cause as { code?: unknown; linePos?: readonly { line: number; col: number }[] }
    const where = linePos?.[0] ? `${code} at line ${linePos[0].line}, column ${linePos[0].col}` : `${code}`
    throw new AttuneError('config-invalid', `cannot read the config file ${path}: ${where}`, { cause })
  }
  const file = check(fileSchema, raw, 'config file')
  const problems = contradictions(file)
  if (problems.length > 0) throw new AttuneError('config-invalid', `config file:\n${problems.map((problem) => `✖ ${problem}`).join('\n')}`)
  return file
}

const repeated = (texts: readonly string[]): string[] => [...new Set(texts.filter((text, at) => texts.indexOf(text) !== at))]

const KEY_SOURCES = ['jku', 'jwks', 'jwksFile'] as const

/** What a URL parser would repair or read otherwise than a person: user-info, backslash, fragment, letters that look like others. */
const isPlain = (address: string): boolean =>
  !/[\s\\#]|[^\x21-\x7e]/.test(address) && new URL(address).username === '' && new URL(address).password === ''

const mayBeReached = (address: string, allowHttp: boolean): boolean => /^https:/i.test(address) || (allowHttp && /^http:/i.test(address))

/** What is wrong with one client although each of its keys is well formed. */
const contradictionsOf = (client: ClientConfig, { allowHttp }: FileConfig['network']): string[] => {
  const sources = KEY_SOURCES.filter((key) => client[key] !== undefined)
  const { dicomweb = [], viewer } = client.imaging ?? {}
  const addresses = [...client.fhirServers, ...(client.jku ? [client.jku] : []), ...dicomweb, ...(viewer ? [viewer] : [])]
  return [
    client.iss === undefined && sources.length > 0 ? `has ${sources.join(', ')} but no iss: no JWT can be its own` : '',
    client.iss !== undefined && sources.length === 0 ? 'has an iss but no keys: name jku, jwks or jwksFile' : '',
    client.jwksFile !== undefined && !existsSync(client.jwksFile) ? `has a jwksFile that is not there: ${client.jwksFile}` : '',
    sources.length > 1 ? `names its keys more than once: ${sources.join(', ')}` : '',
    ...[...addresses, ...client.authorizationServers]
      .filter((address) => !isPlain(address))
      .map((address) => `names an address that is not plain: ${JSON.stringify(address)}`),
    ...client.fhirServers.filter((base) => base.includes('?')).map((base) => `has a FHIR base with a query: ${base}`),
    ...addresses
      .filter((address) => !mayBeReached(address, allowHttp))
      .map((address) => `${address} is not https (network.allowHttp allows http)`),
  ].flatMap((problem) => (problem === '' ? [] : [`client ${client.id} ${problem}`]))
}

const challengers = (models: FileConfig['models']): string[] =>
  Object.entries(models).flatMap(([id, { use, challengerOf }]) => {
    if (challengerOf === undefined) return []
    if (use !== 'shadow') return [`models.${id}: challengerOf is only for use "shadow"`]
    return challengerOf === id ? [`models.${id}: a model cannot challenge itself`] : []
  })

/** Mistakes that no single key shows; each would otherwise be found only when a call fails. */
const contradictions = ({
  app,
  clients,
  models,
  monitoring,
  network,
  operatorTokenFile,
  precedence,
  shadow,
  terminology,
  tracing,
}: FileConfig): string[] => {
  const issuers = clients.flatMap(({ iss, tenant }) => (iss === undefined ? [] : [`${iss}, tenant ${tenant}`]))
  return [
    ...repeated(clients.map(({ id }) => id)).map((id) => `two clients have the id ${id}`),
    ...repeated(issuers).map((issuer) => `two clients have the same iss and tenant: ${issuer}`),
    ...clients.flatMap((client) => contradictionsOf(client, network)),
    ...(app.standalone ?? [])
      .filter((base) => !clients.some(({ fhirServers }) => fhirServers.includes(base)))
      .map((base) => `app.standalone: ${base} is no FHIR base of a client`),
    ...repeated(precedence).map((source) => `precedence names ${source} twice`),
    ...(terminology && !mayBeReached(terminology.url, network.allowHttp)
      ? [`terminology.url ${terminology.url} is not https (network.allowHttp allows http)`]
      : []),
    ...challengers(models),
    ...clients
      .filter(({ id, tenant }) => id === CANARY || tenant === CANARY)
      .map(({ id }) => `client ${id}: "${CANARY}" is the name of the service's own client and tenant`),
    ...shadow.flatMap(({ service, rule }) =>
      service !== undefined && rule !== undefined ? ['shadow: name a service or a rule, not both'] : [],
    ),
    ...(monitoring.webhook && !mayBeReached(monitoring.webhook.url, network.allowHttp)
      ? [`monitoring.webhook.url ${monitoring.webhook.url} is not https (network.allowHttp allows http)`]
      : []),
    ...(tracing && !mayBeReached(tracing.otlpUrl, network.allowHttp)
      ? [`tracing.otlpUrl ${tracing.otlpUrl} is not https (network.allowHttp allows http)`]
      : []),
    ...[operatorTokenFile, monitoring.webhook?.tokenFile, tracing?.tokenFile].flatMap((path) =>
      path !== undefined && !existsSync(path) ? [`the token file is not there: ${path}`] : [],
    ),
  ]
}

const check = <S extends z.ZodType>(schema: S, raw: unknown, what: string): z.output<S> => {
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  throw new AttuneError('config-invalid', `${what}: ${z.prettifyError(result.error)}`)
}

/** `host` is this machine itself. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** A token or a patient's values must not cross a network in the clear; a side-car on this machine, and the sandbox, are no network. */
const inferenceProblems = (
  { url, token, ...inference }: Config['inference'],
  execution: Execution,
  { models }: FileConfig,
  mode: Config['mode'],
): string[] => {
  const remote = [execution, ...Object.values(models).map((model) => model.execution)].includes('remote')
  if (url === null) return remote ? ['execution "remote" needs ATTUNE_INFERENCE_URL or inference.url'] : []
  const { protocol, hostname, username, search } = new URL(url)
  const near = isLoopback(hostname.replace(/^\[|\]$/g, ''))
  const { tokenFile, caFile, certFile, keyFile, allowHttp } = inference
  const files = Object.entries({ tokenFile, caFile, certFile, keyFile })
  return [
    /^https?:$/.test(protocol) && username === '' && search === '' ? '' : `the inference server is no plain http or https address`,
    protocol === 'http:' && !near && !allowHttp && mode === 'production'
      ? `the inference server ${url} is not https (inference.allowHttp allows http)`
      : '',
    protocol === 'http:' && !near && (token !== null || tokenFile !== undefined) ? 'a bearer token is never sent over http' : '',
    token !== null && tokenFile !== undefined ? 'the token of the inference server is named twice: tokenFile, ATTUNE_INFERENCE_TOKEN' : '',
    (certFile === undefined) === (keyFile === undefined) ? '' : 'inference.certFile and inference.keyFile belong together',
    ...files.flatMap(([key, path]) => (path !== undefined && !existsSync(path) ? [`inference.${key} is not there: ${path}`] : [])),
  ].filter((problem) => problem !== '')
}

const LAST_PORT = 65_535

/** Processes share a port that must be known, one database, and what they know of tokens that were used. */
const processProblems = (
  { ATTUNE_PROCESSES: processes, PORT, DATABASE_URL, REDIS_URL }: z.output<typeof environmentSchema>,
  { auth, operations }: FileConfig,
): string[] => [
  ...(processes > 0 && PORT === 0 ? ['ATTUNE_PROCESSES needs a PORT other than 0'] : []),
  ...(processes > 1 && !DATABASE_URL ? ['ATTUNE_PROCESSES above 1 needs DATABASE_URL: the embedded ledger belongs to one process'] : []),
  ...(processes > 1 && !REDIS_URL && auth === 'required'
    ? ['ATTUNE_PROCESSES above 1 needs REDIS_URL: a token that one process took must be refused by the others']
    : []),
  ...(operations && processes > 1 && operations.port > 0 && PORT >= operations.port && PORT < operations.port + processes
    ? [`operations.port and the ${processes - 1} ports after it are for the processes one by one: PORT is among them`]
    : []),
  ...(operations && operations.port + processes - 1 > LAST_PORT
    ? [`operations.port and the ${processes - 1} ports after it are for the processes one by one: there is no port ${LAST_PORT + 1}`]
    : []),
]

const openBecause = (mode: Config['mode']): string =>
  mode === 'sandbox' ? 'without ATTUNE_CONFIG Attune is the sandbox, which has auth "open",' : 'auth "open" lets everybody in'

/** The sandbox draws its own pictures and shows where a viewer would open. */
const sandboxImaging = (publicUrl: string) => ({
  dicomweb: [`${publicUrl}/dicomweb`],
  sendToken: true,
  viewer: `${publicUrl}/dicomweb/viewer?study={studyUid}`,
})

/** The sandbox's own client: the page at `/`, which calls without a JWT and names the sandbox's FHIR base. */
const sandboxFile = (publicUrl: string): FileConfig =>
  fileSchema.parse({
    publicUrl,
    auth: 'open',
    clients: [
      {
        id: 'anonymous',
        tenant: 'sandbox',
        fhirServers: [`${publicUrl}/fhir`],
        cors: ['*'],
        features: ['trace'],
        imaging: sandboxImaging(publicUrl),
      },
    ],
    network: { allowHttp: true, allowPrivateAddresses: true },
    app: { optionalScopes: ['patient/DocumentReference.c'] },
  })

/**
 * Environment and config file to one frozen Config. No other file reads `process.env`.
 * @throws AttuneError `config-invalid` with every problem named.
 */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>, root: string): Config => {
  const env = check(environmentSchema, Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')), 'environment')
  const origin = `http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${env.PORT}`
  const mode = env.ATTUNE_CONFIG ? 'production' : 'sandbox'
  const file = env.ATTUNE_CONFIG ? readConfigFile(resolve(env.ATTUNE_CONFIG)) : sandboxFile(origin)
  if (mode === 'production' && env.NODE_ENV === 'production' && file.network.allowHttp)
    throw new AttuneError('config-invalid', 'network.allowHttp is for development and is refused where NODE_ENV is "production"')
  if (file.auth === 'open' && !isLoopback(env.HOST))
    throw new AttuneError('config-invalid', `${openBecause(mode)} and is accepted only on a loopback HOST, not on ${env.HOST}`)
  const inference = {
    ...file.inference,
    url: env.ATTUNE_INFERENCE_URL ?? file.inference.url ?? null,
    token: env.ATTUNE_INFERENCE_TOKEN ?? null,
  }
  const problems = [...inferenceProblems(inference, env.ATTUNE_EXECUTION, file, mode), ...processProblems(env, file)]
  if (problems.length > 0) throw new AttuneError('config-invalid', problems.join('\n'))
  const config: Config = {
    ...file,
    mode,
    host: env.HOST,
    port: env.PORT,
    processes: env.ATTUNE_PROCESSES,
    publicUrl: withoutEndSlashes(file.publicUrl ?? origin),
    dataDir: resolve(env.ATTUNE_DATA_DIR),
    databaseUrl: env.DATABASE_URL ?? null,
    redisUrl: env.REDIS_URL ?? null,
    execution: env.ATTUNE_EXECUTION,
    inference,
    logLevel: env.LOG_LEVEL ?? (mode === 'sandbox' ? 'warn' : 'info'),
    rulesDir: resolve(file.rulesDir ?? `${root}/rules`),
    modelsDir: resolve(file.modelsDir ?? `${root}/models`),
    drugMap: file.drugMap === undefined ? null : resolve(file.drugMap),
    terminology: file.terminology ?? null,
  }
  return deepFreeze(config)
}

const deepFreeze = <T>(value: T): T => {
  if (value && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
