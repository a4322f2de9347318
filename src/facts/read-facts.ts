import type { CodeAnswers } from '../contract/drug-answers.ts'
import type { DocumentEntry, Measurement, Medicine, PatientFacts, PatientRecord } from '../contract/facts.ts'
import type { Gap } from '../contract/lineage.ts'
import { AttuneError } from '../errors.ts'
import type { GeneTables } from '../pgx/gene-tables.ts'
import { inOneGo, type Slices } from '../slices.ts'
import type { DrugIndex } from '../terminology/drugs.ts'
import { withAnswers } from '../terminology/with-answers.ts'
import { asObjects, asText } from './accessors.ts'
import { readAllergy } from './allergies.ts'
import { type Chart, chartInSlices, type Item } from './chart.ts'
import { readCondition } from './conditions.ts'
import { deviceKinds } from './devices/device-kinds.ts'
import { readDeviceEntry } from './devices/device-list.ts'
import { isRecording, readEcgs } from './devices/ecg.ts'
import { readDevices } from './devices/read-devices.ts'
import { readDocument } from './documents.ts'
import { readEncounter } from './encounters.ts'
import { readFamilyMember } from './family.ts'
import { familyTables, groupsWith } from './family-tables.ts'
import { foldGaps, gap, gapsOfQuestions, type Modality } from './gaps.ts'
import { geneticShare } from './genetic-share.ts'
import { genomicTerms } from './genomics/genomic-terms.ts'
import { type GenomicFacts, genomicsInSlices } from './genomics/read-genomics.ts'
import { readImaging } from './imaging.ts'
import { readEndpoint } from './imaging-endpoints.ts'
import { isImagingReport, readImagingReport } from './imaging-reports.ts'
import { readLaboratory } from './laboratory/analytes.ts'
import { labTerms } from './laboratory/lab-terms.ts'
import { lifestyleTables, readSurveys, sortByTopic } from './lifestyle.ts'
import { newestFirst } from './lineage.ts'
import { readMeasurement } from './measurements.ts'
import { MEDICINE_TYPES, readMedicine } from './medicines.ts'
import { type ObservationRoom, roomOf } from './observation-rooms.ts'
import { readOrders } from './orders.ts'
import { readPatient } from './patient.ts'
import { readProcedure } from './procedures.ts'
import { readImmunization, readQuestionnaire } from './questionnaires.ts'
import { readEach } from './read-each.ts'
import { readRequest } from './requests.ts'

/** What reading needs to know: drugs, genes and further tables of `rules/` by name. */
export type FactsTerms = { readonly drugs: DrugIndex; readonly genes: GeneTables; readonly tables: ReadonlyMap<string, unknown> }

type Genomics = GenomicFacts

const noGenomics: Genomics = { readings: [], documents: [], gaps: [], variants: null }

/** Faults of our rules are raised, faults of the record are said. */
function* genomicsOf(record: PatientRecord, terms: FactsTerms, gaps: Gap[]): Slices<Genomics> {
  try {
    return yield* genomicsInSlices({ ...record, resources: yield* geneticShare(record.resources) }, terms)
  } catch (fault) {
    if (fault instanceof AttuneError) throw fault
    gaps.push(gap('genomics', 'unreadable', 'The genetic results could not be read.'))
    return noGenomics
  }
}

/**
 * Observations that genomics read as a result, or as support of one, are not told again as lab values. Genetic ones that it could make
 * nothing of stay among the labs, so that none is lost, and so does a measured activity.
 */
const readAsGenetic = (genomics: Genomics): ReadonlySet<string> =>
  new Set([
    ...genomics.readings
      .filter(({ flags }) => !flags.includes('enzyme-activity'))
      .flatMap((reading) => [reading.ref, reading.lineage.resource, ...reading.supports.map((one) => one.resource)]),
    ...(genomics.variants?.refs ?? []),
  ])

const partition = <T>(all: readonly T[], belongs: (one: T) => boolean): readonly [T[], T[]] => {
  const [within, without]: [T[], T[]] = [[], []]
  for (const one of all) (belongs(one) ? within : without).push(one)
  return [within, without]
}

type Rooms = Readonly<Record<ObservationRoom, readonly Item[]>>

const sortObservations = (items: readonly Item[], genetic: ReadonlySet<string>): Rooms => {
  const rooms: Record<ObservationRoom, Item[]> = { labs: [], vitals: [], lifestyle: [], devices: [] }
  for (const item of items) if (!genetic.has(item.ref)) rooms[roomOf(item.resource)].push(item)
  return rooms
}

function* measurements(items: readonly Item[], about: Modality, gaps: Gap[], adviceOnly: boolean): Slices<Measurement[]> {
  const read = yield* readEach(items, about, gaps, (item) => readMeasurement(item, about, gaps, adviceOnly))
  yield
  return newestFirst(read)
}

