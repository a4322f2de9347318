import type { Genotype } from '../contract/genes.ts'
import { activityScore } from '../pgx/activity-score.ts'
import { type AlleleLexicon, makeAlleleLexicon, type NamedAllele } from '../pgx/allele-lexicon.ts'
import { formatDiplotype } from '../pgx/allele-order.ts'
import type { GeneNames } from '../pgx/gene-names.ts'
import type { GeneTable } from '../pgx/gene-tables.ts'
import { genotypeOfScore, isInTable, lookUpGenotype, NO_GENOTYPE, phenotypeGenotype } from '../pgx/genotype.ts'
import {
  isProblem,
  NO_SCORE,
  type OutsideResult,
  type Problem,
  readPresence,
  SAYS_NOTHING,
  type Stated,
  withoutGene,
} from './outside-presence.ts'
import { quoted } from './vcf-error.ts'

/** Copies behind an allele, `*1x2`: null for none. */
const copiesOf = (name: string): string | null =>
  /[x×]\s*([-−–]?\s*[≥>=\s]*[\dnN.]+)\s*$/.exec(name.startsWith('*') ? name : '')?.[1] ?? null

const readAllele = (table: GeneTable, lexicon: AlleleLexicon, raw: string): NamedAllele | Problem => {
  const name = raw.replace(/>=\s*/g, '≥')
  const copies = copiesOf(name)
  if (copies !== null) {
    if (/^[-−–]/.test(copies)) return { problem: `${quoted(raw)} has a negative copy number` }
    if (!/^(?:≥?\s*[1-9]\d?|[nN])$/.test(copies))
      return { problem: `${quoted(raw)} has a copy number that is no whole number of 1 or more` }
    if (!table.special.includes('copy-number')) return { problem: `${quoted(raw)} has a copy number, but the gene's table knows none` }
  }
  const found = lexicon.resolve(name)
  const base = found === null ? null : found.allele.replace(/x(?:N|≥?\d+)$/, '')
  const parts = base === null ? [] : isInTable(table, [base]) ? [base] : base.split('+').map((part) => part.replace(/x(?:N|≥?\d+)$/, ''))
  if (found === null || !isInTable(table, parts)) return { problem: `${quoted(raw)} is no allele that the rules know` }
  return found
}

/** `*2xN` is two copies, or three and more: both stay open. */
const spread = (table: GeneTable, allele: NamedAllele): readonly string[] => {
  if (!allele.copiesOpen) return [allele.allele]
  const base = allele.allele.replace(/xN$/, '')
  return [`${base}x2`, `${base}x≥3`].filter((name) => isInTable(table, [name]))
}

/** Alleles may hold a slash of their own: the whole text, then ever shorter pieces are tried. */
const splitAlleles = (lexicon: AlleleLexicon, text: string): readonly string[] =>
  lexicon.resolve(text) === null ? text.split('/').map((part) => part.trim()) : [text]

const isHaploid = (table: GeneTable): boolean => table.special.includes('haploid') || table.special.includes('x-linked')

const readNamed = (table: GeneTable, lexicon: AlleleLexicon, text: string): readonly Genotype[] | Problem => {
  const parts = splitAlleles(lexicon, text)
  if (parts.length > 2) return { problem: `a diplotype has at most two alleles, not ${parts.length}` }
  if (parts.includes('')) return { problem: 'one allele of the diplotype is empty' }
  if (parts.length === 2 && table.special.includes('haploid')) return { problem: 'the gene has one copy, so the call holds one allele' }
  if (parts.length === 1 && !isHaploid(table)) return { problem: `${quoted(text)} names one allele; a diplotype has two` }
  const alleles = parts.map((part) => readAllele(table, lexicon, part))
  const problem = alleles.find(isProblem)
  if (problem) return problem
  const named = alleles.filter((allele): allele is NamedAllele => !isProblem(allele))
  const [first = [], second] = named.map((allele) => spread(table, allele))
  const pairs = second === undefined ? first.map((one) => [one]) : first.flatMap((one) => second.map((other) => [one, other]))
  if (pairs.length === 0)
    return [
      {
        ...NO_GENOTYPE,
        diplotype: formatDiplotype(
          table,
          named.map(({ allele }) => allele),
        ),
      },
    ]
  return pairs.map((pair) => lookUpGenotype(table, pair))
}

