import type { Ingredient } from '../contract/facts.ts'
import type { Alternative, Finding } from '../contract/findings.ts'
import type { Lineage } from '../contract/lineage.ts'
import { advise, type Kit } from './advise.ts'
import { modifiersBeside } from './conditions.ts'
import type { AlternativeCheck } from './guidance-tables.ts'
import { findEvidence, nameFound } from './record-evidence.ts'
import { type Subject, sameIngredient, wasRead } from './subject.ts'
import { bodyWeight, glomerularFiltration } from './vitals.ts'

/** One check and how much it weighs: `exclude` rules the drug out, `caution` does not, `open` could not be answered. */
type Checked = Alternative['checked'][number] & { readonly weight: 'none' | 'caution' | 'exclude' | 'open' }

const ok = (what: string, because: string, facts: readonly Lineage[] = []): Checked => ({
  what,
  result: 'ok',
  because,
  facts,
  weight: 'none',
})
const open = (what: string, because: string): Checked => ({ what, result: 'not-checked', because, facts: [], weight: 'open' })
const problem = (what: string, weight: 'caution' | 'exclude', because: string, facts: readonly Lineage[]): Checked => ({
  what,
  result: 'problem',
  because,
  facts,
  weight,
})

const factsOf = (findings: readonly Finding[]): Lineage[] => findings.flatMap((finding) => finding.basis.flatMap((basis) => basis.facts))

const NEVER = new Set(['contraindicated', 'avoid', 'alternative'])
const CAREFUL = new Set(['dose', 'caution'])

/** `SLCO1B1 poor function`, `CYP2C9 not tested`: cards show these reasons to prescribers. */
const resultOf = ({ gene, key, clinical, state }: Finding['basis'][number]): string => {
  if (state === 'no-result') return `${gene} not tested`
  if (key !== null && /^\*.+ (positive|negative)$/.test(key)) return `${gene}${key}`
  return `${gene} ${clinical?.phenotype?.term.replaceAll(/\b[A-Z][a-z]+\b/g, (word) => word.toLowerCase()) ?? key ?? ''}`.trim()
}

const says = (findings: readonly Finding[]): string =>
  findings.map((finding) => `${finding.source} for ${finding.basis.map(resultOf).join(' and ')}`).join(', ')

/** The alternative's own guidance for the same genes: a drug that this patient should not have is no way out. */
const checkGenes = (drug: Ingredient, subject: Subject, kit: Kit): Checked => {
  const what = 'genes'
  const { findings, gaps, genes } = advise(subject, kit)
  if (genes.length === 0) return ok(what, `no pharmacogenomic guidance for ${drug.name} in the rules`)
  const speaking = findings.filter((finding) => finding.kind === 'guidance')
  const sure = (finding: Finding): boolean =>
    finding.population?.state !== 'undecided' && finding.basis.every((basis) => basis.state !== 'candidate')
  const never = speaking.filter((finding) => NEVER.has(finding.consequence))
  const surely = never.filter(sure)
  if (surely.length > 0) return problem(what, 'exclude', `not advised either: ${says(surely)}`, factsOf(surely))
  const careful = [...never, ...speaking.filter((finding) => CAREFUL.has(finding.consequence))]
  if (careful.length > 0) return problem(what, 'caution', `needs care: ${says(careful)}`, factsOf(careful))
  const missing = [...new Set(gaps.filter((gap) => gap.code !== 'undecided').map((gap) => gap.about))]
  if (missing.length > 0) return { ...open(what, `no usable result for ${missing.join(', ')}`), weight: 'caution' }
  return ok(what, speaking.length > 0 ? says(speaking) : `no advice against it for ${genes.join(', ')}`, factsOf(speaking))
}

const LAPSED = new Set(['refuted', 'entered-in-error'])

const checkAllergies = (drug: Ingredient, { facts }: Subject): Checked => {
  const found = facts.allergies.filter(
    (allergy) =>
      !LAPSED.has(allergy.verificationStatus ?? '') &&
      allergy.clinicalStatus !== 'resolved' &&
      allergy.ingredients.some((ingredient) => sameIngredient(ingredient, drug)),
  )
  if (found.length > 0)
    return problem(
      'allergies',
      'exclude',
      `allergy to ${drug.name} recorded`,
      found.map((allergy) => allergy.lineage),
    )
  if (!wasRead(facts, 'allergies')) return open('allergies', 'allergies were not read')
  return ok(
    'allergies',
    'no allergy to it recorded',
    facts.allergies.map((allergy) => allergy.lineage),
  )
}

const checkDuplicates = (drug: Ingredient, { facts }: Subject): Checked => {
  const taken = facts.medicines.filter(
    (medicine) => medicine.state === 'active' && medicine.drug.ingredients.some((ingredient) => sameIngredient(ingredient, drug)),
  )
  const ordered = facts.orders.filter((order) => order.drug.ingredients.some((ingredient) => sameIngredient(ingredient, drug)))
  if (taken.length > 0)
    return problem(
      'duplicates',
      'exclude',
      `${drug.name} is already taken`,
      taken.map((medicine) => medicine.lineage),
    )
  if (ordered.length > 0)
    return problem(
      'duplicates',
      'exclude',
      `${drug.name} is being ordered too`,
      ordered.map((order) => ({ resource: order.ref })),
    )
  if (!wasRead(facts, 'medicines')) return open('duplicates', 'medicines were not read')
  return ok('duplicates', 'not taken now')
}