function* laboratory(
  labs: readonly Measurement[],
  vitals: readonly Measurement[],
  items: readonly Item[],
  terms: FactsTerms,
  gaps: Gap[],
): Slices<Pick<PatientFacts, 'laboratory'>> {
  const tables = labTerms(terms.tables)
  if (tables === null) return {}
  const resources = new Map(items.map(({ ref, resource }) => [ref, resource]))
  return { laboratory: yield* readLaboratory({ labs, vitals }, (ref) => resources.get(ref), tables, gaps) }
}

/**
 * Polygenic scores of the record as the measured values that models take them for. They are told with the genome, what could not be read
 * of them too, and stand in no list of laboratory results.
 */
function* polygenicScores(chart: Chart, genomics: Genomics, adviceOnly: boolean): Slices<Measurement[]> {
  const refs = new Set(genomics.variants?.facts.polygenic.filter(({ use }) => use === 'shown').map(({ ref }) => ref))
  if (refs.size === 0) return []
  return yield* measurements(
    chart.of('Observation').filter(({ ref }) => refs.has(ref)),
    'labs',
    [],
    adviceOnly,
  )
}

/** The order being written is not also a medicine, even when the chart already holds it. */
function* medicines(chart: Chart, record: PatientRecord, terms: FactsTerms, drafts: ReadonlySet<string>, gaps: Gap[]): Slices<Medicine[]> {
  const items = MEDICINE_TYPES.flatMap(chart.of).filter((item) => !drafts.has(item.ref))
  return newestFirst(yield* readEach(items, 'medicines', gaps, (item) => readMedicine(item, chart, terms.drugs, record.now, gaps)))
}

/** Genomics knows which reports hold a result that nobody could read; its entry stands in place of the plain one. */
function* documents(chart: Chart, genomics: Genomics, gaps: Gap[]): Slices<DocumentEntry[]> {
  const items = [...chart.of('DiagnosticReport'), ...chart.of('DocumentReference')]
  const read = yield* readEach(items, 'documents', gaps, (item) => readDocument(item, gaps))
  const known = new Map(read.map((entry) => [entry.ref, entry]))
  for (const entry of genomics.documents) known.set(entry.ref, entry)
  return newestFirst([...known.values()])
}

/**
 * What devices measured. Vital signs that name a device are told here, too, as the series that they are; they stay vital signs, because
 * guidance and models read them there. For advice alone, which rests on no series, only what is wrong with the resources is told.
 */
function* devicesOf(
  chart: Chart,
  rooms: Rooms,
  terms: FactsTerms,
  adviceOnly: boolean,
  gaps: Gap[],
): Slices<Pick<PatientFacts, 'devices' | 'deviceList' | 'ecgs'>> {
  const kit = { chart, kinds: deviceKinds(terms), gaps, adviceOnly }
  const [recordings, readings] = partition(rooms.devices, (item) => isRecording(item, kit))
  const beside = adviceOnly ? [] : rooms.vitals.filter(({ resource }) => resource.device !== undefined)
  const seen: Gap[] = [] // of vital signs: told already where they are read first
  const worn = yield* readDevices(beside, { ...kit, gaps: seen })
  return {
    devices: newestFirst([...(yield* readDevices(readings, kit)), ...worn]),
    deviceList: yield* readEach(
      chart.of('Device').filter(({ resource }) => !chart.isOther(resource)),
      'devices',
      gaps,
      (item) => readDeviceEntry(item, gaps),
    ),
    ecgs: yield* readEcgs(recordings, adviceOnly ? [] : [...rooms.labs, ...rooms.vitals], kit),
  }
}

/** Dangling members of a panel: the panel is kept, what is missing is said. */
const missingMembers = (items: readonly Item[], about: Modality, chart: Chart): Gap[] =>
  items
    .filter(({ resource }) => resource.hasMember !== undefined)
    .flatMap(({ resource, ref }) => {
      const members = asObjects(resource.hasMember)
      const missing = members.filter((one) => chart.resolve(one, resource) === null).length
      return missing === 0 ? [] : [gap(about, 'incomplete', `${missing} of the ${members.length} results of a panel were not sent.`, ref)]
    })

