import type { CompiledGene } from './compile-gene.ts'
import type { Observation } from './observe.ts'
import type { CallOptions, PositionName, StarCall, StarDiplotype } from './star-call.ts'

/** Lists longer than this are cut, with their length. The whole list stands in the call. */
const MOST_NAMED = 8

type Called = Omit<StarCall, 'notes'>

const nameOf = ({ rsid, chrom, pos }: PositionName): string => rsid ?? `${chrom}:${pos}`

const list = (names: readonly string[]): string =>
  names.length <= MOST_NAMED ? names.join(', ') : `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`

const sitesAt = (gene: CompiledGene, places: readonly number[]): string[] => places.flatMap((at) => gene.sites[at] ?? []).map(nameOf)

const missingNotes = (gene: CompiledGene, seen: Observation, call: Called): string[] => {
  if (seen.missing.length === 0 || call.used.length === 0) return []
  const minimum = seen.missing.filter((at) => gene.sites[at]?.flags.includes('amp1'))
  return [
    `${seen.missing.length} of ${gene.sites.length} positions are missing: ${list(sitesAt(gene, seen.missing))}. They were not counted, neither as reference nor as variant.`,
    ...(call.uncallable.length > 0
      ? [`Alleles that cannot be seen for that reason: ${list(call.uncallable.map(({ allele }) => allele))}.`]
      : []),
    ...(minimum.length > 0 ? [`Of the minimum set for testing (AMP tier 1) these are missing: ${list(sitesAt(gene, minimum))}.`] : []),
  ]
}

const halfNotes = (gene: CompiledGene, seen: Observation): string[] =>
  seen.halfReference.length === 0
    ? []
    : [`Only one copy, with the reference base, was read at ${list(sitesAt(gene, seen.halfReference))}: counted as missing.`]

const undocumentedNotes = ({ undocumented }: Called): string[] =>
  undocumented
    .filter((one) => one.takenAsReference)
    .map(
      (one) => `${one.bases.join(', ')} at ${nameOf(one)} is not in the definitions and was counted as reference; its effect is not known.`,
    )

/** One position that may be used alone where nothing fits. It is told, not called. */
const singleSiteNotes = (gene: CompiledGene, call: Called): string[] => {
  const rule = gene.definitions.singleSite
  if (rule === undefined || call.state !== 'not-called') return []
  const used = call.used.find((one) => one.pos === rule.pos)
  return used === undefined ? [] : [`${nameOf(used)} is ${used.bases}. ${rule.basis}.`]
}

const ploidyNotes = (seen: Observation): string[] => (seen.haploid ? ['One copy only (hemizygous or mitochondrial).'] : [])

const copyNumberNotes = (gene: CompiledGene, call: Called, options: CallOptions): string[] =>
  gene.table.special.includes('copy-number') && options.withoutCopyNumber && call.state !== 'not-called'
    ? ['The number of gene copies, deletions and hybrids were not seen: for research use only.']
    : []

/** A preference is no finding: where another diplotype that fits would mean something else, that is said. */
const preferredNotes = ({ preferred, diplotypes }: Called): string[] => {
  if (preferred === null) return []
  const wordOf = ({ genotype }: StarDiplotype): string => genotype.phenotype?.term ?? 'no phenotype'
  const others = diplotypes.filter((one) => wordOf(one) !== wordOf(preferred)).map((one) => `${one.name} (${wordOf(one)})`)
  return [
    `${preferred.name} is picked by frequency among diplotypes that unphased data cannot tell apart.`,
    ...(others.length === 0 ? [] : [`Not excluded, and of another phenotype than ${wordOf(preferred)}: ${list(others)}.`]),
  ]
}

/** What a reader of a call must know, in sentences. */
export const notesOf = (gene: CompiledGene, seen: Observation, call: Called, options: CallOptions): string[] => [
  ...copyNumberNotes(gene, call, options),
  ...undocumentedNotes(call),
  ...halfNotes(gene, seen),
  ...missingNotes(gene, seen, call),
  ...singleSiteNotes(gene, call),
  ...ploidyNotes(seen),
  ...preferredNotes(call),
  ...call.cannotRuleOut.map(({ called, alternative }) => `${alternative} cannot be ruled out: without phase it looks like ${called}.`),
]
