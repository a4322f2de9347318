import type { ClientConfig } from '../config.ts'
import type { FhirResource } from '../contract/facts.ts'
import type { ReportRequest } from '../contract/report.ts'
import type { ReviewAnswer, Reviewer, ReviewListRequest, ReviewMarkRequest, SignOffRequest } from '../contract/review.ts'
import { AttuneError } from '../errors.ts'
import type { FhirClient, FhirSession } from '../fhir/fhir-client.ts'
import { clientOfServer, trustedBase } from '../fhir/trusted-servers.ts'
import { sha256 } from '../ledger/canonical.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ReviewSubject } from '../ledger/review-store.ts'
import { noteText, noteTitle } from './note-text.ts'
import { reportOf } from './report.ts'
import { reportPage } from './report-page.ts'
import { isSealed, sealFlags, sealOf } from './sealed.ts'
import { type OpenMark, type OpenSignOff, type OpenWritten, type SecretMark, type SecretSignOff, signOffsOf, statesOf } from './steps.ts'

/** What reviewing needs; `main.ts` puts it together. */
export type ReviewKit = {
  readonly clients: readonly ClientConfig[]
  readonly fhir: FhirClient
  readonly ledger: Pick<Ledger, 'patientKey' | 'userKey' | 'seal' | 'reviews'>
  readonly reasons: readonly { readonly code: string; readonly display: string }[]
  readonly versions: string
  /** A note for the EHR; the only resource that is ever written. */
  readonly document: (made: {
    readonly id: string
    readonly at: string
    readonly patient: string
    readonly author: { readonly reference: string | null; readonly display: string | null }
    readonly title: string
    readonly text: string
  }) => FhirResource
  readonly condition: (id: string) => string
}

/** A page to print or keep, or the same as data. */
export type ReportForm = 'html' | 'json'

export type ReviewCaller = {
  readonly token: () => string
  /** Asks only of a registered server. */
  readonly identify: (fhirBase: string) => Promise<Reviewer>
}

/** The doors of `/api/review`. All throw AttuneError for what the caller must know. */
export type ReviewDoor = {
  list(request: ReviewListRequest, caller: ReviewCaller): Promise<ReviewAnswer>
  mark(request: ReviewMarkRequest, caller: ReviewCaller): Promise<ReviewAnswer>
  signOff(request: SignOffRequest, caller: ReviewCaller): Promise<ReviewAnswer>
  /** What was told, as a page or as data; that it was made is recorded. */
  report(request: ReportRequest, caller: Pick<ReviewCaller, 'token'>, form: ReportForm): Promise<string>
}

type Open = { readonly session: FhirSession; readonly subject: ReviewSubject; readonly fhirServer: string }

const REFUSED = new Set([401, 403])

/** Whoever reads or writes a review must be allowed to read the patient now: the EHR is asked, each time, with the app's own token. */
const mayRead = async (session: FhirSession, patient: string): Promise<void> => {
  const answer = await session.ask(`Patient/${encodeURIComponent(patient)}`)
  if (answer.state === 'answered') return
  const { status } = answer
  if (status !== undefined && REFUSED.has(status)) throw new AttuneError('token-refused', 'the EHR refused the token for this patient')
  throw new AttuneError('fhir-failed', 'the patient could not be read to check the right to review')
}

type Chart = Pick<ReviewListRequest, 'fhirServer' | 'patient'>
type Told = { readonly isTold: (patientKey: string) => boolean; readonly say: string }

/** The one way to a chart: a registered server, something that this server told of this very patient, and a token that may read it now. */
const inChart = async <T>(
  kit: ReviewKit,
  { fhirServer, patient }: Chart,
  { token }: Pick<ReviewCaller, 'token'>,
  { isTold, say }: Told,
  work: (open: Open) => Promise<T>,
): Promise<T> => {
  const client = clientOfServer(kit.clients, fhirServer)
  const base = client && trustedBase(client, fhirServer)
  if (!client || !base) throw new AttuneError('fhir-server-untrusted', 'a chart of an unregistered FHIR server')
  const patientKey = kit.ledger.patientKey(client.tenant, fhirServer, patient)
  if (!isTold(patientKey)) throw new AttuneError('request-invalid', 'something that this server did not tell of this patient', { say })
  const session = kit.fhir.open({ base, token })
  try {
    await mayRead(session, patient)
    return await work({ session, subject: { tenant: client.tenant, patientKey }, fhirServer })
  } finally {
    session.close()
  }
}

const within = <T>(kit: ReviewKit, request: ReviewListRequest, caller: ReviewCaller, work: (open: Open) => Promise<T>): Promise<T> => {
  const { decision, flags, seal } = request
  const isTold = (patientKey: string): boolean => isSealed(seal, sealFlags(patientKey, decision, flags, kit.ledger.seal))
  return inChart(kit, request, caller, { isTold, say: 'the flags are not those of this patient’s profile.' }, work)
}

const answerFor = async (kit: ReviewKit, { flags }: ReviewListRequest, { subject }: Open): Promise<ReviewAnswer> => {
  const steps = await kit.ledger.reviews.of(subject)
  return {
    flags: statesOf(flags, steps, kit.reasons),
    signOffs: signOffsOf(steps),
    reasons: kit.reasons.map(({ code, display }) => ({ code, display })),
  }
}

const invalid = (said: string): never => {
  throw new AttuneError('request-invalid', said, { say: said })
}

/** An override without a reason says nothing to the next reader; a reason that nobody offered is no code. */
const checkMarks = ({ flags, marks }: ReviewMarkRequest, reasons: ReviewKit['reasons']): void => {
  for (const { flag, mark, reason } of marks) {
    if (!flags.some(({ id }) => id === flag)) invalid('a mark names a flag that is not in the list.')
    if (mark === 'overridden' && reason === undefined) invalid('an override needs a reason.')
    if (reason !== undefined && !reasons.some(({ code }) => code === reason)) invalid('the reason is not one of those offered.')
  }
}

