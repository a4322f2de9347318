import { hash } from 'node:crypto'
import type { Action, Consequence, Finding, GeneBasis } from '../contract/findings.ts'
import type { Genotype } from '../contract/genes.ts'
import type { Lineage } from '../contract/lineage.ts'
import { oncePer } from '../once-per.ts'
import type { GeneOption } from './gene-options.ts'
import type { Match } from './match-rows.ts'
import type { GuidanceRow } from './rules.ts'
import type { Subject } from './subject.ts'

/** The same row on the same genotype for the same order has the same id, in card and panel. */
export const findingId = (row: string, ref: string, basis: readonly GeneBasis[]): string => {
  const genotype = basis.map((one) => `${one.gene}=${one.state}:${[...(one.clinical?.keys ?? [])].sort().join(',')}`).sort()
  return hash('sha256', JSON.stringify([row, ref, genotype])).slice(0, 16)
}

const distinct = <T>(values: readonly T[], textOf: (value: T) => string = JSON.stringify): readonly T[] => {
  const unique = [...new Set(values)]
  return unique.length < 2 ? unique : [...new Map(unique.map((value) => [textOf(value), value])).values()]
}

const only = <T>(values: readonly (T | null)[]): T | null => {
  const different = distinct(values)
  return different.length === 1 ? (different[0] ?? null) : null
}

/** Readings that lead to the same answer, shown as one: what they share, and every diplotype that is possible. */
const mergeGenotypes = (genotypes: readonly (Genotype | null)[]): Genotype | null => {
  const known = distinct(genotypes.filter((genotype) => genotype !== null))
  const first = known[0]
  if (!first || known.length === 1) return first ?? null
  const diplotypes = [...new Set(known.flatMap((genotype) => (genotype.diplotype === null ? [] : [genotype.diplotype])))]
  return {
    diplotype: diplotypes.length > 0 ? diplotypes.join(' or ') : null,
    activityScore: only(known.map((genotype) => genotype.activityScore)),
    phenotype: only(known.map((genotype) => genotype.phenotype)),
    keys: first.keys.filter((key) => known.every((genotype) => genotype.keys.includes(key))),
  }
}

const factText = oncePer((fact: Lineage): string => JSON.stringify(fact))

const distinctFacts = oncePer((facts: readonly Lineage[]) => distinct(facts, factText))

/** What a gene rests on: by the key that matched, where each allele is a result of its own. */
const factsOf = (options: readonly GeneOption[], key: string): readonly Lineage[] => {
  const lists = options.map(({ facts, factsOfKey }) => factsOfKey?.get(key) ?? facts)
  const [first, ...others] = new Set(lists)
  return first !== undefined && others.length === 0 ? distinctFacts(first) : distinct(lists.flat(), factText)
}

const basisOf = (gene: string, key: string, match: Match): GeneBasis => {
  const options = match.readings.flatMap((reading): GeneOption[] => {
    const option = reading.get(gene)
    return option ? [option] : []
  })
  const missing = options.every((option) => option.state === 'no-result')
  const changes = options.map((option) => option.phenoconversion).find((one) => one !== undefined)
  return {
    gene,
    state: missing ? 'no-result' : match.certain || !match.open.has(gene) ? 'called' : 'candidate',
    key,
    genetic: mergeGenotypes(options.map((option) => option.genetic)),
    clinical: mergeGenotypes(options.map((option) => option.clinical)),
    converted: options.some((option) => option.converted),
    ...(changes === undefined ? {} : { phenoconversion: changes }),
    facts: factsOf(options, key),
  }
}

const common = (row: GuidanceRow, subject: Subject) => ({
  row: row.id,
  order: subject.ref,
  drug: subject.drug,
  genes: row.genes,
  source: row.source,
  guideline: row.guideline,
  strength: row.strength ?? row.tier ?? null,
  effect: row.effect,
  risk: row.risk,
  ...(row.label === undefined ? {} : { label: row.label }),
})

export const guidanceFinding = (
  match: Match,
  subject: Subject,
  actions: readonly Action[],
  consequence: Consequence,
  population: Finding['population'],
  decided: { readonly facts: readonly Lineage[]; readonly met: readonly string[] },
): Finding => {
  const basis = [...match.keys].sort(([a], [b]) => a.localeCompare(b)).map(([gene, key]) => basisOf(gene, key, match))
  return {
    id: findingId(match.row.id, subject.ref, basis),
    kind: 'guidance',
    ...common(match.row, subject),
    basis,
    actions,
    consequence,
    population,
    facts: distinct(decided.facts),
    ...(decided.met.length === 0 ? {} : { met: decided.met }),
  }
}

/** A row that was not read: it may only say that the source lists the pair. */
export const listedFinding = (row: GuidanceRow, subject: Subject): Finding => ({
  id: findingId(row.id, subject.ref, []),
  kind: 'listed',
  ...common(row, subject),
  basis: [],
  actions: [],
  consequence: 'none',
  effect: [],
  risk: null,
  population: null,
  facts: [],
})
