import { AttuneError } from '../errors.ts'
import type { Model } from '../risk/load-model.ts'
import type { InputSpecOf } from '../risk/model-folder.ts'
import { dosageOf } from '../risk/polygenic/dosage.ts'
import { type BaseCalls, readBaseCalls } from '../vcf/read-base-calls.ts'

type DosageSpec = InputSpecOf<'dosage'>

/** Inputs of one sample by name, and why some of them are not known. */
export type SampleDosages = {
  readonly sample: string
  readonly inputs: Readonly<Record<string, number | null>>
  readonly notes: readonly string[]
}

const REASONS: Readonly<Record<string, string>> = {
  'no-record': 'have no record in the file',
  'no-call': 'have no usable genotype',
  filter: 'did not pass their filter',
  'several-records': 'have several records',
  'not-a-base': 'show an insertion, a deletion or a symbol',
  'not-one-base': 'are insertions or deletions, which are not read',
  'strand-ambiguous': 'read the same on both strands and are left out',
  'alleles-differ': 'show other alleles than the score knows',
}

const sampleOf = (specs: readonly DosageSpec[], calls: BaseCalls, sample: number): SampleDosages => {
  const counts = new Map<string, number>()
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
  let flipped = 0
  const inputs: Record<string, number | null> = {}
  specs.forEach((spec, place) => {
    const call = calls.at(sample, place)
    const dosage = call.state === 'missing' ? null : dosageOf(spec, call.alleles)
    inputs[spec.name] = dosage?.state === 'known' ? dosage.dosage : null
    if (call.state === 'missing') count(call.because)
    else if (dosage?.state === 'unknown') count(dosage.because)
    else if (dosage?.state === 'known' && dosage.flipped) flipped += 1
  })
  const notes = [...counts].map(([what, number]) => `${number} of ${specs.length} variants ${REASONS[what]}.`)
  return {
    sample: calls.samples[sample] ?? '',
    inputs,
    notes: [
      ...notes,
      ...(flipped > 0 ? [`${flipped} variants were read on the other strand.`] : []),
      ...(calls.by === 'rsid'
        ? [`The file is of ${calls.assembly}, the score of another assembly: variants were found by rs number.`]
        : []),
    ],
  }
}

export const isVcf = (file: string): boolean => /\.vcf(?:\.b?gz)?$/i.test(file)

/**
 * Numbers of effect alleles of every sample of a VCF, for models whose inputs are places of the genome.
 * @throws AttuneError `input-unreadable`, also for a model that takes anything else
 */
export const readDosages = async (model: Model, file: string): Promise<SampleDosages[]> => {
  const specs = model.inputs.filter((spec): spec is DosageSpec => spec.kind === 'dosage')
  const [first] = specs
  if (!first) throw new AttuneError('input-unreadable', `${model.ref.id} takes no genotypes of single places; give its inputs as JSON`)
  const calls = await readBaseCalls(file, specs, first.build)
  return calls.samples.map((_, sample) => sampleOf(specs, calls, sample))
}