type Answer = { readonly hit: boolean | null; readonly facts: readonly Lineage[]; readonly found?: string }

const within = (rule: { readonly from?: number | undefined; readonly below?: number | undefined }, age: number): boolean =>
  age >= (rule.from ?? 0) && age < (rule.below ?? Number.POSITIVE_INFINITY)

const answerRule = (rule: AlternativeCheck['rule'], subject: Subject, kit: Kit): Answer => {
  const { facts } = subject
  switch (rule.kind) {
    case 'condition': {
      const found = findEvidence(subject, rule.any, kit.prepared.tables)
      if (found.length > 0) return { hit: true, facts: found.map((one) => one.lineage), found: nameFound(found) }
      return { hit: wasRead(facts, 'conditions') ? false : null, facts: [] }
    }
    case 'age': {
      const age = facts.patient?.ageYears ?? null
      return age === null || !facts.patient
        ? { hit: null, facts: [] }
        : { hit: within(rule, age), facts: [facts.patient.lineage], found: `${age} years` }
    }
    case 'weight': {
      const weight = bodyWeight(facts)
      return weight
        ? { hit: weight.kg < rule.belowKg, facts: [weight.lineage], found: `${weight.kg.toFixed(1)} kg` }
        : { hit: null, facts: [] }
    }
    case 'egfr': {
      const rate = glomerularFiltration(facts)
      return rate ? { hit: rate.value < rule.below, facts: [rate.lineage], found: `eGFR ${rate.value}` } : { hit: null, facts: [] }
    }
    case 'medicine': {
      const taken = facts.medicines.filter(
        (medicine) => medicine.state === 'active' && medicine.drug.ingredients.some((one) => rule.ingredients.includes(one.name)),
      )
      if (taken.length > 0)
        return { hit: true, facts: taken.map((one) => one.lineage), found: taken.map((one) => one.drug.text).join(', ') }
      return { hit: wasRead(facts, 'medicines') ? false : null, facts: [] }
    }
    case 'modifier': {
      const found = modifiersBeside(subject, kit.knowledge.modifiers, {
        enzymes: rule.enzymes,
        kind: rule.modifier,
        strengths: rule.strengths,
      })
      if (found.length > 0) return { hit: true, facts: found.map((one) => one.lineage), found: found.map((one) => one.row.drug).join(', ') }
      return { hit: wasRead(facts, 'medicines') ? false : null, facts: [] }
    }
  }
}

const applyCheck = (check: AlternativeCheck, subject: Subject, kit: Kit): Checked => {
  const { hit, facts, found } = answerRule(check.rule, subject, kit)
  const cited = `${check.because} (${check.source})`
  if (hit === null) {
    const unanswered = open(check.what, `not on record; ${cited}`)
    // What only asks for care does not hold the drug back when it is not on record.
    return check.result === 'exclude' ? unanswered : { ...unanswered, weight: 'none' }
  }
  return hit
    ? problem(check.what, check.result, `${found ?? check.what}: ${cited}`, facts)
    : ok(check.what, `checked against: ${cited}`, facts)
}

const OLDEST_PREGNANCY = 55

const checkPregnancy = (subject: Subject, kit: Kit): Checked => {
  const { facts } = subject
  const found = findEvidence(subject, kit.prepared.tables.alternatives.pregnancy.any, kit.prepared.tables)
  if (found.length > 0)
    return problem(
      'pregnancy',
      'caution',
      `${nameFound(found)}: not checked for this drug, decide individually`,
      found.map((one) => one.lineage),
    )
  const age = facts.patient?.ageYears ?? null
  if (facts.patient && (facts.patient.sex === 'male' || (age !== null && age >= OLDEST_PREGNANCY)))
    return ok('pregnancy', 'does not apply', [facts.patient.lineage])
  return { ...open('pregnancy', 'no pregnancy on record, which does not exclude one'), weight: 'none' }
}

const verdictOf = (checks: readonly Checked[]): Alternative['verdict'] => {
  const weights = new Set(checks.map((check) => check.weight))
  if (weights.has('exclude')) return 'unfit'
  if (weights.has('open')) return 'unknown'
  return weights.has('caution') ? 'caution' : 'fits'
}

/** Checks one replacement against this patient; each check says what it found or why it was not made. */
export const checkAlternative = (drug: Ingredient, ordered: Subject, kit: Kit): Pick<Alternative, 'verdict' | 'checked'> => {
  const identity = { text: drug.name, codings: [], ingredients: [drug], how: 'none' as const, flags: [] }
  const dose = { mgPerDay: null, mgPerDose: null, timesPerDay: null, prn: false, text: null, route: null, flags: [] }
  const subject: Subject = { ...ordered, drug, identity, dose }
  const rows = kit.prepared.tables.alternatives.drugs[drug.name]
  const own = rows
    ? rows.checks.map((check) => applyCheck(check, subject, kit))
    : [open('conditions', `no contraindications of ${drug.name} in the rules`)]
  const checks = [
    checkGenes(drug, subject, kit),
    checkAllergies(drug, ordered),
    checkDuplicates(drug, ordered),
    ...own,
    checkPregnancy(ordered, kit),
  ]
  return { verdict: verdictOf(checks), checked: checks.map(({ weight: _weight, ...check }) => check) }
}
