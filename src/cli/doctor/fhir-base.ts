import type { ClientConfig, Config } from '../../config.ts'
import { withoutEndSlashes } from '../../end-slashes.ts'
import { checkCapability } from './capability.ts'
import { addressOf, type Finding, findingsOf } from './finding.ts'
import { type Probe, type Probed, readJson, sayFailure } from './probe.ts'
import { allows, checkTokenCors, judgeSmart } from './smart.ts'

type Answer = Extract<Probed, { ok: true }>

/** How far clocks may differ (seconds): tokens issued further in our future are refused (`src/http/client-jwt.ts`), and so are those that ended a minute ago. */
const CLOCK = { warn: 30, fail: 300 } as const
const CERTIFICATE_WARN_DAYS = 21

const clockFinding = (about: string, aheadS: number | null): Finding => {
  const say = findingsOf('clock', about)
  if (aheadS === null) return say.notChecked('The difference of clocks.', 'the answer has no Date header')
  const off = Math.abs(aheadS)
  const what = `The EHR's clock is ${off} seconds ${aheadS > 0 ? 'ahead of' : 'behind'} the clock here.`
  const why =
    aheadS > 0
      ? 'JWTs that seem to be issued more than 300 seconds in the future are refused.'
      : 'JWTs live for minutes: a clock that is behind makes them run out before they come.'
  const todo = 'Set both clocks by NTP; compare with a third clock to see which one is wrong.'
  if (off >= CLOCK.fail) return say.fail(what, why, todo)
  return off >= CLOCK.warn ? say.warn(what, why, todo) : say.ok(`The EHR's clock differs by ${off} seconds.`)
}

const tlsFinding = (about: string, base: string, days: number | null): Finding => {
  const say = findingsOf('tls', about)
  if (!/^https:/i.test(base))
    return say.warn(
      'The FHIR base is plain http.',
      'Tokens and patient data cross the network in the clear.',
      'Use https, and leave network.allowHttp to tests on one machine.',
    )
  if (days === null) return say.notChecked('When the certificate ends.', 'the server did not show its certificate')
  return days < CERTIFICATE_WARN_DAYS
    ? say.warn(`The certificate ends in ${days} days.`, 'After that every read fails.', 'Have it renewed in time.')
    : say.ok(`The certificate is trusted and ends in ${days} days.`)
}

const LOST_BASE =
  'What the EHR does not send along cannot be read: a card on an order says "not assessed", and where the Patient is not sent the other hooks answer 412, which shows nothing. The app cannot be opened.'

/** Reading without a token: a statement that asks for one is no fault of the EHR. */
const metadataFindings = (about: string, answer: Answer): Finding[] => {
  const say = findingsOf('fhir-metadata', about)
  if (answer.status === 401 || answer.status === 403)
    return [
      say.notChecked(
        'FHIR version, resource types and search parameters.',
        `the CapabilityStatement asks for a token (status ${answer.status})`,
        'Ask the EHR for its CapabilityStatement, or to open /metadata, which FHIR recommends.',
      ),
    ]
  const read = readJson(answer)
  const todo = 'Check fhirServers: the base is what stands before /metadata, for R4.'
  if (typeof read === 'string')
    return [say.fail(`The CapabilityStatement cannot be read: the server answers with ${read}.`, LOST_BASE, todo)]
  if (read.value.resourceType !== 'CapabilityStatement')
    return [say.fail('What answers at /metadata is no CapabilityStatement.', LOST_BASE, todo)]
  return [say.ok('The CapabilityStatement can be read.'), ...checkCapability(about, read.value)]
}

const NO_APP = 'The app cannot sign in. Hooks are not affected.'

const smartFindings = async (about: string, answer: Answer, origin: string, config: Config, probe: Probe): Promise<Finding[]> => {
  const say = findingsOf('smart-configuration', about)
  const read = readJson(answer)
  if (typeof read === 'string')
    return [
      say.fail(
        `SMART configuration cannot be read: the server answers with ${read}.`,
        NO_APP,
        'Ask the EHR for the FHIR base that has .well-known/smart-configuration under it.',
      ),
    ]
  const cors = findingsOf('cors', about)
  const seen = allows(answer.headers['access-control-allow-origin'], origin)
    ? cors.ok(`SMART configuration may be read from ${origin}.`)
    : cors.fail(
        `SMART configuration may not be read from ${origin}: its answer does not allow that origin.`,
        'The app reads it in the browser, which hides the answer. The sign-in stops there.',
        `Ask the EHR to allow the origin ${origin}.`,
      )
  return [
    say.ok('SMART configuration can be read.'),
    ...judgeSmart(about, read.value, config),
    seen,
    ...(await checkTokenCors(about, read.value, origin, probe)),
  ]
}

const notReached = (about: string, check: string, failed: Extract<Probed, { ok: false }>, lost: string): Finding => {
  const { what, todo } = sayFailure(failed)
  return findingsOf(check, about).fail(`The FHIR server cannot be reached: ${what}.`, lost, todo)
}

/** One FHIR base: its description, its sign-in, its clock, its certificate. No patient is read and no token is sent. */
export const checkFhirBase = async (client: ClientConfig, fhirServer: string, config: Config, probe: Probe): Promise<Finding[]> => {
  const base = withoutEndSlashes(fhirServer)
  const about = `${client.id}, ${addressOf(base)}`
  const origin = new URL(config.publicUrl).origin
  const [metadata, smart] = await Promise.all([
    probe(`${base}/metadata`, { headers: { accept: 'application/fhir+json' } }),
    probe(`${base}/.well-known/smart-configuration`, { headers: { accept: 'application/json', origin } }),
  ])
  if (!metadata.ok && !smart.ok) return [notReached(about, 'fhir-server', metadata, LOST_BASE)]
  const heard = metadata.ok ? metadata : (smart as Answer)
  return [
    tlsFinding(about, base, heard.certificateDays),
    clockFinding(about, heard.aheadS),
    ...(metadata.ok ? metadataFindings(about, metadata) : [notReached(about, 'fhir-metadata', metadata, LOST_BASE)]),
    ...(smart.ok ? await smartFindings(about, smart, origin, config, probe) : [notReached(about, 'smart-configuration', smart, NO_APP)]),
    findingsOf('patient-access', about).notChecked(
      'Whether a patient can really be read.',
      'that needs an access token, and the doctor has none',
      'Open the app from a test chart; it names what it was not granted.',
    ),
  ]
}
