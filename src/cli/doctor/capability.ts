import { type Finding, findingsOf, tame } from './finding.ts'
import { LOST, NEEDS, type Need } from './needs.ts'

type Json = Readonly<Record<string, unknown>>

const objectsOf = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((one): one is Json => typeof one === 'object' && one !== null && !Array.isArray(one)) : []

/** What the server says of one resource type; null where it lists none. */
type Offer = { readonly interactions: ReadonlySet<unknown> | null; readonly parameters: ReadonlySet<unknown> | null }

const offerOf = (resource: Json): Offer => {
  const interactions = objectsOf(resource.interaction).map(({ code }) => code)
  const parameters = objectsOf(resource.searchParam).map(({ name }) => name)
  return {
    interactions: interactions.length > 0 ? new Set(interactions) : null,
    parameters: parameters.length > 0 ? new Set(parameters) : null,
  }
}

const offersOf = (statement: Json): ReadonlyMap<unknown, Offer> => {
  const server = objectsOf(statement.rest).find(({ mode }) => mode === 'server')
  return new Map(objectsOf(server?.resource).map((resource) => [resource.type, offerOf(resource)]))
}

/** What the server lacks for one question; null when nothing. */
const lackOf = ({ type, parameters, read }: Need, offer: Offer | undefined): string | null => {
  if (!offer) return `it does not list ${type}`
  const interaction = read ? 'read' : 'search-type'
  if (offer.interactions && !offer.interactions.has(interaction)) return `it does not list ${interaction} of ${type}`
  const lacking = offer.parameters === null ? [] : parameters.filter((name) => !offer.parameters?.has(name))
  return lacking.length === 0
    ? null
    : `it does not list the search ${lacking.length > 1 ? 'parameters' : 'parameter'} ${lacking.join(', ')} of ${type}`
}

const WHAT_TO_DO =
  'Ask the EHR whether it answers the query all the same. If not, nothing breaks: what could not be read is said on cards and in the app.'

/** Needs whose lack the same sentence describes are told once. */
const lacks = (offers: ReadonlyMap<unknown, Offer>): ReadonlyMap<string, readonly Need[]> => {
  const by = new Map<string, Need[]>()
  for (const need of NEEDS) {
    const lack = lackOf(need, offers.get(need.type))
    if (lack !== null) by.set(lack, [...(by.get(lack) ?? []), need])
  }
  return by
}

const lackFinding = (about: string, lack: string, needs: readonly Need[]): Finding => {
  const say = findingsOf('fhir-queries', about)
  const lost = needs.map(({ key }) => `${key}: ${LOST[key]}`).join('; ')
  const what = `The FHIR server's description lacks something that is asked for: ${lack}.`
  if (needs.some(({ key }) => key === 'patient'))
    return say.fail(what, `Lost would be ${lost}.`, 'Have reading of Patient switched on for Attune.')
  return say.warn(what, `Lost would be ${lost}.`, WHAT_TO_DO)
}

const versionFinding = (about: string, statement: Json): Finding => {
  const say = findingsOf('fhir-version', about)
  const version = statement.fhirVersion
  if (typeof version === 'string' && /^4\.0(\.\d+)?$/.test(version)) return say.ok(`FHIR ${tame(version)} (R4).`)
  const why = 'Attune reads FHIR R4. Another version names and shapes resources differently, and results would not be found.'
  const todo = 'Register the R4 base of this EHR; most have one base for each version.'
  if (version === undefined) return say.warn('The FHIR server does not say its version.', why, todo)
  return say.fail(`The FHIR server says version "${tame(version)}", not 4.0.`, why, todo)
}

/** The CapabilityStatement against what prefetch and app ask for, by name. */
export const checkCapability = (about: string, statement: Json): Finding[] => {
  const say = findingsOf('fhir-queries', about)
  const offers = offersOf(statement)
  const version = versionFinding(about, statement)
  if (offers.size === 0)
    return [
      version,
      say.notChecked(
        'Whether the FHIR server answers the queries of services and app.',
        'its CapabilityStatement lists no resources',
        WHAT_TO_DO,
      ),
    ]
  const missing = Array.from(lacks(offers), ([lack, needs]) => lackFinding(about, lack, needs))
  const all = say.ok(`All ${NEEDS.length} queries of services and app use types and search parameters that the server lists.`)
  return [version, ...(missing.length > 0 ? missing : [all])]
}
