import type { CodeAnswer } from '../contract/drug-answers.ts'
import { isObject } from './bundle.ts'
import type { OutboundFailure, Received } from './outbound.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

const FAILURES: Readonly<Record<OutboundFailure, string>> = {
  timeout: 'the terminology server did not answer in time',
  queued: 'the terminology server did not answer in time',
  'too-large': 'the terminology server sent more than this service reads',
  address: 'the terminology server is on an address that this service may not reach',
  scheme: 'the terminology server is not reached over https',
  network: 'the connection to the terminology server failed',
  encoding: 'the answer of the terminology server was not readable',
}

export const failed = (because: string): CodeAnswer => ({ state: 'failed', because })

/** Statuses with which servers say that they do not know a code, or have no map for it. */
const NOT_KNOWN: ReadonlySet<number> = new Set([400, 404, 410, 422])

const sayStatus = (status: number): string => {
  if (status >= 300 && status < 400) return 'the terminology server redirected; redirects are not followed'
  if (status === 401 || status === 403) return 'the terminology server did not allow the question'
  if (status === 429 || status === 503) return 'the terminology server is busy'
  return 'the terminology server failed'
}

type Part = Readonly<Record<string, unknown>>

const partsOf = (value: unknown): Part[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** Parameters of a FHIR Parameters resource by name; null when it is none. */
const parametersOf = (body: Buffer): Part[] | null => {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
  return isObject(value) && value.resourceType === 'Parameters' ? partsOf(value.parameter) : null
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null)

const named = (parts: readonly Part[], name: string): Part | undefined => parts.find((part) => part.name === name)

const readAnswer = (received: Received, read: (parameters: readonly Part[]) => CodeAnswer): CodeAnswer => {
  if (!received.ok) return failed(FAILURES[received.why])
  if (NOT_KNOWN.has(received.status)) return { state: 'unknown' }
  if (received.status !== 200) return failed(sayStatus(received.status))
  const parameters = parametersOf(received.body)
  return parameters === null ? failed(FAILURES.encoding) : read(parameters)
}

/** `CodeSystem/$lookup` (FHIR R4): what the server calls the code. */
export const readLookup = (received: Received): CodeAnswer =>
  readAnswer(received, (parameters) => {
    const display = textOf(named(parameters, 'display')?.valueString)
    return display === null ? { state: 'unknown' } : { state: 'known', rxcuis: [], names: [display] }
  })

/**
 * How the target of a match may relate to the source: the same, or wider (a product's ingredient). Never narrower or merely related: that may
 * be another drug. R4 ConceptMapEquivalence, and the relationships of R5.
 */
const USABLE: ReadonlySet<string> = new Set(['equal', 'equivalent', 'wider', 'subsumes', 'source-is-narrower-than-target'])

/** `ConceptMap/$translate` (FHIR R4): RxNorm codes of the same or a wider meaning. */
export const readTranslate = (received: Received): CodeAnswer =>
  readAnswer(received, (parameters) => {
    if (named(parameters, 'result')?.valueBoolean !== true) return { state: 'unknown' }
    const rxcuis = parameters.flatMap((parameter) => {
      if (parameter.name !== 'match') return []
      const parts = partsOf(parameter.part)
      const relation = named(parts, 'equivalence')?.valueCode ?? named(parts, 'relationship')?.valueCode
      const concept = named(parts, 'concept')?.valueCoding
      if (!isObject(concept) || typeof relation !== 'string' || !USABLE.has(relation) || concept.system !== RXNORM) return []
      const code = textOf(concept.code)
      return code === null ? [] : [code]
    })
    return rxcuis.length === 0 ? { state: 'unknown' } : { state: 'known', rxcuis, names: [] }
  })

/** Both operations together: what either knows; a failure counts only where the other knows nothing either. */
export const combine = (answers: readonly CodeAnswer[]): CodeAnswer => {
  const known = answers.filter((answer) => answer.state === 'known')
  if (known.length > 0) return { state: 'known', rxcuis: known.flatMap(({ rxcuis }) => rxcuis), names: known.flatMap(({ names }) => names) }
  return answers.find((answer) => answer.state === 'failed') ?? { state: 'unknown' }
}