/** Tests that are being ordered in the same call. */
const draftRequests = (chart: Chart): Item[] =>
  chart.drafts
    .filter(({ resourceType }) => resourceType === 'ServiceRequest')
    .map((resource, index) => ({ ref: `ServiceRequest/${asText(resource.id) ?? `#${index + 1}`}`, resource }))

const orderRefs = (chart: Chart): ReadonlySet<string> => new Set(chart.drafts.map((draft) => `${draft.resourceType}/${asText(draft.id)}`))

/**
 * The record of one patient, understood: resources sorted by their type whatever key they came under, each modality read by its own
 * reader, each fact with its lineage, and everything that could not be read as a gap. Never throws for what a record holds; never modifies it.
 * @param answers what a terminology server said of drug codes that the terms do not know
 */
export function* factsInSlices(record: PatientRecord, known: FactsTerms, answers: CodeAnswers = []): Slices<PatientFacts> {
  const terms = answers.length === 0 ? known : { ...known, drugs: withAnswers(known.drugs, answers) }
  const adviceOnly = record.adviceOnly === true
  const chart = yield* chartInSlices(record)
  const gaps: Gap[] = [...gapsOfQuestions(record.questions), ...chart.gaps]
  const genomics = yield* genomicsOf(record, terms, gaps)
  yield
  const rooms = sortObservations(chart.of('Observation'), readAsGenetic(genomics))
  const [patient] = yield* readEach(chart.patient ? [chart.patient] : [], 'patient', gaps, (item) =>
    readPatient(item, chart.patientId, record.now, gaps),
  )
  if (!patient && !gaps.some((one) => one.about === 'patient' && one.code !== 'other-patient'))
    gaps.push(gap('patient', 'not-found', 'Who the patient is (age, sex) is not known: no Patient resource came.'))
  const labs = yield* measurements(rooms.labs, 'labs', gaps, adviceOnly)
  const vitals = yield* measurements(rooms.vitals, 'vitals', gaps, adviceOnly)
  const scores = yield* polygenicScores(chart, genomics, adviceOnly)
  const lifestyle = yield* measurements(rooms.lifestyle, 'lifestyle', gaps, adviceOnly)
  const [living, families] = [lifestyleTables(terms.tables), familyTables(terms.tables)]
  const conditions = newestFirst(yield* readEach(chart.of('Condition'), 'conditions', gaps, (item) => readCondition(item, gaps)))
  const facts = {
    now: record.now,
    patient: patient ?? null,
    readings: genomics.readings,
    variants: genomics.variants?.facts ?? null,
    ...(yield* readOrders(chart.drafts, record.selections, chart, terms.drugs, gaps)),
    medicines: yield* medicines(chart, record, terms, orderRefs(chart), gaps),
    labs: scores.length === 0 ? labs : newestFirst([...labs, ...scores]),
    vitals,
    ...(adviceOnly ? {} : yield* laboratory(labs, vitals, rooms.labs, terms, gaps)),
    lifestyle,
    topics: sortByTopic(lifestyle, living),
    surveys: readSurveys(lifestyle, living, patient?.sex ?? null),
    questionnaires: newestFirst(
      yield* readEach(chart.of('QuestionnaireResponse'), 'questionnaires', gaps, (item) => readQuestionnaire(item, gaps)),
    ),
    immunizations: newestFirst(yield* readEach(chart.of('Immunization'), 'immunizations', gaps, (item) => readImmunization(item, gaps))),
    familyGroups: families === null ? [] : yield* groupsWith(conditions, families),
    conditions,
    requests: yield* readEach([...chart.of('ServiceRequest'), ...draftRequests(chart)], 'test orders', gaps, (item) =>
      readRequest(item, genomicTerms(terms).codes),
    ),
    encounters: newestFirst(yield* readEach(chart.of('Encounter'), 'encounters', gaps, (item) => readEncounter(item, gaps))),
    encounter: record.encounterId ? `Encounter/${record.encounterId}` : null,
    procedures: newestFirst(yield* readEach(chart.of('Procedure'), 'procedures', gaps, (item) => readProcedure(item, gaps))),
    allergies: newestFirst(
      yield* readEach(chart.of('AllergyIntolerance'), 'allergies', gaps, (item) => readAllergy(item, terms.drugs, gaps)),
    ),
    imaging: newestFirst(
      yield* readEach([...chart.of('ImagingStudy'), ...chart.of('Media')], 'imaging', gaps, (item) => readImaging(item, gaps)),
    ),
    imagingReports: newestFirst(
      yield* readEach(chart.of('DiagnosticReport').filter(isImagingReport), 'imaging', gaps, (item) => readImagingReport(item, chart)),
    ),
    imagingEndpoints: yield* readEach(chart.of('Endpoint'), 'imaging', gaps, readEndpoint),
    ...(yield* devicesOf(chart, rooms, terms, adviceOnly, gaps)),
    family: newestFirst(yield* readEach(chart.of('FamilyMemberHistory'), 'family', gaps, (item) => readFamilyMember(item, gaps, families))),
    documents: yield* documents(chart, genomics, gaps),
    questions: record.questions,
  }
  yield
  const missing = (['labs', 'vitals', 'lifestyle'] as const).flatMap((room) => missingMembers(rooms[room], room, chart))
  return { ...facts, gaps: yield* foldGaps([...gaps, ...missing, ...genomics.gaps]) }
}

/** The same at once, for who has nobody waiting. */
export const readFacts = (...of: Parameters<typeof factsInSlices>): PatientFacts => inOneGo(factsInSlices(...of))
