import type { Evidence } from './evidence.ts'
import { codesOf, codingsOf, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import { finding, NO_FINDING } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { textsOfValue } from './parse-finding.ts'
import type { ResolvedGene } from './resolve-gene.ts'

const componentsOf = (resource: Fields, codes: readonly string[]): readonly Fields[] =>
  listOf(resource.component).filter((component) => codesOf(component.code).some((code) => codes.includes(code)))

const firstText = (resource: Fields, codes: readonly string[]): string | null => {
  for (const component of componentsOf(resource, codes)) {
    const [text] = textsOfValue(component)
    if (text !== undefined) return text
  }
  return null
}

/** A variant as the resource describes it. */
export type Variant = {
  /** Names without their sequence, `c.2846A>T`. */
  readonly names: readonly string[]
  /** Genomic place: accession and 1-based position. */
  readonly place: { readonly sequence: string; readonly position: number; readonly reference: string; readonly alternate: string } | null
  readonly zygosity: 'homozygous' | 'heterozygous' | 'hemizygous' | null
  readonly present: boolean | null
  /** As the laboratory words it, `Cis`; kept for display. */
  readonly phase: string | null
  /** Genome build that the laboratory states: `GRCh37`, `GRCh38`. */
  readonly build: string | null
}

const GENOMIC = /^(NC_\d{6}\.\d{1,2}):g\.(\d{1,10})([ACGT])>([ACGT])$/

const placeOf = (terms: GenomicTerms, resource: Fields, names: readonly string[]): Variant['place'] => {
  for (const name of names) {
    const match = GENOMIC.exec(name)
    if (match) return { sequence: match[1] ?? '', position: Number(match[2]), reference: match[3] ?? '', alternate: match[4] ?? '' }
  }
  const { components } = terms.codes
  const sequence = firstText(resource, components.sequence)
  const range = componentsOf(resource, components.position).map((component) => component.valueRange)[0]
  const low = isFields(range) && isFields(range.low) && typeof range.low.value === 'number' ? range.low.value : null
  const reference = firstText(resource, components.reference)
  const alternate = firstText(resource, components.alternate)
  return sequence === null || low === null || reference === null || alternate === null
    ? null
    : { sequence, position: low, reference, alternate }
}

const ZYGOSITY: Readonly<Record<string, Variant['zygosity']>> = {
  'LA6705-3': 'homozygous',
  'LA6706-1': 'heterozygous',
  'LA6707-9': 'hemizygous',
}

/** Describes a variant Observation (LOINC 69548-6). */
export const describeVariant = (terms: GenomicTerms, resource: Fields): Variant => {
  const { components, answers } = terms.codes
  const full = componentsOf(resource, components.hgvs).flatMap((component) => textsOfValue(component))
  const answer = codingsOf(resource.valueCodeableConcept)
    .map((coding) => answers[coding.code])
    .find((each) => each !== undefined)
  const zygosity = componentsOf(resource, components.zygosity).flatMap((component) =>
    codingsOf(component.valueCodeableConcept).map(
      (coding) => (Object.hasOwn(ZYGOSITY, coding.code) ? ZYGOSITY[coding.code] : null) ?? null,
    ),
  )
  return {
    names: [...new Set(full.map((name) => name.split(':').at(-1) ?? name))],
    place: placeOf(terms, resource, full),
    zygosity: zygosity[0] ?? null,
    present: answer?.presence === undefined ? null : answer.presence === 'positive',
    phase: firstText(resource, components.phase),
    build:
      componentsOf(resource, components.build).flatMap((component) =>
        codesOf(component.valueCodeableConcept).flatMap((code) => terms.codes.builds[code] ?? []),
      )[0] ?? null,
  }
}

/** Reference equal to alternate: the record says that nothing was found there. */
export const isWildType = (variant: Variant): boolean => variant.place !== null && variant.place.reference === variant.place.alternate

/** A single variant never makes a call: what else was looked at is not known. */
export const readVariant = (terms: GenomicTerms, node: Node, gene: ResolvedGene, flags: readonly string[]): Evidence[] => {
  const variant = describeVariant(terms, node.resource)
  if (gene.gene === null || isWildType(variant)) return []
  const { place } = variant
  const name = variant.names[0] ?? (place ? `${place.sequence}:g.${place.position}${place.reference}>${place.alternate}` : undefined)
  const state = variant.present === false ? 'absent' : (variant.zygosity ?? '')
  const phase = variant.phase === null || variant.present === false ? '' : `, phase ${variant.phase.toLowerCase()}`
  const shown = name === undefined ? null : `${name} ${state}`.trim()
  const unknown = variant.present === null && textOf(node.resource.valueString) === null
  return [
    {
      node,
      role: 'variant',
      gene,
      finding: finding({
        variants: shown === null ? [] : [shown],
        flags: unknown && name === undefined ? ['no-call'] : ['variant-only'],
      }),
      flags: [...flags, ...(onOtherBuild(terms, gene.gene, variant) ? ['variant-evidence-conflict'] : [])],
      text: shown === null ? null : `${shown}${phase}`,
      textOnly: false,
      readFor: () => NO_FINDING,
    },
  ]
}

/**
 * Whether the sequence, the position or the stated build contradict each other. Our positions name the accession of GRCh38 first,
 * further accessions of the same chromosome are older builds.
 */
const onOtherBuild = (terms: GenomicTerms, gene: string, { place, build }: Variant): boolean => {
  if (place === null) return false
  return terms.sites(gene).some((site) => {
    const positions = Object.entries(site.positions)
    const current = positions[0]?.[0] ?? ''
    const chromosome = current.replace(/\.\d+$/, '')
    if (positions.some(([sequence, position]) => position === place.position && sequence !== place.sequence)) return true
    return build !== null && place.sequence.startsWith(`${chromosome}.`) && (build === 'GRCh38') !== (place.sequence === current)
  })
}

/** What a present variant has against a diplotype. */
export type Contradiction = {
  /** Alleles that the variant defines and the diplotype lacks; none when only the builds disagree. */
  readonly alleles: readonly string[]
}

/**
 * Whether a present variant speaks against a diplotype: it defines an allele that the diplotype lacks, or its position
 * belongs to another genome build than its sequence. Null when it does not.
 */
export const contradictionOf = (terms: GenomicTerms, gene: string, variant: Variant, diplotype: string): Contradiction | null => {
  const { place } = variant
  if (place === null || variant.present !== true || isWildType(variant)) return null
  if (onOtherBuild(terms, gene, variant)) return { alleles: [] }
  for (const site of terms.sites(gene)) {
    if (!Object.entries(site.positions).some(([sequence, position]) => position === place.position && sequence === place.sequence)) continue
    const carried = site.bases[place.alternate] ?? []
    if (site.as !== 'site' && carried.length > 0 && !carried.some((allele) => diplotype.split('/').includes(allele)))
      return { alleles: carried }
  }
  return null
}
