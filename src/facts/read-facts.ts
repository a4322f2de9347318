import type { CodeAnswers } from '../contract/drug-answers.ts'
import type { DocumentEntry, Measurement, Medicine, PatientFacts, PatientRecord } from '../contract/facts.ts'
import type { Gap } from '../contract/lineage.ts'
import { AttuneError } from '../errors.ts'
import type { GeneTables } from '../pgx/gene-tables.ts'
import type { DrugIndex } from '../terminology/drugs.ts'
import { withAnswers } from '../terminology/with-answers.ts'
import { asObjects } from './accessors.ts'
import { readAllergy } from './allergies.ts'
import { type Chart, type Item, openChart } from './chart.ts'
import { readCondition } from './conditions.ts'
import { readDevices } from './devices.ts'
import { readDocument } from './documents.ts'
import { readEncounter } from './encounters.ts'
import { readFamilyMember } from './family.ts'
import { foldGaps, gap, gapsOfQuestions, type Modality } from './gaps.ts'
import { geneticShare } from './genetic-share.ts'
import { genomicTerms } from './genomics/genomic-terms.ts'
import { readGenomics } from './genomics/read-genomics.ts'
import { readImaging } from './imaging.ts'
import { newestFirst } from './lineage.ts'
import { readMeasurement } from './measurements.ts'
import { MEDICINE_TYPES, readMedicine } from './medicines.ts'
import { type ObservationRoom, roomOf } from './observation-rooms.ts'
import { readOrders } from './orders.ts'
import { readPatient } from './patient.ts'
import { readProcedure } from './procedures.ts'
import { readEach } from './read-each.ts'
import { readRequest } from './requests.ts'

/** What reading needs to know: drugs, genes and further tables of `rules/` by name. */
export type FactsTerms = { readonly drugs: DrugIndex; readonly genes: GeneTables; readonly tables: ReadonlyMap<string, unknown> }

type Genomics = ReturnType<typeof readGenomics>

const noGenomics: Genomics = { readings: [], documents: [], gaps: [] }

/** Faults of our rules are raised, faults of the record are said. */
const genomicsOf = (record: PatientRecord, terms: FactsTerms, gaps: Gap[]): Genomics => {
  try {
    return readGenomics({ ...record, resources: geneticShare(record.resources) }, terms)
  } catch (fault) {
    if (fault instanceof AttuneError) throw fault
    gaps.push(gap('genomics', 'unreadable', 'The genetic results could not be read.'))
    return noGenomics
  }
}

/**
 * Observations that genomics read as a result, or as support of one, are not told again as lab values. Genetic ones that it could make
 * nothing of stay among the labs, so that none is lost.
 */
const readAsGenetic = (genomics: Genomics): ReadonlySet<string> =>
  new Set(genomics.readings.flatMap((reading) => [reading.ref, reading.lineage.resource, ...reading.supports.map((one) => one.resource)]))

type Rooms = Readonly<Record<ObservationRoom, readonly Item[]>>

const sortObservations = (items: readonly Item[], genetic: ReadonlySet<string>): Rooms => {
  const rooms: Record<ObservationRoom, Item[]> = { labs: [], vitals: [], lifestyle: [], devices: [] }
  for (const item of items) if (!genetic.has(item.ref)) rooms[roomOf(item.resource)].push(item)
  return rooms
}

const measurements = (items: readonly Item[], about: Modality, gaps: Gap[]): Measurement[] =>
  newestFirst(readEach(items, about, gaps, (item) => readMeasurement(item, about, gaps)))

/** The order being written is not also a medicine, even when the chart already holds it. */
const medicines = (chart: Chart, record: PatientRecord, terms: FactsTerms, drafts: ReadonlySet<string>, gaps: Gap[]): Medicine[] => {
  const items = MEDICINE_TYPES.flatMap(chart.of).filter((item) => !drafts.has(item.ref))
  return newestFirst(readEach(items, 'medicines', gaps, (item) => readMedicine(item, chart, terms.drugs, record.now, gaps)))
}

/** Genomics knows which reports hold a result that nobody could read; its entry stands in place of the plain one. */
const documents = (chart: Chart, genomics: Genomics, gaps: Gap[]): DocumentEntry[] => {
  const items = [...chart.of('DiagnosticReport'), ...chart.of('DocumentReference')]
  const known = new Map(readEach(items, 'documents', gaps, (item) => readDocument(item, gaps)).map((entry) => [entry.ref, entry]))
  for (const entry of genomics.documents) known.set(entry.ref, entry)
  return newestFirst([...known.values()])
}

