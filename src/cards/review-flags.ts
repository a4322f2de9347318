import { hash } from 'node:crypto'
import type { Assessment, DrugAssessment, Finding } from '../contract/findings.ts'
import type { PanelWords } from '../contract/profile.ts'
import type { FlagRests, ReviewFlag } from '../contract/review.ts'
import { actionSentence, headline } from './action-words.ts'
import { rankOf } from './more-serious.ts'
import { basisWords, byWeight } from './phrases.ts'
import type { Wording } from './wording.ts'

/** Digits that are kept of a digest, and the version of what is digested: a change of it makes every flag new, never falsely old. */
const DIGITS = 32
const LAYOUT = 'flag/1'

const STANDARD = rankOf('standard')

/** Asks for something other than the usual, whether or not it is strong enough for a card. */
const speaks = ({ kind, consequence }: Finding): boolean => kind === 'guidance' && rankOf(consequence) < STANDARD

/** One drug as ordered or taken, all entries of it together. */
type Taken = { readonly drugs: readonly DrugAssessment[]; readonly findings: readonly Finding[] }

const sorted = (values: readonly unknown[]): string => JSON.stringify(values.map((one) => JSON.stringify(one)).sort())

const restsOf = ({ drugs, findings }: Taken, doses: ReadonlyMap<string, unknown>, seal: (text: string) => string): FlagRests => {
  const digest = (what: string, values: readonly unknown[]): string => seal(JSON.stringify([LAYOUT, what, sorted(values)])).slice(0, DIGITS)
  const basis = findings.flatMap((finding) => finding.basis)
  return {
    result: digest(
      'result',
      basis.map(({ gene, state, genetic, facts }) => [
        gene,
        state,
        genetic && [genetic.diplotype, genetic.keys],
        facts.map(({ resource, versionId, date }) => [resource, versionId ?? null, date ?? null]),
      ]),
    ),
    medicines: digest(
      'medicines',
      basis.map(({ gene, converted, clinical, phenoconversion }) => [
        gene,
        converted,
        clinical?.keys,
        phenoconversion?.by.map(({ drug, strength }) => [drug, strength]) ?? [],
      ]),
    ),
    guidance: digest(
      'guidance',
      findings.map(({ row, guideline, strength, consequence, actions, population }) => [
        row,
        guideline.year,
        strength,
        consequence,
        actions.map(({ code, value, detail, condition }) => [code, value, detail, condition]),
        population && [population.code, population.state],
      ]),
    ),
    dose: digest(
      'dose',
      drugs.map(({ ref }) => doses.get(ref) ?? null),
    ),
    gaps: digest(
      'gaps',
      drugs.flatMap(({ gaps }) => gaps.map(({ about, code, because }) => [about, code, because])),
    ),
  }
}

/** Findings that share a gene belong to one flag: the reader decides about them together. */
const byGenes = (findings: readonly Finding[]): Finding[][] => {
  const groups: { genes: Set<string>; findings: Finding[] }[] = []
  for (const finding of findings) {
    const own = groups.filter(({ genes }) => finding.genes.some((gene) => genes.has(gene)))
    const merged = {
      genes: new Set(own.flatMap(({ genes }) => [...genes]).concat(finding.genes)),
      findings: own.flatMap((one) => one.findings).concat(finding),
    }
    for (const one of own) groups.splice(groups.indexOf(one), 1)
    groups.push(merged)
  }
  return groups.map((group) => group.findings)
}

const idOf = (drug: DrugAssessment, genes: readonly string[]): string =>
  hash('sha256', JSON.stringify([LAYOUT, drug.drug.rxcui ?? drug.drug.name, [...genes].sort()])).slice(0, DIGITS)

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

const distinctFindings = (drugs: readonly DrugAssessment[]): Finding[] => [
  ...new Map(
    drugs
      .flatMap(({ findings }) => findings.filter(speaks))
      .map((finding) => [`${finding.row} ${finding.basis.map(({ key }) => key).join()}`, finding]),
  ).values(),
]

type Kit = {
  readonly words: PanelWords
  readonly wording: Wording
  readonly calls: Assessment['geneCalls']
  readonly seal: (text: string) => string
  readonly doses: ReadonlyMap<string, unknown>
}

