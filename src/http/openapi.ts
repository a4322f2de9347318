import { z } from 'zod'
import { ERROR_CATALOGUE, type ErrorCode } from '../errors.ts'
import { FEEDBACK_SCHEMA } from '../hooks/feedback.ts'
import { REQUEST_SCHEMAS } from '../hooks/request.ts'
import * as answers from './answer-schemas.ts'
import { PROFILE_SCHEMA } from './api.ts'
import { OUTCOMES_SCHEMA } from './monitoring.ts'
import { REPORT_SCHEMA, REVIEW_LIST_SCHEMA, REVIEW_SCHEMA, SIGN_OFF_SCHEMA } from './review.ts'
import { MISSING_SCHEMA, WHAT_IF_SCHEMA } from './what-if.ts'

type Endpoint = {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly auth: 'client' | 'app' | 'none'
  readonly body?: z.ZodType
  readonly query?: Readonly<Record<string, string>>
  /** `also`: further formats that an Accept header or the query may ask for. */
  readonly answer: { readonly text: string; readonly type: string; readonly also?: readonly string[]; readonly schema?: z.ZodType }
  readonly errors: readonly ErrorCode[]
  /** Answers with another status that are no errors, or errors with a form of their own. */
  readonly others?: Readonly<Record<number, { readonly text: string; readonly schema?: z.ZodType }>>
  readonly sandboxOnly?: true
}

const json = (text: string, schema: z.ZodType) => ({ text, type: 'application/json', schema })

/** `overloaded`: also while the server loads, on every path. */
const ALWAYS: readonly ErrorCode[] = ['method-not-allowed', 'overloaded', 'unexpected']
const BODY: readonly ErrorCode[] = ['body-not-json', 'body-too-deep', 'body-too-large', 'content-type', ...ALWAYS]
/** Why the app is not let into a chart. */
const CHART: readonly ErrorCode[] = ['token-refused', 'fhir-server-untrusted', 'fhir-failed']

const PERIOD_QUERY = {
  since: 'First day (UTC), `YYYY-MM-DD`. Default: 28 days before the end.',
  until: 'Last day. Default: now.',
  format: '`json` (default) or `csv`.',
}