const codeOf = (table: GeneTable, text: string): string | null => {
  const wanted = text.toLowerCase()
  return (
    Object.entries(table.phenotypes).find(([code, { term, key }]) =>
      [code, term, key].some((word) => word.toLowerCase() === wanted),
    )?.[0] ?? null
  )
}

const SCORE = /^(≥|>=)?\s*(\d+(?:\.\d+)?)$/

const readScore = (table: GeneTable, text: string): Genotype | null | Problem => {
  if (NO_SCORE.test(text)) return null
  const match = SCORE.exec(text)
  if (!match) return { problem: `${quoted(text)} is no activity score` }
  if (table.lookup !== 'activity-score') return { problem: 'the gene has no activity score' }
  return genotypeOfScore(table, activityScore(Number(match[2]), match[1] !== undefined), null)
}

const termOf = (genotype: Genotype): string => genotype.phenotype?.term ?? 'none'

/** What the row's diplotype comes to by the tables, and whatever else it states where that differs: nothing is dropped. */
const compare = (
  called: readonly Genotype[],
  stated: readonly Genotype[],
): { genotypes: readonly Genotype[]; notes: readonly string[] } => {
  const own = called.length > 0 ? called : stated.slice(0, 1)
  const others = stated.filter((one) => one.phenotype !== null && !own.some(({ phenotype }) => phenotype?.code === one.phenotype?.code))
  const different = others.filter((one, at) => others.findIndex(({ phenotype }) => phenotype?.code === one.phenotype?.code) === at)
  const owner = called.length > 0 ? 'the tables' : 'the stated activity score'
  const notes = different.map(
    (one) => `The stated phenotype (${termOf(one)}) is not that of ${owner} (${own.map(termOf).join(' or ')}): both stay open.`,
  )
  return { genotypes: [...own, ...different], notes }
}

const scoreNotes = (genotypes: readonly Genotype[], score: Genotype | null): readonly string[] => {
  const own = genotypes.flatMap((one) => one.activityScore?.text ?? [])
  return score?.activityScore == null || own.length === 0 || own.includes(score.activityScore.text)
    ? []
    : [`The stated activity score (${score.activityScore.text}) is not that of the tables (${own.join(' or ')}).`]
}

/** What the tables make of one row. Whatever they do not know is a problem, never a guess. */
export const readOutsideResult = (table: GeneTable, names: GeneNames[string] | undefined, stated: Stated): OutsideResult => {
  if (stated.diplotype === null && stated.phenotype === null && stated.activityScore === null)
    return { problem: 'the row has no diplotype, no phenotype and no activity score' }
  if (table.method === 'allele-presence' && Object.keys(table.alleles).length === 0) return readPresence(table, stated)
  const called = stated.diplotype === null ? [] : readNamed(table, makeAlleleLexicon(table, names), withoutGene(table, stated.diplotype))
  if (isProblem(called)) return called
  const score = stated.activityScore === null ? null : readScore(table, stated.activityScore)
  if (score !== null && isProblem(score)) return score
  const code = stated.phenotype === null ? null : codeOf(table, stated.phenotype)
  if (stated.phenotype !== null && code === null) return { problem: `${quoted(stated.phenotype)} is no phenotype of the gene` }
  const spoken = [score, code === null ? null : phenotypeGenotype(table, code)].filter((one) => one !== null)
  const { genotypes, notes } = compare(called, spoken)
  if (genotypes.length === 0) return { problem: SAYS_NOTHING }
  return { genotypes, notes: [...notes, ...scoreNotes(called, score)] }
}