const common = (drugs: readonly DrugAssessment[], genes: readonly string[]) => ({
  id: idOf(drugs[0] as DrugAssessment, genes), // groups are never empty
  drug: drugs[0]?.drug.name ?? '',
  refs: unique(drugs.map(({ ref }) => ref)),
  about: unique(drugs.map(({ about }) => about)).sort(),
  genes,
})

const guidanceFlag = (drugs: readonly DrugAssessment[], findings: readonly Finding[], kit: Kit): ReviewFlag => {
  const heads = kit.words.heads.filter(({ finding }) => findings.some(({ id }) => id === finding))
  const told = heads.find(({ finding }) => finding !== null)
  const worst = [...findings].sort((a, b) => rankOf(a.consequence) - rankOf(b.consequence))[0] as Finding // groups are never empty
  const head = findings.find(({ id }) => id === told?.finding) ?? worst
  const genes = unique(findings.flatMap((finding) => finding.genes)).sort()
  return {
    ...common(drugs, genes),
    kind: 'guidance',
    consequence: worst.consequence,
    indicator: told?.indicator ?? 'info',
    headline: told?.headline ?? headline(head, drugs[0]?.about ?? 'order', kit.wording),
    basis: told?.basis ?? byWeight(head.basis).map((basis) => basisWords(basis, kit.calls)),
    advice: head.actions.filter(({ code }) => code !== 'see-source').map((action) => actionSentence(action, head.drug.name, kit.wording)),
    findings: findings.map(({ id }) => id),
    sources: findings.map(({ source, guideline, strength }) => ({ source, year: guideline.year, strength, url: guideline.url })),
    rests: restsOf({ drugs, findings }, kit.doses, kit.seal),
  }
}

/** Guidance exists and could not be applied: a pharmacist can often find the missing result. */
const blockedFlag = (drugs: readonly DrugAssessment[], kit: Kit): ReviewFlag[] => {
  const head = kit.words.heads.find(
    ({ ref, drug, concern }) => concern !== 'guidance' && drugs.some((one) => one.ref === ref && one.drug.name === drug),
  )
  const isBlocked = drugs.some(({ state }) => state === 'not-assessed')
  if (!head && !isBlocked) return []
  const genes = unique(drugs.flatMap((drug) => drug.genes)).sort()
  const name = drugs[0]?.drug.name ?? ''
  const reasons = unique(drugs.flatMap(({ gaps }) => gaps.map(({ because }) => because)))
  return [
    {
      ...common(drugs, genes),
      kind: 'blocked',
      consequence: null,
      indicator: head?.indicator ?? 'info',
      headline: head?.headline ?? `Not assessed: ${name}`,
      basis: head?.basis ?? reasons.slice(0, 1),
      advice: [],
      findings: [],
      sources: [],
      rests: restsOf({ drugs, findings: [] }, kit.doses, kit.seal),
    },
  ]
}

const ORDER = { critical: 0, warning: 1, info: 2 } as const

/**
 * Every drug and gene of orders and medicines about which something is to be decided or found out: findings that ask for more than the
 * usual, weak ones included, and guidance that could not be applied. Most serious first.
 */
export const reviewFlags = (assessment: Assessment, words: PanelWords, wording: Wording, seal: (text: string) => string): ReviewFlag[] => {
  const all = [...assessment.orders.flatMap((entry) => entry.drugs), ...assessment.medicines]
  const byDrug = new Map<string, DrugAssessment[]>()
  for (const one of all) {
    const key = one.drug.rxcui ?? one.drug.name
    byDrug.set(key, [...(byDrug.get(key) ?? []), one])
  }
  const doses = new Map(
    assessment.orders.map(({ order: { ref, dose } }) => [
      ref,
      [dose.mgPerDay, dose.mgPerDose, dose.timesPerDay, dose.mgPerDay === null ? dose.text : null],
    ]),
  )
  const kit: Kit = { words, wording, calls: assessment.geneCalls, seal, doses }
  const flags = [...byDrug.values()].flatMap((drugs) => {
    const told = byGenes(distinctFindings(drugs)).map((findings) => guidanceFlag(drugs, findings, kit))
    return [...told, ...blockedFlag(drugs, kit).filter(({ id }) => !told.some((one) => one.id === id))]
  })
  const rank = ({ indicator, consequence }: ReviewFlag): number => ORDER[indicator] * 10 + (consequence === null ? 9 : rankOf(consequence))
  return flags.sort((a, b) => rank(a) - rank(b) || (a.drug < b.drug ? -1 : 1))
}
