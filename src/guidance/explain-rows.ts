import type { RowConsidered, RowOutcome } from '../contract/explained.ts'
import type { DrugAssessment, Finding } from '../contract/findings.ts'
import { isLocalUse, type Kit, readGroup } from './advise.ts'
import { explainPairs } from './cpic-pairs.ts'
import { explainTests } from './explain-tests.ts'
import type { GeneOption, GeneReadout } from './gene-options.ts'
import { answerOf, combine, type Hit, hitsOf, passesLimits, withoutBeaten } from './match-rows.ts'
import { asInherited } from './own-inhibitors.ts'
import { decidePopulation } from './populations.ts'
import type { RowGroup } from './prepare.ts'
import type { GuidanceRow } from './rules.ts'
import type { Subject } from './subject.ts'

type Verdict = { readonly outcome: RowOutcome; readonly because: string }

const either = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** Entries of a row that are told; rows with a table of their own have dozens. */
const TOLD = 3

/** `CYP2C19 PM`, `TPMT IM and NUDT15 IM; or TPMT IM and NUDT15 PM; or 4 more`. */
const wantsWords = (row: GuidanceRow): string => {
  const entries = row.when.map((entry) =>
    Object.entries(entry)
      .map(([gene, keys]) => `${gene} ${either(keys)}`)
      .join(' and '),
  )
  const told = entries.slice(0, TOLD)
  return [...told, ...(entries.length > TOLD ? [`${entries.length - TOLD} more`] : [])].join('; or ')
}

const optionWords = (option: GeneOption): string => {
  const { clinical, converted, keys } = option
  const key = keys.filter((one) => one !== clinical?.diplotype).join(', ')
  const what = clinical?.diplotype && key ? `${clinical.diplotype} (${key})` : (clinical?.diplotype ?? key)
  return converted ? `${what} under the medicines in use` : what
}

/** `CYP2C19 is *1/*2 (IM)`. */
const hasWords = (gene: string, { options }: GeneReadout): string => `${gene} is ${either([...new Set(options.map(optionWords))])}`

/** Why no entry of the row has the words of these results. */
const unmatched = (row: GuidanceRow, readouts: ReadonlyMap<string, GeneReadout>): Verdict => {
  const wants = `the row is for ${wantsWords(row)}`
  const missing = [...readouts].filter(([, { options, gap }]) => gap !== null && options.every(({ state }) => state === 'no-result'))
  if (missing.length > 0) {
    const untested = missing.every(([, { gap }]) => gap?.code === 'not-tested')
    return {
      outcome: untested ? 'not-tested' : 'not-usable',
      because: `${missing.map(([, { gap }]) => gap?.because).join('; ')}; ${wants}`,
    }
  }
  return { outcome: 'no-match', because: `${[...readouts].map(([gene, readout]) => hasWords(gene, readout)).join(', ')}; ${wants}` }
}

/** The row that speaks in place of this one under every reading in which this one would. */
const beatenBy = (row: GuidanceRow, hits: readonly Hit[]): Verdict | null => {
  const readings = [...new Set(hits.filter((hit) => hit.row === row).map(({ reading }) => reading))]
  const kept = readings.map((reading) => withoutBeaten(hits.filter((hit) => hit.reading === reading)))
  if (kept.some((some) => some.some((hit) => hit.row === row))) return null
  const others = [...new Set(kept.flat().map((hit) => hit.row.id))]
  const superseded = row.superseded === 'partly' && kept.every((some) => some.some((hit) => hit.row.superseded === undefined))
  return superseded
    ? { outcome: 'superseded', because: `a newer row of ${row.source} speaks instead: ${others.join(', ')}` }
    : { outcome: 'less-exact', because: `a row for the exact diplotype speaks instead: ${others.join(', ')}` }
}

const populationVerdict = (row: GuidanceRow, subject: Subject, kit: Kit): Verdict | null => {
  if (row.population === undefined) return null
  const { tables } = kit.prepared
  const { state, because } = decidePopulation(row.population, subject, tables)
  const label = tables.populations.populations[row.population]?.label ?? row.population
  return state === 'not' ? { outcome: 'other-population', because: `the row is for ${label}; ${because}` } : null
}

/** What a row amounts to, in words that stand without the rest of the card. */
const AMOUNTS: Readonly<Record<Finding['consequence'], string>> = {
  contraindicated: 'contraindicated',
  avoid: 'avoid the drug',
  alternative: 'another drug',
  dose: 'a dose or a limit',
  caution: 'caution',
  monitor: 'monitoring',
  standard: 'no change',
  none: 'no recommendation',
}

