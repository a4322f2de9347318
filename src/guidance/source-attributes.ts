import type { GuidanceSource } from '../contract/findings.ts'
import type { CitedGuideline, GuidanceAttributes, RulesAttributes, SourceAttribute } from '../contract/models.ts'
import { type GuidanceTables, readGuidanceTables } from './guidance-tables.ts'
import type { GuidanceRow, Knowledge } from './rules.ts'

/** Who writes the guidance. */
const DEVELOPERS: { readonly [S in GuidanceSource]: string } = {
  CPIC: 'Clinical Pharmacogenetics Implementation Consortium (CPIC)',
  DPWG: 'Dutch Pharmacogenetics Working Group (DPWG) of the Royal Dutch Pharmacists Association',
  FDA: 'United States Food and Drug Administration: drug labels and the Table of Pharmacogenetic Associations',
}

const NOT_USED = 'Not used.'

const distinct = <T>(all: readonly T[]): T[] => [...new Set(all)]

const guidelinesOf = (rows: readonly GuidanceRow[]): CitedGuideline[] =>
  distinct(rows.map(({ guideline }) => guideline.id)).flatMap((id) => {
    const own = rows.filter(({ guideline }) => guideline.id === id)
    const [first] = own
    return first ? [{ ...first.guideline, id, drugs: distinct(own.map(({ drug }) => drug)).sort() }] : []
  })

/** Rows whose population is an age. */
const byAge = (rows: readonly GuidanceRow[], { populations }: GuidanceTables): number =>
  rows.filter(({ population }) => {
    const rule = population === undefined ? undefined : populations.populations[population]?.rule
    return rule?.kind === 'age' || rule?.kind === 'age-or-weight'
  }).length

const span = (years: readonly (number | null)[]): string => {
  const known = years.filter((year) => year !== null)
  return known.length === 0 ? 'years not stated' : `of ${Math.min(...known)} to ${Math.max(...known)}`
}

const ANCESTRY =
  'Not used to decide: ancestry is never inferred. Where a source limits a test or a dose to an ancestry, that is said and left to the prescriber.'

type About = { readonly source: GuidanceSource; readonly rows: readonly GuidanceRow[]; readonly guidelines: readonly CitedGuideline[] }

const attributesOf = ({ source, rows, guidelines }: About, { version, asOf }: Knowledge, tables: GuidanceTables): SourceAttribute[] => {
  const aged = byAge(rows, tables)
  const said: readonly (readonly [label: string, text: string])[] = [
    [
      'Bibliographic citation',
      `${guidelines.length} guidelines or entries, ${span(guidelines.map(({ year }) => year))}; listed with PMID below and named on each card.`,
    ],
    ['Developer', `${DEVELOPERS[source]}. Rows, software form and checks: the Attune project; contact through its issue tracker.`],
    ['Funding', 'See the statements of the guidelines; they were not read for this release. The software form has no outside funding.'],
    [
      'Release and revision',
      `Rules ${version}, as of ${asOf}. Reviewed with each release of the rules; each row names when its source was read.`,
    ],
    ['Use of race', ANCESTRY],
    ['Use of ethnicity', ANCESTRY],
    ['Use of language', NOT_USED],
    ['Use of sexual orientation', NOT_USED],
    ['Use of gender identity', NOT_USED],
    ['Use of sex', 'Only when a replacement is checked: in the creatinine clearance, and men are not asked whether they are pregnant.'],
    [
      'Use of date of birth',
      `As age: it decides the population of ${aged} of ${rows.length} rows, some conditions inside advice, and what is checked before a replacement is offered.`,
    ],
    ['Use of social determinants', NOT_USED],
    ['Use of health status assessments', NOT_USED],
  ]
  return said.map(([label, text], n) => ({ id: `evidence_based.${n + 1}`, label, text }))
}

/**
 * The source attributes of evidence-based interventions, 45 CFR 170.315(b)(11)(iv)(A), for the guidance of each source, from the rules
 * themselves.
 */
export const guidanceAttributes = (knowledge: Knowledge): RulesAttributes => {
  const tables = readGuidanceTables(knowledge.tables)
  const all = [...knowledge.guidance.values()].flat().filter(({ standing }) => standing !== 'off')
  const sources = (Object.keys(DEVELOPERS) as GuidanceSource[]).map((source): GuidanceAttributes => {
    // keys of the table
    const rows = all.filter((row) => row.source === source)
    const guidelines = guidelinesOf(rows)
    return { source, rows: rows.length, evidenceBased: attributesOf({ source, rows, guidelines }, knowledge, tables), guidelines }
  })
  return { version: knowledge.version, asOf: knowledge.asOf, sources }
}
