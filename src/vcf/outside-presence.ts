import type { Genotype } from '../contract/genes.ts'
import type { GeneTable } from '../pgx/gene-tables.ts'
import { type AlleleStatus, presenceGenotype } from '../pgx/genotype.ts'
import { quoted } from './vcf-error.ts'

/** A row as the file has it; null for an empty cell. */
export type Stated = { readonly diplotype: string | null; readonly phenotype: string | null; readonly activityScore: string | null }
export type Problem = { readonly problem: string }
export type OutsideResult = { readonly genotypes: readonly Genotype[]; readonly notes: readonly string[] } | Problem

export const isProblem = (value: object): value is Problem => 'problem' in value

/** The gene's name before its alleles is no part of them. */
export const withoutGene = (table: GeneTable, text: string): string =>
  text.replace(new RegExp(`(^|[/+])\\s*${table.symbol}[\\s_]*(?=[*A-Za-z0-9])`, 'gi'), '$1').trim()

export const SAYS_NOTHING = 'nothing in the row says anything of the gene'
export const NO_SCORE = /^n\/?a$/i

/** Fields have two digits, or more without a leading zero; a letter tells of expression (N, L, S, C, A, Q) or of a group (P, G). */
const TYPED = /^\*\d{2,3}(?::(?:\d{2}|[1-9]\d{2,3})){1,3}[NLSCAQGP]?$/
const STATUS = /^(\*\d{2,3}:\d{2,4}) (positive|negative)$/i

/** `*57:01:01` and the group `*57:01P` belong to `*57:01`. A letter at the end never makes an allele of interest absent; N is refused. */
const isOf = (typed: string, allele: string): boolean => {
  const fields = typed.replace(/[A-Z]$/, '')
  return fields === allele || fields.startsWith(`${allele}:`)
}

/** What a row says of presence, and the typing as it is shown; null where it says only presence. */
type Presence = { readonly statuses: readonly AlleleStatus[]; readonly diplotype: string | null }

/** Two typed alleles tell presence and absence of each allele of interest; one tells presence only. */
const readTyping = (table: GeneTable, alleles: readonly string[]): Presence | Problem => {
  const wrong = alleles.find((allele) => !TYPED.test(allele))
  if (wrong !== undefined) return { problem: `${quoted(wrong)} is no allele at two fields or more, such as *57:01` }
  const silent = alleles.find((allele) => allele.endsWith('N') && table.presence?.some((one) => isOf(allele, one)))
  if (silent !== undefined)
    return { problem: `${quoted(silent)} is not expressed (null allele); whether it counts is for the laboratory to state` }
  if (alleles.length > 2) return { problem: `a diplotype has at most two alleles, not ${alleles.length}` }
  const statuses = (table.presence ?? []).flatMap((allele) => {
    const positive = alleles.some((typed) => isOf(typed, allele))
    return positive || alleles.length === 2 ? [{ allele, positive }] : []
  })
  const shown = alleles.map((typed) => `${table.symbol}${table.presence?.find((allele) => isOf(typed, allele)) ?? typed}`).sort()
  return { statuses, diplotype: shown.length === 1 ? `${shown[0]} (second allele not stated)` : shown.join('/') }
}

/** `*57:01 positive, *15:02 negative`; null when some part is no status of an allele of interest. */
const readStatuses = (table: GeneTable, text: string): readonly AlleleStatus[] | null => {
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
  return known.length === statuses.length ? known : null
}

/** Genes of which the presence of an allele counts (HLA): typing and statuses of a row, taken together. */
export const readPresence = (table: GeneTable, stated: Stated): OutsideResult => {
  const text = stated.diplotype === null ? null : withoutGene(table, stated.diplotype)
  const alone = stated.diplotype === null ? [] : readStatuses(table, stated.diplotype)
  const called =
    alone === null
      ? readTyping(
          table,
          (text ?? '').split('/').map((part) => part.trim()),
        )
      : { statuses: alone, diplotype: null }
  if (isProblem(called)) return called
  const spoken = stated.phenotype === null ? [] : readStatuses(table, stated.phenotype)
  if (spoken === null) return { problem: `${quoted(stated.phenotype ?? '')} is no phenotype of the gene` }
  if (stated.activityScore !== null && !NO_SCORE.test(stated.activityScore)) return { problem: 'the gene has no activity score' }
  const statuses = [...called.statuses, ...spoken]
  const torn = statuses.find((one) => statuses.some((other) => other.allele === one.allele && other.positive !== one.positive))
  if (torn !== undefined) return { problem: `${torn.allele} is said to be positive and negative` }
  if (statuses.length === 0 && called.diplotype === null) return { problem: SAYS_NOTHING }
  return { genotypes: [presenceGenotype(table, statuses, called.diplotype)], notes: [] }
}
