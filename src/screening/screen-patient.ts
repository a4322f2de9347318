import { adviceSentences } from '../cards/action-words.ts'
import { blindingGaps, isBlinding } from '../cards/card-policy.ts'
import { rankOf } from '../cards/more-serious.ts'
import { writePanelWords } from '../cards/panel-words.ts'
import { basisWords, byWeight } from '../cards/phrases.ts'
import { reviewFlags } from '../cards/review-flags.ts'
import { flagMedicine } from '../cards/write-medicine-cards.ts'
import type { PatientFacts } from '../contract/facts.ts'
import type { Assessment, DrugAssessment, Finding } from '../contract/findings.ts'
import type { ReviewFlag } from '../contract/review.ts'
import type { Score } from '../risk/inference/score-many.ts'
import type { ScreeningKit } from './kit.ts'
import type { NotAssessed, PatientLine, WorklistRow } from './worklist.ts'

/** What is known of one patient when the lines are written. */
export type Judged = {
  readonly patient: string
  readonly facts: PatientFacts
  readonly assessment: Assessment
  /** Drugs that are not taken and whose guidance asks for a change. */
  readonly ahead: readonly DrugAssessment[]
  readonly doubts: readonly Doubt[]
}

/** What the export leaves open of every patient. `about`: the types. */
export type Doubt = Pick<NotAssessed, 'about' | 'code' | 'because'>

export type Outcome = { readonly line: PatientLine; readonly rows: readonly WorklistRow[]; readonly notAssessed: readonly NotAssessed[] }

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

const evidenceOf = (findings: readonly Finding[]): string[] =>
  unique(
    findings.flatMap((finding) => [...finding.basis.flatMap(({ facts }) => facts), ...finding.facts].map(({ resource }) => resource)),
  ).sort()

const diplotypesOf = ({ basis }: Finding): string[] =>
  byWeight(basis).flatMap(({ gene, genetic }) => (genetic?.diplotype ? [`${gene} ${genetic.diplotype}`] : []))

const scoresOf = (drugs: readonly DrugAssessment[], scores: readonly Score[], { models }: ScreeningKit): Score[] => {
  const ids = new Set(drugs.flatMap(({ drug }) => models.forDrug(drug)).map(({ ref }) => ref.id))
  return scores.filter(({ model }) => ids.has(model))
}

/** The finding that the flag speaks by: the card's own where the card is about these genes, else the most serious. */
const headOf = (flag: ReviewFlag, drugs: readonly DrugAssessment[], heads: ReadonlySet<string>): Finding | null => {
  const own = drugs.flatMap(({ findings }) => findings).filter(({ id }) => flag.findings.includes(id))
  return own.find(({ id }) => heads.has(id)) ?? [...own].sort((a, b) => rankOf(a.consequence) - rankOf(b.consequence))[0] ?? null
}

const CHANGE = rankOf('dose')

/** A flag of a drug that the chart's card tells: those that the card speaks by, and others that ask for another drug or dose. */
const isTold = (flag: ReviewFlag, heads: ReadonlySet<string>): boolean =>
  flag.kind === 'guidance' &&
  (flag.findings.some((id) => heads.has(id)) || (flag.consequence !== null && rankOf(flag.consequence) <= CHANGE))

const rowOf = (
  flag: ReviewFlag,
  drugs: readonly DrugAssessment[],
  head: Finding,
  when: WorklistRow['when'],
  { patient, assessment, doubts }: Judged,
  scores: readonly Score[],
  kit: ScreeningKit,
): WorklistRow => {
  const findings = drugs.flatMap((drug) => drug.findings).filter(({ id }) => flag.findings.includes(id))
  const others = findings.filter(({ source }) => source !== head.source)
  const [first] = drugs
  return {
    patient,
    when,
    indicator: flag.indicator,
    drug: flag.drug,
    rxcui: first?.drug.rxcui ?? null,
    medicines: when === 'now' ? [...flag.refs].sort() : [],
    genes: flag.genes,
    results: byWeight(head.basis).map((basis) => basisWords(basis, assessment.geneCalls)),
    diplotypes: diplotypesOf(head),
    consequence: head.consequence,
    headline: flag.headline,
    advice: adviceSentences(head, kit.wording),
    source: head.source,
    strength: head.strength,
    year: head.guideline.year,
    url: head.guideline.url,
    others: [
      ...new Map(
        others.map(({ source, guideline, strength, consequence }) => [source, { source, year: guideline.year, strength, consequence }]),
      ).values(),
    ],
    population: head.population && { label: head.population.label, state: head.population.state, because: head.population.because },
    alternatives: [
      ...new Map(
        drugs
          .flatMap(({ alternatives }) => alternatives)
          .flatMap(({ drug, verdict }) => (verdict === 'fits' || verdict === 'caution' ? [[drug.name, { drug: drug.name, verdict }]] : [])),
      ).values(),
    ],
    finding: head.id,
    flag: flag.id,
    rule: head.row,
    evidence: unique([...(when === 'now' ? flag.refs : []), ...evidenceOf(findings)]).sort(),
    gaps: unique([...drugs.flatMap(({ gaps }) => gaps), ...doubts].map(({ about, because }) => `${about}: ${because}`)).sort(),
    estimates: when === 'now' ? scoresOf(drugs, scores, kit) : [],
  }
}

