import type { Dose, PatientFacts } from '../../src/contract/facts.ts'
import type { Consequence, Finding } from '../../src/contract/findings.ts'
import type { GeneCall, Genotype } from '../../src/contract/genes.ts'
import type { Passport, PassportAdvice, PassportGene } from '../../src/contract/passport.ts'
import { advise } from '../../src/guidance/advise.ts'
import { kitOf } from '../../src/guidance/assess.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import type { ServiceKit } from '../pgx/kit.ts'

type Frozen = Pick<Passport, 'made' | 'versions' | 'decision' | 'sandbox'>

const resultOf = ({ diplotype, activityScore, phenotype }: Genotype): PassportGene['results'][number] => ({
  diplotype,
  score: activityScore?.text ?? null,
  phenotype: phenotype?.term ?? null,
})

type ResultCall = Exclude<GeneCall, { state: 'not-tested' }>

const geneOf = (call: ResultCall): PassportGene => {
  const basis = call.readings.find(({ use }) => use === 'act' || use === 'candidates') ?? call.readings[0]
  const genotypes =
    call.state === 'called' ? [call.genetic] : call.state === 'candidates' ? call.candidates.map(({ genetic }) => genetic) : []
  return {
    gene: call.gene,
    state: call.state,
    results: genotypes.map(resultOf),
    because: call.state === 'called' ? null : call.because,
    laboratory: basis?.lineage.source ?? null,
    date: basis?.lineage.date ?? null,
    method: basis?.coverage?.text ?? null,
    resource: basis?.ref ?? null,
    today: call.state === 'indeterminate' || call.phenoconversion.state === 'none' ? null : call.phenoconversion.note,
  }
}

const NO_DOSE: Dose = { mgPerDay: null, mgPerDose: null, timesPerDay: null, prn: false, text: null, route: null, flags: [] }

const ASKS: ReadonlySet<Consequence> = new Set(['contraindicated', 'avoid', 'alternative', 'dose', 'caution', 'monitor'])

const adviceOf = (finding: Finding): PassportAdvice => ({
  drug: finding.drug.name,
  rxcui: finding.drug.rxcui,
  consequence: finding.consequence,
  genes: finding.genes,
  source: finding.source,
  year: finding.guideline.year,
  strength: finding.strength,
  url: finding.guideline.url,
  limit: finding.population?.state === 'undecided' ? finding.population.label : null,
})

/** For every drug with guidance: the first finding by precedence, those for everybody before those for some. */
const firstFindings = (facts: PatientFacts, calls: readonly GeneCall[], kit: ServiceKit): Finding[] => {
  const all = kitOf(calls, kit.knowledge, kit.precedence)
  return [...all.prepared.drugs.keys()].sort().flatMap((name) => {
    const drug = kit.knowledge.drugs.ingredient(name)
    if (!drug) return []
    const identity = { text: name, codings: [], ingredients: [drug], how: 'rxnorm-ingredient' as const, flags: [] }
    const subject = { facts, about: 'order' as const, ref: 'passport', identity, drug, dose: NO_DOSE, reasons: [], beside: [] }
    const found = advise(subject, all).findings.filter(
      ({ kind, basis }) => kind === 'guidance' && basis.every(({ state }) => state === 'called'),
    )
    const finding = found.find(({ population }) => population?.state !== 'undecided') ?? found[0]
    return finding ? [finding] : []
  })
}

const ORDER: readonly Consequence[] = ['contraindicated', 'avoid', 'alternative', 'dose', 'caution', 'monitor', 'standard', 'none']

const byWeight = (left: PassportAdvice, right: PassportAdvice): number =>
  ORDER.indexOf(left.consequence) - ORDER.indexOf(right.consequence) || (left.drug < right.drug ? -1 : 1)

/**
 * The passport of one patient. Medicines and orders of the day are left out where drugs are weighed: it outlives them. What they
 * change today is said beside each gene.
 */
export const passportOf = (facts: PatientFacts, kit: ServiceKit, frozen: Frozen): Passport => {
  const calls = callGenes(facts, kit.knowledge.genes, kit.knowledge.modifiers)
  const alone = { ...facts, medicines: [], orders: [] }
  const findings = firstFindings(alone, callGenes(alone, kit.knowledge.genes, kit.knowledge.modifiers), kit)
  const { patient } = facts
  return {
    ...frozen,
    patient: patient && { id: patient.id, name: patient.name, birthDate: patient.birthDate, sex: patient.sex },
    genes: calls.filter((call): call is ResultCall => call.state !== 'not-tested').map(geneOf),
    advice: findings
      .filter(({ consequence }) => ASKS.has(consequence))
      .map(adviceOf)
      .sort(byWeight),
    unchanged: findings.filter(({ consequence }) => consequence === 'standard').map(({ drug }) => drug.name),
    notTested: calls.filter(({ state }) => state === 'not-tested').map(({ gene }) => gene),
    open: [
      ...new Set([
        ...facts.gaps.filter(({ about }) => about === 'genomics' || about === 'genotypes').map(({ because }) => because),
        ...facts.documents.filter(({ geneticUnread }) => geneticUnread).map(({ title }) => `${title}: not read.`),
      ]),
    ],
  }
}