const firedWords = (finding: Finding): string => {
  const keys = finding.basis.map(({ gene, key }) => `${gene} ${key ?? ''}`.trim()).join(' and ')
  const open =
    finding.population?.state === 'undecided' ? `; whether the patient is of its population is not known: ${finding.population.label}` : ''
  const possible = finding.basis.some(({ state }) => state === 'candidate') ? '; one of several possible readings' : ''
  return `applies for ${keys}: ${AMOUNTS[finding.consequence]}${open}${possible}`
}

/** Rows that apply are found in the assessment; of the others it is told at which step they fell away. */
const explainGroup = (group: RowGroup, subject: Subject, kit: Kit, findings: readonly Finding[]): ((row: GuidanceRow) => Verdict) => {
  if (subject.identity.ingredients.length === 0)
    return () => ({ outcome: 'drug-uncertain', because: 'the text of the order names the drug, but which drug is ordered is not certain' })
  const readouts = readGroup(group, subject, kit)
  const readings = combine(readouts)
  if (readings === null) return () => ({ outcome: 'too-open', because: 'the results leave too many possibilities open' })
  const all = readings.flatMap((reading) => [...hitsOf(group.acting, reading), ...hitsOf(group.inherited, asInherited(reading))])
  const hits = all.filter((hit) => passesLimits(hit, kit.prepared.tables.populations.genotypeLimits, kit.knowledge.genes))
  return (row) => {
    const finding = findings.find((one) => one.kind === 'guidance' && one.row === row.id)
    if (finding) return { outcome: 'fired', because: firedWords(finding) }
    if (!all.some((hit) => hit.row === row)) return unmatched(row, readouts)
    const own = hits.filter((hit) => hit.row === row)
    if (own.length === 0)
      return { outcome: 'other-alleles', because: `${wantsWords(row)} holds two kinds of genotype, and the alleles are of the other kind` }
    const beaten = beatenBy(row, hits) ?? populationVerdict(row, subject, kit)
    if (beaten) return beaten
    const answers = own.map(answerOf)
    const same = hits.find((hit) => hit.row !== row && answers.includes(answerOf(hit)) && findings.some((one) => one.row === hit.row.id))
    if (same) return { outcome: 'same-advice', because: `says the same as ${same.row.id}` }
    if (isLocalUse(subject)) return { outcome: 'local-use', because: 'the product is for local use, and the row speaks of systemic use' }
    return { outcome: 'same-advice', because: `for an open question it says the same as another row of ${row.source}` }
  }
}

const considered = (row: GuidanceRow, { outcome, because }: Verdict): RowConsidered => ({
  row: row.id,
  kind: 'guidance',
  source: row.source,
  year: row.guideline.year,
  genes: row.genes,
  strength: row.strength ?? row.tier ?? null,
  outcome,
  because,
})

/** What applies stands first; otherwise as the rules have it. */
const firedFirst = (rows: readonly RowConsidered[]): RowConsidered[] =>
  [...rows].sort((a, b) => Number(b.outcome === 'fired') - Number(a.outcome === 'fired'))

/**
 * Every rule row that was considered for a drug of this patient, and why it applies or not: the same steps as the assessment walks,
 * walked again only when somebody asks. Pure.
 */
export const explainRows = (subject: Subject, assessment: DrugAssessment, kit: Kit): readonly RowConsidered[] => {
  const guidance = kit.prepared.drugs.get(subject.drug.name)
  const rows = (guidance?.groups ?? []).flatMap((group) => {
    const verdict = explainGroup(group, subject, kit, assessment.findings)
    return group.rows.map((row) => considered(row, verdict(row)))
  })
  const listed = (guidance?.listed ?? []).map((row) =>
    considered(row, { outcome: 'listed-only', because: `${row.source} lists the pair; what it says was not read for this release` }),
  )
  const off = (guidance?.unread ?? []).flatMap((group) =>
    group.rows.map((row) => considered(row, { outcome: 'off', because: row.note ?? 'its text was not read for this release' })),
  )
  const switched = (guidance?.switched ?? []).flatMap((group) =>
    group.rows.map((row) => considered(row, { outcome: 'off', because: kit.knowledge.switched?.get(row.id)?.words ?? '' })),
  )
  const all = guidance
    ? [
        ...guidance.groups.flatMap((group) => group.rows),
        ...guidance.listed,
        ...[...guidance.unread, ...guidance.switched].flatMap((group) => group.rows),
      ]
    : []
  const pairs = guidance ? explainPairs(subject.drug.name, all, kit.knowledge) : []
  return firedFirst([...rows, ...listed, ...off, ...switched, ...pairs, ...explainTests(subject, assessment, kit)])
}