const userKeyOf = (kit: ReviewKit, { tenant }: ReviewSubject, fhirServer: string, { user }: Reviewer): string | null =>
  user === null ? null : kit.ledger.userKey(tenant, fhirServer, user)

const keepMarks = async (kit: ReviewKit, request: ReviewMarkRequest, open: Open, by: Reviewer): Promise<void> => {
  for (const { flag, mark, reason = null, note } of request.marks) {
    const rests = request.flags.find(({ id }) => id === flag)?.rests
    if (!rests) continue
    const user = userKeyOf(kit, open.subject, open.fhirServer, by)
    const told: OpenMark = { flag, mark, reason, rests, decision: request.decision, how: by.how, user }
    const hidden: SecretMark = { note: note?.trim() || null, name: by.name, user: by.user }
    await kit.ledger.reviews.add(open.subject, 'mark', told, hidden)
  }
}

/** Kept first, then written: what the EHR does not take stays here as pending, and may be tried again. */
const keepSignOff = async (kit: ReviewKit, request: SignOffRequest, open: Open, by: Reviewer): Promise<string> => {
  const { flags, decision, language, mayWrite } = request
  const states = statesOf(flags, await kit.ledger.reviews.of(open.subject), kit.reasons)
  const done = flags.filter(({ id }) => states.some((state) => state.flag === id && state.state !== 'new'))
  if (done.length === 0) invalid('nothing has been reviewed yet.')
  const text = noteText({ at: new Date().toISOString(), by, flags, states, decision, versions: kit.versions, language })
  const told: OpenSignOff = { flags: done.map(({ id }) => id), decision, asked: mayWrite, how: by.how }
  const hidden: SecretSignOff = { text, title: noteTitle(language), name: by.name, user: by.user }
  return (await kit.ledger.reviews.add(open.subject, 'sign-off', told, hidden)).id
}

const write = async (kit: ReviewKit, { patient }: SignOffRequest, { session, subject }: Open, id: string): Promise<void> => {
  const step = (await kit.ledger.reviews.of(subject)).find((one) => one.id === id && one.kind === 'sign-off')
  const hidden = step?.secret as SecretSignOff | null | undefined
  if (!step || !hidden) return void invalid('there is no such sign-off to write.')
  const author = { reference: practitionerOf(hidden.user, session.base), display: hidden.name }
  const resource = kit.document({ id, at: step.at, patient, author, title: hidden.title, text: hidden.text })
  const created = await session.create(resource, kit.condition(id))
  const told: OpenWritten =
    created.state === 'created' ? { signOff: id, reference: created.reference } : { signOff: id, because: created.because }
  await kit.ledger.reviews.add(subject, 'written', told, null)
}

/** An id token seldom holds a name: the EHR is asked for that of its own practitioner. A refusal costs the name, nothing else. */
const named = async (session: FhirSession, by: Reviewer): Promise<Reviewer> => {
  const reference = by.name === null ? practitionerOf(by.user, session.base) : null
  if (reference === null) return by
  const [resource] = (await session.ask(reference)).resources
  const [name] = Array.isArray(resource?.name) ? (resource.name as readonly { text?: unknown; given?: unknown; family?: unknown }[]) : []
  const parts = [...(Array.isArray(name?.given) ? name.given : []), name?.family].filter((part) => typeof part === 'string')
  const said = typeof name?.text === 'string' ? name.text : parts.join(' ')
  return said === '' ? { ...by, user: reference } : { ...by, name: said.slice(0, 200) }
}

/** `fhirUser` is an absolute address; within its own server a relative reference is what servers resolve. */
const practitionerOf = (user: string | null, base: string): string | null => {
  const tail = user?.startsWith(`${base}/`) ? user.slice(base.length + 1) : user
  return tail && /^(?:Practitioner|PractitionerRole|RelatedPerson|Patient)\/[A-Za-z0-9\-.]{1,64}$/.test(tail) ? tail : null
}

/** Nothing is computed anew: it is what was told, under its seal, for whoever may read the patient now. */
const makeReport = (kit: ReviewKit, request: ReportRequest, caller: Pick<ReviewCaller, 'token'>, form: ReportForm): Promise<string> => {
  const { decision, content, seal, language } = request
  const isTold = (patientKey: string): boolean => isSealed(seal, sealOf('report/1', patientKey, decision, content, kit.ledger.seal))
  return inChart(kit, request, caller, { isTold, say: 'the content is not that of this patient’s profile.' }, async ({ subject }) => {
    const report = reportOf(request, new Date().toISOString())
    const made = form === 'json' ? JSON.stringify(report) : reportPage(report)
    await kit.ledger.reviews.add(subject, 'report', { decision, language, form, digest: sha256(made) }, null)
    return made
  })
}

export const makeReview = (kit: ReviewKit): ReviewDoor => ({
  report: (request, caller, form) => makeReport(kit, request, caller, form),
  list: (request, caller) => within(kit, request, caller, (open) => answerFor(kit, request, open)),
  mark: (request, caller) => {
    checkMarks(request, kit.reasons)
    return within(kit, request, caller, async (open) => {
      await keepMarks(kit, request, open, await named(open.session, await caller.identify(open.session.base)))
      return answerFor(kit, request, open)
    })
  },
  signOff: (request, caller) =>
    within(kit, request, caller, async (open) => {
      const id =
        request.again ?? (await keepSignOff(kit, request, open, await named(open.session, await caller.identify(open.session.base))))
      if (request.mayWrite) await write(kit, request, open, id)
      return answerFor(kit, request, open)
    }),
})
