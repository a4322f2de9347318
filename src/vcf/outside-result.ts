import type { Genotype } from '../contract/genes.ts'
import { activityScore } from '../pgx/activity-score.ts'
import { type AlleleLexicon, makeAlleleLexicon, type NamedAllele } from '../pgx/allele-lexicon.ts'
import { formatDiplotype } from '../pgx/allele-order.ts'
import type { GeneNames } from '../pgx/gene-names.ts'
import type { GeneTable } from '../pgx/gene-tables.ts'
import { genotypeOfScore, isInTable, lookUpGenotype, NO_GENOTYPE, phenotypeGenotype, presenceGenotype } from '../pgx/genotype.ts'
import { quoted } from './vcf-error.ts'

type Stated = { readonly diplotype: string | null; readonly phenotype: string | null; readonly activityScore: string | null }
type Problem = { readonly problem: string }
export type OutsideResult = { readonly genotypes: readonly Genotype[]; readonly notes: readonly string[] } | Problem

const isProblem = (value: object): value is Problem => 'problem' in value

const TYPED = /^\*\d{2,3}(?::\d{2,4}){1,3}[NLSCAQGP]?$/
const STATUS = /^(\*\d{2,3}:\d{2,4}) (positive|negative)$/i

/** `*57:01:01` belongs to `*57:01`. */
const isOf = (typed: string, allele: string): boolean => typed === allele || typed.startsWith(`${allele}:`)

/** Two typed alleles tell presence and absence of each allele of interest; one tells presence only. */
const readTyping = (table: GeneTable, alleles: readonly string[]): readonly Genotype[] | Problem => {
  const wrong = alleles.find((allele) => !TYPED.test(allele))
  if (wrong !== undefined) return { problem: `${quoted(wrong)} is no allele at two fields or more, such as *57:01` }
  if (alleles.length > 2) return { problem: `a diplotype has at most two alleles, not ${alleles.length}` }
  const statuses = (table.presence ?? []).flatMap((allele) => {
    const positive = alleles.some((typed) => isOf(typed, allele))
    return positive || alleles.length === 2 ? [{ allele, positive }] : []
  })
  const shown = alleles.map((typed) => `${table.symbol}${table.presence?.find((allele) => isOf(typed, allele)) ?? typed}`).sort()
  const diplotype = shown.length === 1 ? `${shown[0]} (second allele not stated)` : shown.join('/')
  return [presenceGenotype(table, statuses, diplotype)]
}

const readStatuses = (table: GeneTable, text: string): Genotype | null => {
  const statuses = text.split(',').map((part) =>
    STATUS.exec(
      part
        .trim()
        .replace(new RegExp(`^${table.symbol}`, 'i'), '')
        .trim(),
    ),
  )
  const known = statuses.flatMap((match) =>
    match?.[1] !== undefined && table.presence?.includes(match[1])
      ? [{ allele: match[1], positive: /positive/i.test(match[2] ?? '') }]
      : [],
  )
  return known.length > 0 && known.length === statuses.length ? presenceGenotype(table, known, null) : null
}

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

const withoutGene = (table: GeneTable, text: string): string =>
  text.replace(new RegExp(`(^|[/+])\\s*${table.symbol}[\\s_]*(?=[*A-Za-z0-9])`, 'gi'), '$1').trim()

const readDiplotype = (table: GeneTable, names: GeneNames[string] | undefined, text: string): readonly Genotype[] | Problem => {
  if (table.method === 'allele-presence' && Object.keys(table.alleles).length === 0) {
    const status = readStatuses(table, text)
    return status
      ? [status]
      : readTyping(
          table,
          withoutGene(table, text)
            .split('/')
            .map((part) => part.trim()),
        )
  }
  return readNamed(table, makeAlleleLexicon(table, names), withoutGene(table, text))
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
  if (/^n\/?a$/i.test(text)) return null
  const match = SCORE.exec(text)
  if (!match) return { problem: `${quoted(text)} is no activity score` }
  if (table.lookup !== 'activity-score') return { problem: 'the gene has no activity score' }
  return genotypeOfScore(table, activityScore(Number(match[2]), match[1] !== undefined), null)
}

const termOf = (genotype: Genotype): string => genotype.phenotype?.term ?? 'none'

/** The tables' phenotype and the stated one, where they differ: neither is dropped. */
const compare = (
  genotypes: readonly Genotype[],
  stated: readonly Genotype[],
): { genotypes: readonly Genotype[]; notes: readonly string[] } => {
  if (genotypes.length === 0) return { genotypes: stated.slice(0, 1), notes: [] }
  const other = stated.find((one) => one.phenotype !== null && !genotypes.some((own) => own.phenotype?.code === one.phenotype?.code))
  if (!other) return { genotypes, notes: [] }
  const note = `The stated phenotype (${termOf(other)}) is not that of the tables (${genotypes.map(termOf).join(' or ')}): both stay open.`
  return { genotypes: [...genotypes, other], notes: [note] }
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
  const called = stated.diplotype === null ? [] : readDiplotype(table, names, stated.diplotype)
  if (isProblem(called)) return called
  const score = stated.activityScore === null ? null : readScore(table, stated.activityScore)
  if (score !== null && isProblem(score)) return score
  const status = stated.phenotype === null ? null : readStatuses(table, stated.phenotype)
  const code = stated.phenotype === null || status ? null : codeOf(table, stated.phenotype)
  if (stated.phenotype !== null && !status && code === null) return { problem: `${quoted(stated.phenotype)} is no phenotype of the gene` }
  const spoken = [score, status ?? (code === null ? null : phenotypeGenotype(table, code))].filter((one) => one !== null)
  const { genotypes, notes } = compare(called, spoken)
  if (genotypes.length === 0) return { problem: 'nothing in the row says anything of the gene' }
  return { genotypes, notes: [...notes, ...scoreNotes(called, score)] }
}
