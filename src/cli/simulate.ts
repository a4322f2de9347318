import { SERVICES } from '../../cds-services/registry.ts'
import { composeOffline } from '../engine.ts'
import { isResource } from '../fhir/bundle.ts'
import { REQUEST_OPTIONS, readRequestFile, runRequest, serviceFor } from './run-request.ts'
import { postRequest, refusalLines, serverOf } from './simulate/post-request.ts'
import { requestOfBundle } from './simulate/request-of-bundle.ts'
import { makeSigner } from './simulate/sign-call.ts'
import { toldLines } from './simulate/told.ts'
import { printJson, progress, say, UsageError, type Verb, type VerbInput } from './verb.ts'

const OPTIONS = {
  ...REQUEST_OPTIONS,
  hook: { type: 'string' },
  to: { type: 'string' },
  key: { type: 'string' },
  iss: { type: 'string' },
  kid: { type: 'string' },
  audience: { type: 'string' },
} as const

const textOf = (value: VerbInput['values'][string]): string | null => (typeof value === 'string' ? value : null)

/** The file as a hook request: as it stands, or made from a Bundle. */
const requestIn = (input: VerbInput): unknown => {
  const body = readRequestFile(input)
  return isResource(body) && body.resourceType === 'Bundle' ? requestOfBundle(body, textOf(input.values.hook)) : body
}

const took = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`

/** In this process: nothing is sent, nothing recorded, nothing read from a FHIR server. */
const runHere = async (input: VerbInput, body: unknown): Promise<number> => {
  const engine = await composeOffline(process.env)
  const started = performance.now()
  const { response, decision } = await runRequest(input, engine, body)
  const ms = performance.now() - started
  if (input.values.json) printJson(response)
  else for (const line of toldLines(response.cards, decision)) say(line)
  progress(`Answered here in ${took(ms)}, the first call after loading; nothing was recorded.`)
  return 0
}

const NO_TRACE =
  'The server does not tell why: it sends no trace to this client. Add "trace" to clients[].features for a while, or run the file without --to.'

const signerFor = ({ values }: VerbInput) => {
  const key = textOf(values.key)
  if (key !== null) return makeSigner(key, { iss: textOf(values.iss), kid: textOf(values.kid) })
  if (values.iss !== undefined || values.kid !== undefined) throw new UsageError('--iss and --kid belong to --key.')
  return null
}

/** To a running server, as the EHR would send it. */
const runThere = async (input: VerbInput, body: unknown, to: string): Promise<number> => {
  const url = `${serverOf(to)}/cds-services/${serviceFor(input, body, SERVICES).id}`
  const posted = await postRequest({ url, audience: textOf(input.values.audience) ?? url, signer: signerFor(input) }, body)
  if (input.values.json) printJson(posted.answer ?? { status: posted.status })
  else if (posted.status !== 200) for (const line of refusalLines(posted)) say(line)
  else for (const line of [...toldLines(posted.cards, posted.thought), ...(posted.thought === null ? [NO_TRACE] : [])]) say(line)
  progress(`Status ${posted.status} in ${took(posted.ms)}, network included. Request id ${posted.requestId ?? 'none'}.`)
  return posted.status === 200 ? 0 : 1
}

export const simulate: Verb = {
  name: 'simulate',
  summary: 'Answer a saved CDS Hooks request or a patient Bundle: cards in plain words, time, and why there are no others',
  usage: `attune simulate FILE|- [--service ID] [--hook HOOK] [--json]
       attune simulate FILE|- --to URL [--key FILE --iss ISSUER [--kid KID]] [--audience TEXT] [--service ID] [--json]

FILE is a hook request as an EHR sent it, or a Bundle with one Patient (drafts become the orders). Without --to it is answered
here and nothing is sent or recorded. With --to it is posted to that server, which records it as any call; --key is the private
key (PEM or JSON Web Key) with which the client's JWT is signed. The file holds a patient: treat it so.`,
  options: OPTIONS,
  run: async (input) => {
    const body = requestIn(input)
    const to = textOf(input.values.to)
    return to === null ? runHere(input, body) : runThere(input, body, to)
  },
}