/** Rows of these drugs: the flags of the app, for the drugs that a card would speak of. */
const rowsOf = (
  drugs: readonly DrugAssessment[],
  when: WorklistRow['when'],
  judged: Judged,
  scores: readonly Score[],
  kit: ScreeningKit,
): WorklistRow[] => {
  const told = drugs.flatMap((drug) => flagMedicine(drug, kit.policy))
  if (told.length === 0) return []
  const names = new Set(told.map(({ drug }) => drug.drug.name))
  const heads = new Set(told.map(({ concern }) => concern.head.id))
  const own = drugs.filter(({ drug }) => names.has(drug.name))
  const assessment = { ...judged.assessment, orders: [], medicines: own }
  const flags = reviewFlags(assessment, writePanelWords(assessment, kit.wording, kit.policy), kit.wording, unsealed)
  return flags
    .filter((flag) => isTold(flag, heads))
    .flatMap((flag) => {
      const meant = own.filter(({ drug }) => drug.name === flag.drug)
      const head = headOf(flag, meant, heads)
      return head ? [rowOf(flag, meant, head, when, judged, scores, kit)] : []
    })
}

/** Nothing is bound to these digests: the worklist does not carry them. */
const unsealed = (): string => ''

/** A drug whose guidance could not be applied, with the reason that weighs most. */
const blockedDrugs = ({ patient, assessment }: Judged): NotAssessed[] =>
  [...new Map(assessment.medicines.map((drug) => [drug.drug.name, drug])).values()].flatMap((drug) => {
    const blinding = blindingGaps(drug)[0]
    if (drug.state !== 'not-assessed' && !blinding) return []
    const gap = blinding ?? drug.gaps[0]
    const medicines = unique(assessment.medicines.filter((one) => one.drug.name === drug.drug.name).map(({ ref }) => ref)).sort()
    return [
      {
        patient,
        drug: drug.drug.name,
        medicines,
        about: gap?.about ?? drug.drug.name,
        code: gap?.code ?? 'no-match',
        because: gap?.because ?? 'no guidance row matches this patient',
      },
    ]
  })

/** Medicines in use of which nobody knows what they are. */
const unknownDrugs = ({ patient, facts, assessment }: Judged): NotAssessed[] =>
  facts.medicines
    .filter(
      ({ state, drug, ref }) => state === 'active' && drug.ingredients.length === 0 && !assessment.medicines.some((one) => one.ref === ref),
    )
    .map(({ ref, drug }) => ({
      patient,
      drug: null,
      medicines: [ref],
      about: 'medicine',
      code: 'unmapped',
      because: drug.unmapped ?? 'the drug could not be matched to a known substance',
    }))

/** What of the record as a whole was not read and hides something that a row could rest on. */
const blindRecord = ({ patient, facts }: Judged): NotAssessed[] =>
  facts.gaps
    .filter((gap) => gap.about === 'medicines' && isBlinding(gap))
    .map(({ about, code, because, resource }) => ({
      patient,
      drug: null,
      medicines: resource === undefined ? [] : [resource],
      about,
      code,
      because,
    }))

const doubtful = ({ patient, doubts }: Judged): NotAssessed[] => doubts.map((doubt) => ({ patient, drug: null, medicines: [], ...doubt }))

const CALM: Readonly<Record<string, string>> = {
  deceased: 'The record says that the person has died.',
  'no-medicine': 'The record holds no medicine in use, and no result that speaks about a drug that was looked at.',
  'no-guidance': 'No source that is held has guidance for the medicines in use.',
  'no-change': 'Guidance was applied to the medicines in use and asks for no change.',
}

const calmCode = ({ facts, assessment }: Judged): string => {
  if (facts.patient?.deceased) return 'deceased'
  if (assessment.medicines.length === 0) return 'no-medicine'
  return assessment.medicines.every(({ state }) => state === 'no-guidance') ? 'no-guidance' : 'no-change'
}

const endOf = (judged: Judged, rows: readonly WorklistRow[], notAssessed: readonly NotAssessed[]): PatientLine => {
  const base = { patient: judged.patient, rows: rows.length, notAssessed: notAssessed.length }
  const now = rows.some(({ when }) => when === 'now')
  if (rows.length > 0)
    return { ...base, state: 'worklist', code: now ? 'now' : 'ahead', because: now ? 'A medicine in use.' : 'A drug that is not taken.' }
  const [first] = notAssessed
  if (first) return { ...base, state: 'not-assessed', code: first.code, because: `${first.drug ?? first.about}: ${first.because}` }
  const code = calmCode(judged)
  return { ...base, state: 'nothing-to-say', code, because: CALM[code] ?? code }
}

/** The lines of one patient. Pure: the same record, rules and models give the same lines, whoever stands beside. */
export const judgePatient = (judged: Judged, scores: readonly Score[], kit: ScreeningKit): Outcome => {
  if (judged.facts.patient?.deceased) return { line: endOf(judged, [], []), rows: [], notAssessed: [] }
  const rows = [...rowsOf(judged.assessment.medicines, 'now', judged, scores, kit), ...rowsOf(judged.ahead, 'ahead', judged, scores, kit)]
  const notAssessed = [...blindRecord(judged), ...blockedDrugs(judged), ...unknownDrugs(judged), ...doubtful(judged)]
  return { line: endOf(judged, rows, notAssessed), rows, notAssessed }
}
