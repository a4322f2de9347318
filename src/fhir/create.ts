import type { FhirResource } from '../contract/facts.ts'
import type { Created } from './fhir-client.ts'
import type { Received } from './outbound.ts'
import { type Line, OUTBOUND_SAYS, sayStatus } from './read-page.ts'

const ID = /^[A-Za-z0-9\-.]{1,64}$/

/** The new id: from the resource that came back, else from the Location header, which may end in `/_history/1`. */
const idOf = ({ body, location }: Extract<Received, { ok: true }>, type: string): string | null => {
  try {
    const { resourceType, id } = JSON.parse(body.toString('utf8')) as { resourceType?: unknown; id?: unknown }
    if (resourceType === type && typeof id === 'string' && ID.test(id)) return id
  } catch {
    // An empty body is allowed; the header then names it.
  }
  const named = location?.split(`/${type}/`).at(-1)?.split('/')[0]
  return named !== undefined && named !== location && ID.test(named) ? named : null
}

const sayRefusal = (status: number): string => {
  if (status === 401) return 'The access to the record had ended.'
  if (status === 403) return 'The EHR does not allow this app to write documents.'
  if (status === 404 || status === 405) return 'The EHR does not take such documents.'
  if (status === 412) return 'The EHR holds more than one document of this sign-off.'
  if (status === 400 || status === 422) return 'The EHR did not accept the document.'
  return sayStatus(status)
}

/** Sent once. Whoever tries again sends the same condition, and the server then gives back what is there. */
export const createOnce = async (
  { outbound, base, token, signal, budget }: Line,
  resource: FhirResource,
  unless: string,
): Promise<Created> => {
  const headers = {
    accept: 'application/fhir+json',
    'content-type': 'application/fhir+json',
    'if-none-exist': unless,
    prefer: 'return=representation',
    ...(token ? { authorization: `Bearer ${token()}` } : {}),
  }
  const received = await outbound.post(new URL(`${base}/${resource.resourceType}`), { headers, signal, budget }, JSON.stringify(resource))
  if (!received.ok) return { state: 'failed', because: OUTBOUND_SAYS[received.why] }
  if (received.status !== 200 && received.status !== 201)
    return { state: 'failed', because: sayRefusal(received.status), status: received.status }
  const id = idOf(received, resource.resourceType)
  return id === null
    ? { state: 'failed', because: 'The EHR did not say under which name it keeps the document.', status: received.status }
    : { state: 'created', reference: `${resource.resourceType}/${id}` }
}