/** Every endpoint is a row; a test compares the rows with the routes of the running app. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'get',
    path: '/cds-services',
    tag: 'CDS Hooks',
    summary: 'Discovery: the services, their hooks and their prefetch.',
    auth: 'client',
    answer: json('The services.', answers.DISCOVERY_SCHEMA),
    errors: ['client-unknown', 'too-many-requests', ...ALWAYS],
    others: { 304: { text: 'Unchanged since the answer with that ETag.' } },
  },
  {
    method: 'post',
    path: '/cds-services/{id}',
    tag: 'CDS Hooks',
    summary: 'Call a service; answers with cards.',
    auth: 'client',
    body: z.union([
      REQUEST_SCHEMAS['patient-view'],
      REQUEST_SCHEMAS['order-select'],
      REQUEST_SCHEMAS['order-sign'],
      REQUEST_SCHEMAS['encounter-discharge'],
    ]),
    answer: json('Cards; an empty list when there is nothing to say.', answers.CARDS_SCHEMA),
    errors: [
      'request-invalid',
      'hook-mismatch',
      'client-unknown',
      'not-found',
      'data-missing',
      'other-patient',
      'ledger-failed',
      'too-many-requests',
      ...BODY,
    ],
  },
  {
    method: 'post',
    path: '/cds-services/{id}/feedback',
    tag: 'CDS Hooks',
    summary: 'What was done with cards: taken or overridden, and why.',
    auth: 'client',
    body: FEEDBACK_SCHEMA,
    answer: json('Stored.', answers.EMPTY_SCHEMA),
    errors: ['feedback-invalid', 'client-unknown', 'not-found', 'ledger-failed', 'too-many-requests', ...BODY],
  },
  {
    method: 'post',
    path: '/api/profile',
    tag: 'App',
    summary: "The SMART app's panels, one JSON event per line, each as soon as it is ready.",
    auth: 'app',
    body: PROFILE_SCHEMA,
    answer: { text: 'Events, newline-delimited.', type: 'application/x-ndjson', schema: answers.PROFILE_EVENT_SCHEMA },
    errors: ['request-invalid', ...CHART, 'read-refused', 'in-shadow', 'ledger-failed', 'too-many-requests', ...BODY],
  },
  {
    method: 'post',
    path: '/api/passport',
    tag: 'App',
    summary: 'The pharmacogenomic passport of a patient, frozen: its content, and the same as a FHIR R4 document. The record is read anew.',
    auth: 'app',
    body: PROFILE_SCHEMA,
    answer: json('Content and document.', answers.PASSPORT_SCHEMA),
    errors: ['request-invalid', ...CHART, 'read-refused', 'in-shadow', 'ledger-failed', 'too-many-requests', ...BODY],
  },
  {
    method: 'post',
    path: '/api/report',
    tag: 'App',
    summary:
      'What a profile told, frozen as a page to print or keep, or with accept: application/json as data: no script, no recomputing. The EHR is asked whether the token may read the patient now. That it was made is recorded.',
    auth: 'app',
    body: REPORT_SCHEMA,
    answer: { text: 'The page.', type: 'text/html' },
    errors: ['request-invalid', 'token-refused', 'fhir-server-untrusted', 'fhir-failed', 'ledger-failed', 'too-many-requests', ...BODY],
  },
  {
    method: 'post',
    path: '/api/what-if',
    tag: 'App',
    summary: 'Estimates for people with other values of the inputs that can be changed. Values in, numbers out; no patient is named.',
    auth: 'app',
    body: WHAT_IF_SCHEMA,
    answer: json('One answer per question of the model.', answers.WHAT_IF_ANSWER_SCHEMA),
    errors: ['request-invalid', 'token-refused', 'not-found', 'too-many-requests', ...BODY],
  },
  {
    method: 'post',
    path: '/api/what-if/missing',
    tag: 'App',
    summary: 'How far each unknown input of a model could move its estimate. Values in, numbers out; no patient is named.',
    auth: 'app',
    body: MISSING_SCHEMA,
    answer: json('One answer per question of the model.', answers.MISSING_ANSWER_SCHEMA),
    errors: ['request-invalid', 'token-refused', 'not-found', 'too-many-requests', ...BODY],
  },
  ...(
    [
      [
        '/api/review/list',
        'Where each flag of a profile stands: new, reviewed, accepted or overridden, with its history.',
        REVIEW_LIST_SCHEMA,
      ],
      ['/api/review', 'Marks flags as reviewed, accepted or overridden. Append-only; notes are kept encrypted.', REVIEW_SCHEMA],
      [
        '/api/review/sign-off',
        'Signs the review off: kept in the ledger, and written to the EHR as a document where it allows that.',
        SIGN_OFF_SCHEMA,
      ],
    ] as const
  ).map(
    ([path, summary, body]): Endpoint => ({
      method: 'post',
      path,
      tag: 'App',
      summary,
      auth: 'app',
      body,
      answer: json('Flags, sign-offs, and the reasons that an override is given with.', answers.REVIEW_ANSWER_SCHEMA),
      errors: ['request-invalid', 'token-refused', 'fhir-server-untrusted', 'fhir-failed', 'ledger-failed', 'too-many-requests', ...BODY],
    }),
  ),
  {
    method: 'get',
    path: '/app/config.json',
    tag: 'App',
    summary: 'What the SMART app must know before any login: the issuers it may be launched from.',
    auth: 'none',
    answer: json('Issuers and client ids.', answers.APP_CONFIG_SCHEMA),
    errors: ['too-many-requests', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/rules/source-attributes',
    tag: 'Rules',
    summary:
      'The 13 source attributes of 45 CFR 170.315(b)(11)(iv)(A) of the guidance of each source, and every guideline that rows are taken from.',
    auth: 'none',
    answer: json('By source.', answers.RULES_ATTRIBUTES_SCHEMA),
    errors: ['too-many-requests', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/models',
    tag: 'Models',
    summary: 'The risk models: version, hash, state, where they run, how many test vectors they reproduce, what of them is off and why.',
    auth: 'none',
    answer: json('Models, in the order of their ids.', answers.MODELS_SCHEMA),
    errors: ['too-many-requests', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/models/{id}',
    tag: 'Models',
    summary: 'All of one model: source attributes, inputs with codes and limits, variants with their terms, figures, hashes.',
    auth: 'none',
    answer: json('The model.', answers.MODEL_SCHEMA),
    errors: ['not-found', 'too-many-requests', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/models/{id}/source-attributes',
    tag: 'Models',
    summary: 'The 31 and the 13 source attributes of 45 CFR 170.315(b)(11)(iv).',
    auth: 'none',
    answer: json('Source attributes.', answers.SOURCE_ATTRIBUTES_SCHEMA),
    errors: ['not-found', 'too-many-requests', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/models/{id}/card',
    tag: 'Models',
    summary: 'The CHAI Applied Model Card 0.2, in the format of the Accept header; JSON when it does not say.',
    auth: 'none',
    answer: { ...json('The card.', answers.CHAI_CARD_SCHEMA), also: ['application/xml', 'text/markdown'] },
    errors: ['not-found', 'not-acceptable', 'too-many-requests', ...ALWAYS],
  },
  ...(['xml', 'json', 'md'] as const).map(
    (format): Endpoint => ({
      method: 'get',
      path: `/api/models/{id}/card.${format}`,
      tag: 'Models',
      summary: `The same card as ${{ xml: 'XML', json: 'JSON', md: 'Markdown' }[format]}, for links.`,
      auth: 'none',
      answer: { text: 'The card.', type: { xml: 'application/xml', json: 'application/json', md: 'text/markdown' }[format] },
      errors: ['not-found', 'too-many-requests', ...ALWAYS],
    }),
  ),
  {
    method: 'get',
    path: '/api/monitoring',
    tag: 'Models',
    summary: "Figures of the models in use, judged: of the client's tenant, or of all with the operator's token.",
    auth: 'client',
    answer: json('The report (docs/monitoring.md).', answers.MONITORING_SCHEMA),
    errors: ['client-unknown', 'too-many-requests', 'ledger-failed', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/monitoring/services',
    tag: 'Models',
    summary: "Whether services and rules still fire, judged: of the client's tenant, or of all with the operator's token.",
    auth: 'client',
    answer: json('The report (docs/service-monitoring.md).', answers.SERVICE_WATCH_SCHEMA),
    errors: ['client-unknown', 'too-many-requests', 'ledger-failed', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/overrides',
    tag: 'Models',
    summary:
      "What became of the cards of some days: accepted, overridden and why, ignored; of the client's tenant, or of all with the operator's token.",
    auth: 'client',
    query: { ...PERIOD_QUERY, by: '`rule` (default), `drug`, `service`, `site` or `week`.' },
    answer: { ...json('The report (docs/service-monitoring.md); CSV with `format=csv`.', answers.OVERRIDES_SCHEMA), also: ['text/csv'] },
    errors: ['request-invalid', 'client-unknown', 'too-many-requests', 'ledger-failed', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/shadow',
    tag: 'Models',
    summary:
      "What would have been shown by services and rules that run in the shadow; of the client's tenant, or of all with the operator's token.",
    auth: 'client',
    query: PERIOD_QUERY,
    answer: { ...json('The report (docs/service-monitoring.md); CSV with `format=csv`.', answers.SHADOW_SCHEMA), also: ['text/csv'] },
    errors: ['request-invalid', 'client-unknown', 'too-many-requests', 'ledger-failed', ...ALWAYS],
  },
  {
    method: 'post',
    path: '/api/outcomes',
    tag: 'Models',
    summary: 'What became of patients for whom a model gave an estimate; the same outcome sent again is stored once.',
    auth: 'client',
    body: OUTCOMES_SCHEMA,
    answer: json('A receipt for each outcome, in order; `unknown` where there is no such estimate.', answers.RECEIPTS_SCHEMA),
    errors: ['outcomes-invalid', 'client-unknown', 'ledger-failed', 'too-many-requests', ...BODY],
  },
  {
    method: 'get',
    path: '/api/products',
    tag: 'App',
    summary: 'Drug products whose name holds all words asked for.',
    auth: 'none',
    query: { q: 'Words of a drug name.' },
    answer: json('Products, shortest names first.', answers.PRODUCTS_SCHEMA),
    errors: ['too-many-requests', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/api/decisions/{id}',
    tag: 'Sandbox',
    summary: 'One recorded decision.',
    auth: 'none',
    answer: json('The decision.', answers.DECISION_SCHEMA),
    errors: ['not-found', 'too-many-requests', 'ledger-failed', ...ALWAYS],
    sandboxOnly: true,
  },
  {
    method: 'get',
    path: '/api/recent',
    tag: 'Sandbox',
    summary: 'The newest decisions.',
    auth: 'none',
    answer: json('Decisions, newest first.', answers.RECENT_SCHEMA),
    errors: ['too-many-requests', 'ledger-failed', ...ALWAYS],
    sandboxOnly: true,
  },
  {
    method: 'get',
    path: '/healthz',
    tag: 'Operation',
    summary: 'The process is alive.',
    auth: 'none',
    answer: json('Alive.', answers.HEALTH_SCHEMA),
    errors: ALWAYS,
  },
  {
    method: 'get',
    path: '/readyz',
    tag: 'Operation',
    summary:
      "All parts are ready (200) or which are not (503). The parts are told to addresses of `watchFrom`, or with the operator's token.",
    auth: 'none',
    answer: json('Ready.', answers.READY_SCHEMA),
    errors: ALWAYS,
    others: { 503: { text: 'Not ready: the parts, or while the server loads an OperationOutcome.', schema: answers.READY_SCHEMA } },
  },
  {
    method: 'get',
    path: '/metrics',
    tag: 'Operation',
    summary: "Figures for Prometheus; no patient data. For addresses of `watchFrom`, or with the operator's token.",
    auth: 'none',
    answer: { text: 'Prometheus text format.', type: 'text/plain' },
    errors: ['client-unknown', ...ALWAYS],
  },
  {
    method: 'get',
    path: '/openapi.json',
    tag: 'Operation',
    summary: 'This description.',
    auth: 'none',
    answer: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })),
    errors: ALWAYS,
  },
  {
    method: 'get',
    path: '/docs',
    tag: 'Operation',
    summary: 'This description, to read.',
    auth: 'none',
    answer: { text: 'A page.', type: 'text/html' },
    errors: ALWAYS,
  },
]

const toSchema = (schema: z.ZodType): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

const SECURITY = { client: [{ clientJwt: [] }], app: [{ accessToken: [] }], none: [] } as const

/** Several of our codes may share a status: one answer, all texts. */
const errorAnswers = (codes: readonly ErrorCode[]): Record<string, object> => {
  const byStatus = new Map<number, string[]>()
  for (const code of new Set(codes)) {
    const { status, text } = ERROR_CATALOGUE[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), text])
  }
  const outcome = { content: { 'application/json': { schema: { $ref: '#/components/schemas/OperationOutcome' } } } }
  return Object.fromEntries(
    [...byStatus].map(([status, texts]) => {
      const isEmpty = status === 401 && codes.includes('client-unknown') // it says nothing on purpose
      return [status, { description: texts.join(' '), ...(isEmpty ? {} : outcome) }]
    }),
  )
}

