import type { Consequence, DrugAssessment } from '../contract/findings.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Lineage } from '../contract/lineage.ts'
import type { Report, ReportContent, ReportDrug, ReportEstimate, ReportGene, ReportLevel, ReportRequest } from '../contract/report.ts'
import { LABELS, type Labels } from './report-labels.ts'

const LEVELS: Readonly<Record<Consequence, ReportLevel>> = {
  contraindicated: 'critical',
  avoid: 'warning',
  alternative: 'warning',
  dose: 'warning',
  caution: 'caution',
  monitor: 'info',
  standard: 'ok',
  none: 'none',
}

type Severity = Pick<ReportDrug, 'level' | 'word'>
type Head = ReportContent['words']['heads'][number]

const concernOf = ({ concern, indicator }: Head & { concern: Exclude<Head['concern'], 'guidance'> }, { words }: Labels): Severity => {
  if (concern === 'not-assessed') return { level: 'unknown', word: words[concern] }
  if (concern === 'conflict') return { level: 'caution', word: words[concern] }
  return { level: indicator, word: words[concern] }
}

/** As the app shows it: the card's concern and indicator where there is something to say, else what the assessment found. */
const severityOf = (drug: DrugAssessment, head: Head | undefined, labels: Labels): Severity => {
  const { words } = labels
  const noGuidance: Severity = { level: 'none', word: words['no-guidance'] }
  if (head && head.concern !== 'guidance') return concernOf({ ...head, concern: head.concern }, labels)
  if (!head && drug.state === 'no-guidance') return noGuidance
  const guidance = drug.findings.filter(({ kind }) => kind === 'guidance')
  const finding = head ? guidance.find(({ id }) => id === head.finding) : guidance[0]
  if (finding && (head || drug.state !== 'not-assessed')) {
    const level = head && head.indicator !== 'info' ? head.indicator : LEVELS[finding.consequence]
    return { level, word: words[finding.consequence] }
  }
  const lookedUp = head !== undefined || (drug.state === 'assessed' && drug.gaps.every(({ code }) => code === 'no-guidance'))
  return lookedUp ? noGuidance : { level: 'unknown', word: words['not-assessed'] }
}

const gapWords = ({ about, because }: { readonly about: string; readonly because: string }): string => `${about}: ${because}`

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]

/** "Not assessed", "nobody advises on it" and "nothing is to be changed" are three things. */
const silenceOf = ({ level }: Severity, { notAssessed, noSource, noAdvice }: Labels): string =>
  level === 'unknown' ? notAssessed : level === 'none' ? noSource : noAdvice

const ORDER: readonly ReportLevel[] = ['critical', 'warning', 'caution', 'unknown', 'info', 'ok', 'none']

/** What asks for something stands first, then what nobody could assess. */
const byLevel = (a: ReportDrug, b: ReportDrug): number => ORDER.indexOf(a.level) - ORDER.indexOf(b.level)

const drugOf = (drug: DrugAssessment, { words }: ReportContent, labels: Labels): ReportDrug => {
  const head = words.heads.find(({ ref, drug: name }) => ref === drug.ref && name === drug.drug.name)
  const advice = drug.findings.flatMap(({ id, source, guideline, strength }) =>
    (words.sentences[id] ?? []).map((text) => ({
      text,
      source: [source, guideline.year, strength].filter(Boolean).join(' '),
      url: guideline.url,
    })),
  )
  const severity = severityOf(drug, head, labels)
  return {
    name: drug.identity.text,
    ...severity,
    headline: head?.headline ?? null,
    basis: head?.basis ?? [],
    advice,
    silent: advice.length > 0 ? null : silenceOf(severity, labels),
    gaps: unique(drug.gaps.map(gapWords)),
  }
}

/** Resources by day and laboratory: a result of many positions is one line. */
const fromWords = (lineages: readonly Lineage[]): string[] => {
  const groups = new Map<string, string[]>()
  for (const { resource, date, source } of lineages) {
    const head = [date?.slice(0, 10), source].filter(Boolean).join(', ')
    groups.set(head, unique([...(groups.get(head) ?? []), resource]))
  }
  return [...groups].map(([head, resources]) => [head, resources.join(', ')].filter(Boolean).join(': '))
}

const geneOf = (call: Exclude<GeneCall, { readonly state: 'not-tested' }>): ReportGene => {
  const from = fromWords(call.readings.map(({ lineage }) => lineage))
  const { gene, state } = call
  if (state === 'called') {
    const { genetic, clinical, phenoconversion } = call
    const notes = phenoconversion.note ?? null
    const today = phenoconversion.state === 'converted' ? (clinical.phenotype?.term ?? '–') : null
    return { gene, state, genotype: genetic.diplotype, phenotype: genetic.phenotype?.term ?? null, today, because: notes, from }
  }
  const genotypes = state === 'candidates' ? unique(call.candidates.flatMap(({ genetic }) => genetic.diplotype ?? [])) : []
  return { gene, state, genotype: genotypes.join(' / ') || null, phenotype: null, today: null, because: call.because, from }
}

const estimateOf = (estimate: ReportContent['estimates'][number]): ReportEstimate => {
  const { id, version, sha256 } = estimate.model
  const model = `${id} ${version}, ${sha256.slice(0, 12)}`
  if (estimate.state === 'refused')
    return { title: estimate.title, value: null, unit: null, interval: null, model, limits: unique(estimate.because.map(gapWords)) }
  const { title, value, unit, interval, population, missing } = estimate
  const limits = unique([...population.limits, ...missing.map(({ label, effect }) => `${label}: ${effect}`)])
  return { title, value, unit, interval, model, limits }
}

/** What was told, put in the order of a report. Nothing is computed anew. Pure. */
export const reportOf = ({ fhirServer, patient: id, decision, content, language }: ReportRequest, made: string): Report => {
  const labels: Labels = LABELS[language]
  const { facts, assessment, estimates, versions } = content
  const { patient } = facts
  return {
    language,
    made,
    read: facts.now,
    decision,
    versions,
    fhirServer,
    patient: {
      id,
      name: patient?.name ?? null,
      birthDate: patient?.birthDate ?? null,
      sex: patient?.sex ?? null,
      identifiers: (patient?.identifiers ?? []).map(({ type, value }) => `${type} ${value}`),
    },
    orders: assessment.orders.flatMap(({ drugs }) => drugs.map((drug) => drugOf(drug, content, labels))),
    medicines: assessment.medicines.map((drug) => drugOf(drug, content, labels)).sort(byLevel),
    allergies: facts.allergies.map(({ name, clinicalStatus }) => [name, clinicalStatus].filter(Boolean).join(', ')),
    genes: assessment.geneCalls.flatMap((call) => (call.state === 'not-tested' ? [] : [geneOf(call)])),
    notTested: assessment.geneCalls.flatMap(({ gene, state }) => (state === 'not-tested' ? [gene] : [])),
    estimates: estimates.map(estimateOf),
    gaps: unique([...facts.gaps, ...assessment.gaps, ...assessment.orders.flatMap(({ gaps }) => gaps)].map(gapWords)),
    questions: facts.questions.map(({ key, state, resources, because }) => ({ key, state, resources, because: because ?? null })),
  }
}
