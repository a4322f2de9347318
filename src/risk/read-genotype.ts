import type { PatientFacts } from '../contract/facts.ts'
import type { GeneCall, GeneReading, Genotype } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'

type Spec = InputSpecOf<'genotype'>

/** `*3/*1` for `*1/*3` and `rs9923231 T/C` for `rs9923231 C/T`: the order of alleles carries no meaning. */
const swapped = (diplotype: string): string => diplotype.replace(/^(.*\s)?([^/\s]+)\/([^/\s]+)$/, '$1$3/$2')

const matchValue = (spec: Spec, { diplotype, keys }: Genotype): string | null => {
  const words = diplotype === null ? keys : [diplotype, swapped(diplotype), ...keys]
  for (const word of words) if (Object.hasOwn(spec.values, word)) return spec.values[word] ?? null
  return null
}

const lineages = (readings: readonly GeneReading[]) => readings.map(({ lineage }) => lineage)

const notKnown = (spec: Spec, genotype: Genotype): Gap =>
  genotype.diplotype === null
    ? { about: spec.gene, code: 'incomplete', because: `${spec.gene}: only a phenotype is known; the equation needs the genotype.` }
    : { about: spec.gene, code: 'out-of-range', because: `${spec.gene} ${genotype.diplotype}: ${spec.outside}` }

const fromCandidates = (spec: Spec, call: Extract<GeneCall, { state: 'candidates' }>): InputReading => {
  const values = new Set(call.candidates.map(({ genetic }) => matchValue(spec, genetic)))
  const [only] = values
  const facts = lineages(call.readings)
  if (values.size === 1 && typeof only === 'string')
    return known(spec, { value: only, facts, note: 'the same for every candidate genotype' })
  return unusable(
    spec,
    { about: spec.gene, code: 'indeterminate', because: `${spec.gene}: the result leaves several genotypes open.` },
    facts,
  )
}

/** The laboratory says that it has no genotype: nothing is known of it, as without a test. Not so a result that says something else. */
const isNoCall = ({ readings }: Extract<GeneCall, { state: 'indeterminate' }>): boolean => {
  const shown = readings.filter(({ use }) => use === 'inform')
  return shown.length > 0 && shown.every(({ flags }) => flags.includes('no-call'))
}

/**
 * Value of a genotype input from the gene call, by the genes alone (phenoconversion is a matter of the model's medicine inputs).
 * A term for "unknown" stands for a gene that was not tested, or that the laboratory could not call; never for a result that
 * could not be read, is open between several genotypes, or is none that the equation knows.
 */
export const readGenotype = (spec: Spec, _facts: PatientFacts, calls: readonly GeneCall[]): InputReading => {
  const call = calls.find(({ gene }) => gene === spec.gene)
  if (!call || call.state === 'not-tested')
    return absent(spec, { about: spec.gene, code: 'not-tested', because: `${spec.gene} was not tested.` })
  if (call.state === 'indeterminate' && isNoCall(call))
    return absent(spec, { about: spec.gene, code: 'indeterminate', because: `${spec.gene}: the laboratory could not call it.` })
  if (call.state === 'indeterminate')
    return unusable(
      spec,
      { about: spec.gene, code: 'indeterminate', because: `${spec.gene}: the result could not be read as a genotype.` },
      lineages(call.readings),
    )
  if (call.state === 'candidates') return fromCandidates(spec, call)
  const value = matchValue(spec, call.genetic)
  const facts = lineages(call.readings)
  if (value === null) return unusable(spec, notKnown(spec, call.genetic), facts)
  const note = call.confidence === 'high' ? {} : { note: `confidence of the result: ${call.confidence}` }
  return known(spec, { value, facts, ...note })
}

const GENE = /\b[A-Z]{2,}[A-Z0-9]*\d[A-Z0-9]*\b/g
const ALLELE = /\*\d+[A-Z]?/g

/** Star alleles that a coverage text names for the gene: those after its symbol and before the next one, or all when no gene is named. */
const allelesFor = (text: string, gene: string): Set<string> => {
  const symbols = [...text.matchAll(GENE)]
  if (symbols.length === 0) return new Set(text.match(ALLELE))
  const parts = symbols.map(({ 0: symbol, index }, n) => (symbol === gene ? text.slice(index, symbols[n + 1]?.index) : ''))
  return new Set(parts.join(' ').match(ALLELE))
}

/** True when a usable result of the gene states that it looked for every one of the alleles. */
export const statesTested = (calls: readonly GeneCall[], gene: string, alleles: readonly string[]): boolean => {
  const call = calls.find((one) => one.gene === gene)
  if (call?.state !== 'called' && call?.state !== 'candidates') return false
  return call.readings.some(({ use, coverage }) => {
    if (use === 'ignore' || coverage === null) return false
    const named = allelesFor(coverage.text, gene)
    return alleles.every((allele) => named.has(allele))
  })
}
