import { readConfig } from '../config.ts'
import type { FhirResource, PatientFacts } from '../contract/facts.ts'
import type { GeneCall, Genotype } from '../contract/genes.ts'
import { readFacts } from '../facts/read-facts.ts'
import { type PatientShare, splitPatients } from '../facts/split-patients.ts'
import { loadKnowledge } from '../guidance/load-knowledge.ts'
import type { Knowledge } from '../guidance/rules.ts'
import { callGenes } from '../pgx/gene-calls.ts'
import { projectRoot } from '../project-root.ts'
import { readFhirFiles } from './fhir-files.ts'
import { printJson, progress, say, UsageError, type Verb } from './verb.ts'

/** What `attune read` makes of one patient's resources. */
export type ReadPatient = { readonly patient: string; readonly facts: PatientFacts; readonly geneCalls: readonly GeneCall[] }
export type ReadResult = {
  readonly rules: string
  readonly patients: readonly ReadPatient[]
  /** Entries without subject among several patients: given to none of them. */
  readonly unclaimed: number
}

export type ReadOptions = { readonly patient?: string; readonly now: string }

const readOne = (share: PatientShare, drafts: readonly FhirResource[], now: string, knowledge: Knowledge): ReadPatient => {
  const facts = readFacts({ ...share, now, questions: [], draftOrders: drafts, selections: null }, knowledge)
  return { patient: share.patientId, facts, geneCalls: callGenes(facts, knowledge.genes, knowledge.modifiers) }
}

/**
 * Reads FHIR files as one record per patient: facts, gene readings, gene calls. Nothing is sent anywhere.
 * @throws AttuneError `input-unreadable` for a file that is no FHIR
 */
