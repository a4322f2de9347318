import type { DateSource, PartialDate } from '../../contract/lineage.ts'
import { codeOf, codesOf, codingsOf, conceptText, dateOf, type Fields, isFields, listOf, referenceOf, textOf } from './fhir-fields.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { followAll, type Graph, type Node, tailOf } from './graph.ts'
import { hasWord } from './wording.ts'

/** Whose record it is, and which reports and orders results belong to. */
export type RecordContext = {
  readonly graph: Graph
  readonly terms: GenomicTerms
  readonly patientId: string
  readonly patient: Node | null
  /** Reports that hold a result, directly or through groups. */
  readonly reportsOf: ReadonlyMap<Node, readonly Node[]>
}

const RESULT_STATUS: Readonly<Record<string, readonly string[]>> = {
  final: [],
  amended: ['amended'],
  corrected: ['amended'],
  appended: [],
  preliminary: ['preliminary'],
  partial: ['preliminary'],
  registered: ['pending'],
  cancelled: ['cancelled'],
  'entered-in-error': ['entered-in-error'],
  unknown: ['status-unknown'],
}

const VERIFICATION: Readonly<Record<string, readonly string[]>> = {
  confirmed: [],
  provisional: ['unconfirmed'],
  differential: ['unconfirmed'],
  unconfirmed: ['unconfirmed'],
  presumed: ['unconfirmed'],
  refuted: ['refuted'],
  'entered-in-error': ['entered-in-error'],
}

const INACTIVE = ['inactive', 'resolved', 'remission']

export type Standing = { readonly status: string | null; readonly flags: readonly string[] }

/** Code, else text, of a status; some senders put a plain text where a CodeableConcept belongs. */
const statusWord = (status: unknown): string | null =>
  codesOf(status)
    .find((code) => code !== '')
    ?.toLowerCase() ??
  conceptText(status)?.toLowerCase().replace(/\s+/g, '-') ??
  codeOf(status)

const ofEntry = (resource: Fields): Standing => {
  const verification = statusWord(resource.verificationStatus)
  const clinical = statusWord(resource.clinicalStatus)
  const flags =
    verification === null ? [] : ((Object.hasOwn(VERIFICATION, verification) ? VERIFICATION[verification] : undefined) ?? ['unconfirmed'])
  const inactive = clinical !== null && INACTIVE.includes(clinical) ? ['inactive'] : []
  return { status: flags.length > 0 ? verification : clinical, flags: [...flags, ...inactive] }
}

const WITHDRAWN = ['entered-in-error', 'cancelled']

/** A withdrawn report takes its results along, unless another report still holds them. */
const ofReports = (context: RecordContext, node: Node): readonly string[] => {
  const reports = context.reportsOf.get(node) ?? []
  const statuses = reports.map((report) => codeOf(report.resource.status) ?? '')
  const withdrawn = statuses.filter((status) => WITHDRAWN.includes(status)).sort()
  return withdrawn.length > 0 && withdrawn.length === statuses.length ? withdrawn.slice(0, 1) : []
}

/** Standing of a result, a report's conclusion, a problem or an allergy (reference fhir-genomics 3.5). */
export const standingOf = (context: RecordContext, node: Node): Standing => {
  const { resource } = node
  if (resource.resourceType === 'Condition' || resource.resourceType === 'AllergyIntolerance') return ofEntry(resource)
  const status = codeOf(resource.status)
  if (resource.resourceType === 'FamilyMemberHistory') return { status, flags: [] }
  const own =
    status === null
      ? ['status-unknown']
      : ((Object.hasOwn(RESULT_STATUS, status) ? RESULT_STATUS[status] : undefined) ?? ['status-unknown'])
  return { status, flags: [...own, ...ofReports(context, node)] }
}

const sameIdentifier = (left: Fields, right: Fields): boolean =>
  textOf(left.value) !== null && textOf(left.value) === textOf(right.value) && textOf(left.system) === textOf(right.system)

/** An identifier is this patient's where the Patient holds it, system and value; without a Patient nothing tells whose it is. */
const byIdentifier = (context: RecordContext, identifier: Fields): readonly string[] => {
  const own = listOf(context.patient?.resource.identifier)
  if (own.some((each) => sameIdentifier(each, identifier))) return ['subject-by-identifier']
  const sameSystem = own.some((each) => textOf(each.system) !== null && textOf(each.system) === textOf(identifier.system))
  return [sameSystem ? 'subject-mismatch' : 'subject-unproven', 'subject-by-identifier']
}

