import type { Question } from '../contract/facts.ts'
import type { Gap } from '../contract/lineage.ts'
import { SLICE, type Slices } from '../slices.ts'
import { asCode, asObjects, type Json, nameOf } from './accessors.ts'

/** The words for parts of the record that gaps are about. */
export type Modality =
  | 'patient'
  | 'genomics'
  | 'orders'
  | 'medicines'
  | 'labs'
  | 'vitals'
  | 'lifestyle'
  | 'conditions'
  | 'procedures'
  | 'encounters'
  | 'test orders'
  | 'allergies'
  | 'imaging'
  | 'devices'
  | 'family'
  | 'documents'
  | 'questionnaires'
  | 'immunizations'
  | 'record'

export const gap = (about: string, code: Gap['code'], because: string, resource?: string): Gap => ({
  about,
  code,
  because,
  ...(resource === undefined ? {} : { resource }),
})

/** Prefetch keys (reference: fhir-genomics, section 7) and what each is about. A key not listed here stands for itself. */
const ABOUT: Readonly<Record<string, Modality | 'structured documents'>> = {
  patient: 'patient',
  genomicIndicators: 'genomics',
  pgxLabs: 'genomics',
  pgxByCode: 'genomics',
  genetics: 'genomics',
  reports: 'genomics',
  problems: 'conditions',
  conditions: 'conditions',
  allergies: 'allergies',
  medications: 'medicines',
  statements: 'medicines',
  procedures: 'procedures',
  encounter: 'encounters',
  encounters: 'encounters',
  requests: 'test orders',
  labs: 'labs',
  vitals: 'vitals',
  smoking: 'lifestyle',
  lifestyle: 'lifestyle',
  surveys: 'lifestyle',
  imaging: 'imaging',
  devices: 'devices',
  tracings: 'devices',
  activity: 'devices',
  family: 'family',
  documents: 'documents',
  compositions: 'structured documents',
  questionnaires: 'questionnaires',
  immunizations: 'immunizations',
}

const codeOfFailure = (question: Question): Gap['code'] => {
  const { status } = question
  if (status === 401 || status === 403) return 'not-authorized'
  // A read that finds nothing is an answer; a search that the server does not know leaves open what it would have found.
  if (status === 404 || status === 410) return question.query.includes('?') ? 'unavailable' : 'not-found'
  if (status === 408 || status === 504) return 'timeout'
  if (status === undefined && /time|budget|late/i.test(question.because ?? '')) return 'timeout'
  return 'unavailable'
}

/** Which part of a search is missing, and why. */
const saidOfPart = ({ because }: Question): string =>
  because === undefined ? 'Only a part of this was read.' : `Only a part of this was read. ${because}`

/** What is said where the access token had ended, as against a right that was never given. */
const TOKEN_ENDED = 'The access to the record ended before this part of it was read.'

const SAID: Readonly<Record<string, string>> = {
  'not-authorized': 'The EHR did not allow this part of the record to be read.',
  'not-found': 'The EHR did not find this part of the record.',
  timeout: 'This part of the record did not come in time.',
  unavailable: 'This part of the record could not be read.',
}

const UNKNOWN_CODES = 'Some drug codes stay unknown, because'

/** Questions that were not, or not fully, answered. An empty answer is no gap here: what it means, the room that asked decides. */
export const gapsOfQuestions = (questions: readonly Question[]): Gap[] => {
  const gaps: Gap[] = []
  for (const question of questions) {
    const about = Object.hasOwn(ABOUT, question.key) ? (ABOUT[question.key] ?? question.key) : question.key
    if (question.key === 'terminology') {
      if (question.because !== undefined)
        gaps.push(gap('drug codes', /in time/.test(question.because) ? 'timeout' : 'unavailable', `${UNKNOWN_CODES} ${question.because}.`))
      continue
    }
    if (question.state === 'not-asked') gaps.push(gap(about, 'not-asked', 'This part of the record was neither sent nor asked for.'))
    if (question.state === 'partial') gaps.push(gap(about, 'incomplete', saidOfPart(question)))
    if (question.state !== 'failed') continue
    const code = codeOfFailure(question)
    const said = question.status === 401 ? TOKEN_ENDED : SAID[code]
    gaps.push(gap(about, code, said ?? 'This part of the record could not be read.'))
  }
  return gaps
}

const REFUSALS = new Set(['security', 'login', 'unknown', 'expired', 'forbidden', 'suppressed'])

/** OperationOutcome entries: warnings and informations are no finding and no error; errors mean that something is missing. */
export const gapsOfOutcome = (outcome: Json): Gap[] =>
  asObjects(outcome.issue).flatMap((issue) => {
    const severity = asCode(issue.severity)
    if (severity !== 'error' && severity !== 'fatal') return []
    const refused = REFUSALS.has(asCode(issue.code) ?? '')
    return [
      refused
        ? gap('record', 'not-authorized', 'The EHR did not allow a part of the record to be read.')
        : gap('record', 'incomplete', 'The EHR reported an error for a part of the record.'),
    ]
  })

/** More of one kind than this are told in one line. */
const MOST = 5

/** The same gap once, by kind and then by what it says. */
function* byKind(gaps: readonly Gap[]): Slices<ReadonlyMap<string, ReadonlyMap<string, Gap>>> {
  const kinds = new Map<string, Map<string, Gap>>()
  let steps = 0
  for (const one of gaps) {
    if (++steps % SLICE === 0) yield
    const kind = `${one.about}|${one.code}`
    const members = kinds.get(kind) ?? new Map<string, Gap>()
    members.set(`${one.resource ?? ''}|${one.because}`, one)
    kinds.set(kind, members)
  }
  return kinds
}

/** The one that comes first in the order of texts. */
function* firstOf(members: ReadonlyMap<string, Gap>): Slices<Gap | undefined> {
  let first: string | undefined
  let steps = 0
  for (const key of members.keys()) {
    if (++steps % SLICE === 0) yield
    if (first === undefined || key < first) first = key
  }
  return first === undefined ? undefined : members.get(first)
}

const inOrder = (members: ReadonlyMap<string, Gap>): Gap[] => [...members].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)

/** The same gap once; many of one kind as one line with their number. In a fixed order, so that arrival order never shows. */
export function* foldGaps(gaps: readonly Gap[]): Slices<Gap[]> {
  const folded: Gap[] = []
  for (const [, members] of [...(yield* byKind(gaps))].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const first = yield* firstOf(members)
    if (first && members.size > MOST) folded.push(gap(first.about, first.code, `${members.size} entries of the record: ${first.because}`))
    else folded.push(...inOrder(members))
  }
  return folded
}

/** Reason in words, for a status or a dataAbsentReason. */
export const reasonOf = (concept: unknown, otherwise: string): string => nameOf(concept) ?? otherwise