/** Dangling members of a panel: the panel is kept, what is missing is said. */
const missingMembers = (items: readonly Item[], about: Modality, chart: Chart): Gap[] =>
  items.flatMap(({ resource, ref }) => {
    const members = asObjects(resource.hasMember)
    const missing = members.filter((one) => chart.resolve(one, resource) === null).length
    return missing === 0 ? [] : [gap(about, 'incomplete', `${missing} of the ${members.length} results of a panel were not sent.`, ref)]
  })

/** Tests that are being ordered in the same call. */
const draftRequests = (chart: Chart): Item[] =>
  chart.drafts
    .filter(({ resourceType }) => resourceType === 'ServiceRequest')
    .map((resource, index) => ({ ref: `ServiceRequest/${resource.id ?? `#${index + 1}`}`, resource }))

const orderRefs = (chart: Chart): ReadonlySet<string> => new Set(chart.drafts.map((draft) => `${draft.resourceType}/${draft.id}`))

/**
 * The record of one patient, understood: resources sorted by their type whatever key they came under, each modality read by its own
 * reader, each fact with its lineage, and everything that could not be read as a gap. Never throws for what a record holds; never modifies it.
 * @param answers what a terminology server said of drug codes that the terms do not know
 */
export const readFacts = (record: PatientRecord, known: FactsTerms, answers: CodeAnswers = []): PatientFacts => {
  const terms = answers.length === 0 ? known : { ...known, drugs: withAnswers(known.drugs, answers) }
  const chart = openChart(record)
  const gaps: Gap[] = [...gapsOfQuestions(record.questions), ...chart.gaps]
  const genomics = genomicsOf(record, terms, gaps)
  const rooms = sortObservations(chart.of('Observation'), readAsGenetic(genomics))
  const [patient] = readEach(chart.patient ? [chart.patient] : [], 'patient', gaps, (item) =>
    readPatient(item, chart.patientId, record.now, gaps),
  )
  if (!patient && !gaps.some((one) => one.about === 'patient' && one.code !== 'other-patient'))
    gaps.push(gap('patient', 'not-found', 'Who the patient is (age, sex) is not known: no Patient resource came.'))
  const facts = {
    now: record.now,
    patient: patient ?? null,
    readings: genomics.readings,
    orders: readOrders(chart.drafts, record.selections, chart, terms.drugs, gaps),
    medicines: medicines(chart, record, terms, orderRefs(chart), gaps),
    labs: measurements(rooms.labs, 'labs', gaps),
    vitals: measurements(rooms.vitals, 'vitals', gaps),
    lifestyle: measurements(rooms.lifestyle, 'lifestyle', gaps),
    conditions: newestFirst(readEach(chart.of('Condition'), 'conditions', gaps, (item) => readCondition(item, gaps))),
    requests: readEach([...chart.of('ServiceRequest'), ...draftRequests(chart)], 'test orders', gaps, (item) =>
      readRequest(item, genomicTerms(terms).codes),
    ),
    encounters: newestFirst(readEach(chart.of('Encounter'), 'encounters', gaps, (item) => readEncounter(item, gaps))),
    encounter: record.encounterId ? `Encounter/${record.encounterId}` : null,
    procedures: newestFirst(readEach(chart.of('Procedure'), 'procedures', gaps, (item) => readProcedure(item, gaps))),
    allergies: newestFirst(readEach(chart.of('AllergyIntolerance'), 'allergies', gaps, (item) => readAllergy(item, terms.drugs, gaps))),
    imaging: newestFirst(readEach([...chart.of('ImagingStudy'), ...chart.of('Media')], 'imaging', gaps, (item) => readImaging(item, gaps))),
    devices: readDevices(rooms.devices, gaps),
    family: newestFirst(readEach(chart.of('FamilyMemberHistory'), 'family', gaps, (item) => readFamilyMember(item, gaps))),
    documents: documents(chart, genomics, gaps),
    questions: record.questions,
  }
  const missing = (['labs', 'vitals', 'lifestyle'] as const).flatMap((room) => missingMembers(rooms[room], room, chart))
  return { ...facts, gaps: foldGaps([...gaps, ...missing, ...genomics.gaps]) }
}