export const runRead = (files: readonly string[], options: ReadOptions, knowledge: Knowledge): ReadResult => {
  const { resources, drafts, patientId } = readFhirFiles(files)
  const { shares, unclaimed } = patientId === null ? splitPatients(resources) : { shares: [{ patientId, resources }], unclaimed: 0 }
  const wanted = options.patient?.replace(/^Patient\//, '')
  const chosen = wanted === undefined ? shares : shares.filter((share) => share.patientId === wanted)
  if (chosen.length === 0) throw new UsageError(`There is no patient ${wanted} in these files.`)
  return { rules: knowledge.version, patients: chosen.map((share) => readOne(share, drafts, options.now, knowledge)), unclaimed }
}

const genotypeWords = (genotype: Genotype): string => {
  const score = genotype.activityScore ? `score ${genotype.activityScore.text}` : null
  const key = genotype.diplotype === null && genotype.phenotype === null ? (genotype.keys[0] ?? null) : null
  return [genotype.diplotype, genotype.phenotype?.term ?? null, score, key].filter((part) => part !== null).join(', ') || 'not stated'
}

/** One line of a gene: what is known, what medicines make of it, since when, from where. */
const callRow = (call: GeneCall): string[] => {
  if (call.state === 'not-tested') return [call.gene, 'not tested', '', '', '']
  const newest = [...call.readings].sort((a, b) => ((a.lineage.date ?? '') < (b.lineage.date ?? '') ? 1 : -1))[0]
  const origin = [newest?.lineage.date?.slice(0, 10) ?? 'undated', newest?.lineage.source ?? '']
  if (call.state === 'indeterminate') return [call.gene, `indeterminate: ${call.because}`, '', ...origin]
  if (call.state === 'candidates')
    return [call.gene, `one of: ${call.candidates.map((one) => genotypeWords(one.genetic)).join(' | ')}`, '', ...origin]
  const acts = call.phenoconversion.state === 'none' ? '' : call.phenoconversion.note
  return [call.gene, genotypeWords(call.genetic), acts, ...origin]
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((word, at) => Math.max(word.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]): string => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

const COUNTED = [
  'medicines',
  'labs',
  'vitals',
  'lifestyle',
  'conditions',
  'procedures',
  'allergies',
  'imaging',
  'devices',
  'family',
  'documents',
] as const

const describePatient = ({ patient, facts, geneCalls }: ReadPatient): void => {
  const age = facts.patient?.ageYears
  say(`Patient ${patient || 'without id'}${age === null || age === undefined ? '' : `, ${age} years`}`)
  const known = geneCalls.filter((call) => call.state !== 'not-tested')
  const rest = geneCalls.length - known.length
  if (known.length > 0) say(`\nGenes\n${table(['gene', 'finding', 'in this patient today', 'date', 'source'], known.map(callRow))}`)
  say(
    `${known.length > 0 ? '' : '\n'}${known.length === 0 ? 'No gene has a result' : `${rest} other genes have no result`}. No result never means normal.`,
  )
  const readings = facts.readings.map((one) => [
    one.ref,
    one.gene ?? '?',
    genotypeWords(one.genotype),
    one.use,
    one.confidence,
    one.lineage.date?.slice(0, 10) ?? 'undated',
    one.flags.join(' '),
  ])
  if (readings.length > 0) say(`\nReadings\n${table(['resource', 'gene', 'finding', 'use', 'confidence', 'date', 'flags'], readings)}`)
  const orders = facts.orders.map((order) => [
    order.ref,
    order.drug.text || 'no drug named',
    order.drug.ingredients.map((one) => one.name).join(' + ') || 'not mapped',
  ])
  if (orders.length > 0) say(`\nOrders\n${table(['resource', 'drug', 'ingredients'], orders)}`)
  const medicines = facts.medicines
    .filter((medicine) => medicine.state !== 'stopped')
    .map((one) => [one.ref, one.drug.text, one.drug.ingredients.map((each) => each.name).join(' + ') || 'not mapped', one.state])
  if (medicines.length > 0) say(`\nMedicines\n${table(['resource', 'drug', 'ingredients', 'state'], medicines)}`)
  say(`\nRead: ${COUNTED.map((name) => `${facts[name].length} ${name}`).join(', ')}`)
  if (facts.gaps.length > 0)
    say(
      `\nNot read or not used\n${facts.gaps.map((gap) => `  ${gap.about}: ${gap.because}${gap.resource ? ` (${gap.resource})` : ''}`).join('\n')}`,
    )
}

const FOUND_WRONG = new Set(['unreadable', 'other-patient'])

/** `attune read`: exit 1 when entries of the files could not be read or belong to somebody else. */
export const read: Verb = {
  name: 'read',
  summary: 'Read FHIR resources into facts, gene readings and gene calls',
  usage:
    'attune read FILE... [--patient ID] [--now INSTANT] [--json]\n' +
    '  FILE: FHIR R4 resource, Bundle, NDJSON or CDS Hooks request; - for standard input. All files together are one record per patient.\n' +
    '  --now: instant from which ages and courses are counted, default the present',
  options: { patient: { type: 'string' }, now: { type: 'string' } },
  run: async ({ values, positionals }) => {
    if (positionals.length === 0) throw new UsageError('Name at least one file.')
    const now = typeof values.now === 'string' ? values.now : new Date().toISOString()
    if (Number.isNaN(Date.parse(now))) throw new UsageError(`--now takes an instant such as 2026-11-21T10:00:00Z, not "${now}".`)
    const config = readConfig(process.env, projectRoot)
    const knowledge = loadKnowledge(config.rulesDir, config.drugMap)
    const patient = values.patient
    const result = runRead(positionals, { now, ...(typeof patient === 'string' ? { patient } : {}) }, knowledge)
    if (result.unclaimed > 0)
      progress(`${result.unclaimed} entries name no patient and were given to none of the ${result.patients.length}.`)
    if (values.json === true) printJson(result)
    else
      for (const [at, one] of result.patients.entries()) {
        if (at > 0) say('')
        describePatient(one)
      }
    const wrong = result.unclaimed > 0 || result.patients.some(({ facts }) => facts.gaps.some((gap) => FOUND_WRONG.has(gap.code)))
    return wrong ? 1 : 0
  },
}