const parameters = ({ path, query }: Endpoint): object[] => [
  ...Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
  ...Object.entries(query ?? {}).map(([name, description]) => ({ name, in: 'query', description, schema: { type: 'string' } })),
]

const operation = (endpoint: Endpoint): object => {
  const { tag, summary, auth, body, answer, errors, others = {} } = endpoint
  const content = {
    [answer.type]: answer.schema ? { schema: toSchema(answer.schema) } : {},
    ...Object.fromEntries((answer.also ?? []).map((type) => [type, { schema: { type: 'string' } }])),
  }
  return {
    tags: [tag],
    summary,
    security: SECURITY[auth],
    parameters: parameters(endpoint),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: toSchema(body) } } } } : {}),
    responses: {
      200: { description: answer.text, content },
      ...errorAnswers(errors),
      ...Object.fromEntries(
        Object.entries(others).map(([status, { text, schema }]) => [
          status,
          { description: text, ...(schema ? { content: { 'application/json': { schema: toSchema(schema) } } } : {}) },
        ]),
      ),
    },
  }
}

export type OpenApi = {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly [member: string]: unknown
}

/** OpenAPI 3.1 of this server, made from the schemas that check the requests. */
export const openapi = (about: { readonly version: string; readonly publicUrl: string; readonly sandbox: boolean }): OpenApi => {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of ENDPOINTS) {
    if (endpoint.sandboxOnly && !about.sandbox) continue
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Attune',
      version: about.version,
      description: 'Decision support for prescribing: CDS Hooks services and the data of the SMART app.',
    },
    servers: [{ url: about.publicUrl }],
    paths,
    components: {
      schemas: { OperationOutcome: toSchema(answers.OUTCOME_SCHEMA) },
      securitySchemes: {
        clientJwt: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: "The EHR's signed token (CDS Hooks, client trust).",
        },
        accessToken: { type: 'http', scheme: 'bearer', description: "The EHR's access token that the SMART app was given." },
      },
    },
  }
}