const isPatient = (context: RecordContext, reference: string, from: Node): boolean => {
  const wanted = context.patientId.replace(/^Patient\//, '')
  if (reference === wanted || tailOf(reference) === `Patient/${wanted}`) return true
  return context.patient !== null && context.graph.follow(reference, from) === context.patient
}

/** Whether a resource names another patient. */
export const isOthers = (context: RecordContext, node: Node): boolean => subjectFlags(context, node).includes('subject-mismatch')

/** Whether a resource is about this patient. */
const subjectFlags = (context: RecordContext, node: Node): readonly string[] => {
  const subject = isFields(node.resource.subject) ? node.resource.subject : isFields(node.resource.patient) ? node.resource.patient : null
  if (subject === null) return ['subject-missing']
  const reference = referenceOf(subject)
  if (reference?.startsWith('#')) {
    const inside = context.graph.follow(reference, node)
    const [identifier] = inside ? listOf(inside.resource.identifier) : []
    return identifier ? byIdentifier(context, identifier) : ['subject-missing']
  }
  if (reference !== null) return isPatient(context, reference, node) ? [] : ['subject-mismatch']
  return isFields(subject.identifier) ? byIdentifier(context, subject.identifier) : ['subject-missing']
}

const specimenText = (context: RecordContext, node: Node): string =>
  listOf(node.resource.specimen)
    .flatMap((specimen) => {
      const reference = referenceOf(specimen)
      const found = reference === null ? null : context.graph.follow(reference, node)
      const type = found
        ? [
            isFields(found.resource.type) ? textOf(found.resource.type.text) : null,
            ...codingsOf(found.resource.type).map((coding) => coding.display ?? null),
          ]
        : []
      return [textOf(specimen.display), ...type]
    })
    .filter((text): text is string => text !== null)
    .join(' ')

/** Words about the sample: `Blood`, `Buccal swab`. Empty when nothing is said. */
export const sampleOf = specimenText

const isSomatic = (context: RecordContext, node: Node): boolean => {
  const { components, answers } = context.terms.codes
  const coded = listOf(node.resource.component)
    .filter((component) => codesOf(component.code).some((code) => components.sourceClass.includes(code)))
    .flatMap((component) => codesOf(component.valueCodeableConcept))
  if (coded.some((code) => answers[code]?.somatic)) return true
  const specimen = specimenText(context, node)
  return specimen !== '' && hasWord(specimen, context.terms.codes.specimens.tumour)
}

/** Resources that stand for somebody. A focus on one of them who is not the patient makes it that one's result. */
const PEOPLE = ['Patient', 'RelatedPerson', 'Person', 'Practitioner', 'Group', 'FamilyMemberHistory']

const isOtherFocus = (context: RecordContext, node: Node, focus: Fields): boolean => {
  const reference = referenceOf(focus)
  const display = textOf(focus.display)
  if (reference === null && display !== null) return true
  if (reference !== null && isPatient(context, reference, node)) return false
  const target = reference === null ? null : context.graph.follow(reference, node)
  const named = reference === null ? null : (/(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+/.exec(reference)?.[1] ?? null)
  const type = textOf(target?.resource.resourceType) ?? named ?? textOf(focus.type)
  if (type === null) return display !== null && hasWord(display, context.terms.codes.relatives)
  if (reference === null && type === 'Patient' && isFields(focus.identifier))
    return byIdentifier(context, focus.identifier).includes('subject-mismatch')
  return PEOPLE.includes(type)
}

const hasOtherFocus = (context: RecordContext, node: Node): boolean =>
  listOf(node.resource.focus).some((focus) => isOtherFocus(context, node, focus))

/** Flags about the person and the tissue a result belongs to. */
export const personFlags = (context: RecordContext, node: Node): readonly string[] => [
  ...subjectFlags(context, node),
  ...(node.resource.resourceType === 'FamilyMemberHistory' ? ['relative'] : []),
  ...(hasOtherFocus(context, node) ? ['focus-not-patient'] : []),
  ...(isSomatic(context, node) ? ['somatic'] : []),
]

export type Dated = { readonly date: PartialDate | null; readonly source: DateSource | null; readonly flags: readonly string[] }

const periodEnd = (period: unknown): PartialDate | null => (isFields(period) ? (dateOf(period.end) ?? dateOf(period.start)) : null)

const effectiveOf = (resource: Fields): PartialDate | null =>
  dateOf(resource.effectiveDateTime) ?? periodEnd(resource.effectivePeriod) ?? dateOf(resource.effectiveInstant)

const first = (dates: readonly (PartialDate | null)[]): PartialDate | null =>
  dates.filter((date): date is PartialDate => date !== null).sort()[0] ?? null

/** Date of a result: its own, then its report's, then its order's. `meta.lastUpdated` never counts. */
export const dateOfResult = (context: RecordContext, node: Node): Dated => {
  const { resource } = node
  const effective = effectiveOf(resource)
  if (effective !== null) return { date: effective, source: 'effective', flags: [] }
  const reports = context.reportsOf.get(node) ?? []
  const orders = [node, ...reports].flatMap((from) => followAll(context.graph, from, from.resource.basedOn).nodes)
  const options: readonly (readonly [PartialDate | null, DateSource, readonly string[]])[] = [
    [dateOf(resource.issued), 'issued', []],
    [first(reports.map((report) => effectiveOf(report.resource))), 'report', []],
    [first(reports.map((report) => dateOf(report.resource.issued))), 'report', []],
    [first(orders.map((order) => dateOf(order.resource.authoredOn))), 'order', ['date-from-order']],
    [dateOf(resource.recordedDate), 'recorded', []],
    // Of a document, `date` is when it was put into the record; of other types it means other things.
    [resource.resourceType === 'DocumentReference' ? dateOf(resource.date) : null, 'recorded', []],
  ]
  const found = options.find(([date]) => date !== null)
  return found ? { date: found[0], source: found[1], flags: found[2] } : { date: null, source: null, flags: ['date-missing'] }
}
