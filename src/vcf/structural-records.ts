import type { GenotypeColumns } from './genotype-columns.ts'
import { isStructural } from './read-alleles.ts'
import type { VcfRecord } from './record-line.ts'
import { type ChromosomeSites, genesWithin } from './site-index.ts'

/** A structural change that a sample carries in a gene, as a note. */
export type StructuralNote = { readonly gene: string; readonly note: string }

/** Structural changes are not counted, but they are told. */
export type StructuralRecords = {
  readonly add: (record: VcfRecord, columns: GenotypeColumns, own: ChromosomeSites, last: number) => void
  readonly count: () => number
  /** What the records that reach into a gene hold of the samples. */
  readonly columnsOf: (gene: string) => readonly GenotypeColumns[]
  readonly notesOf: (sample: number) => readonly StructuralNote[]
}

/** Records that are remembered by name; a file of nothing else must not fill the memory. */
const MOST_KEPT = 2000

type Kept = { readonly notes: readonly StructuralNote[]; readonly columns: GenotypeColumns; readonly structural: readonly boolean[] }

const kindsOf = (alts: readonly string[]): string =>
  [...new Set(alts.filter(isStructural).map((alt) => /^<([^<>]+)>$/.exec(alt)?.[1] ?? 'breakend'))].join(', ')

export const makeStructuralRecords = (): StructuralRecords => {
  const kept: Kept[] = []
  let count = 0
  return {
    add: ({ pos, line, alts }, columns, own, last) => {
      count += 1
      if (kept.length >= MOST_KEPT) return
      const note = `a structural change (${kindsOf(alts)}, line ${line}) reaches into the gene and was not counted`
      kept.push({
        notes: genesWithin(own, pos, last).map((gene) => ({ gene, note })),
        columns,
        structural: [false, ...alts.map(isStructural)],
      })
    },
    count: () => count,
    columnsOf: (gene) => kept.flatMap(({ notes, columns }) => (notes.some((note) => note.gene === gene) ? [columns] : [])),
    notesOf: (sample) =>
      kept.flatMap(({ notes, columns, structural }) => {
        const genotype = columns.genotypes[columns.codes[sample] ?? 0]
        return genotype?.alleles.some((allele) => structural[allele]) ? notes : []
      }),
  }
}
