import type { GeneCall, Genotype } from '../../../../src/contract/genes.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { flagWords, TEXT } from '../../text.ts'
import styles from './GenomeTable.module.css'
import { Readings } from './Readings.tsx'
import { Today } from './Today.tsx'

export type ResultCall = Exclude<GeneCall, { state: 'not-tested' }>

/** The genotypes that a call leaves open: one when called, several as candidates, none when indeterminate. */
const genotypesOf = (call: ResultCall): readonly Genotype[] => {
  switch (call.state) {
    case 'called':
      return [call.genetic]
    case 'candidates':
      return call.candidates.map((candidate) => candidate.genetic)
    case 'indeterminate':
      return []
  }
}

const once = (texts: readonly string[]): string[] => [...new Set(texts)]

/** Open alternatives joined by "or", so that none reads as the result. */
const either = (call: ResultCall, words: (genotype: Genotype) => string | null): string =>
  once(genotypesOf(call).map((genotype) => words(genotype) ?? TEXT.genome.notStated)).join(` ${TEXT.genome.or} `)

const Phenotype = ({ call }: { readonly call: ResultCall }) =>
  call.state === 'indeterminate' ? (
    <>
      <Severity level="unknown">{TEXT.genome.indeterminateLevel}</Severity> {call.because}
    </>
  ) : (
    <>
      {either(call, (genotype) => genotype.phenotype?.term ?? null)}
      {call.state === 'candidates' ? <p className={styles.note}>{call.because}</p> : null}
    </>
  )

const Confidence = ({ call }: { readonly call: ResultCall }) => (
  <>
    {call.state === 'called' ? TEXT.genome.confidences[call.confidence] : null}
    {call.flags.length > 0 ? <p className={styles.note}>{call.flags.map(flagWords).join(', ')}</p> : null}
  </>
)

/** One row per gene with a result. */
export const GenomeTable = ({ calls, asked }: { readonly calls: readonly ResultCall[]; readonly asked: ReadonlySet<string> }) => (
  <DataTable
    caption={TEXT.genome.caption}
    rows={calls}
    rowKey={(call) => call.gene}
    columns={[
      {
        key: 'gene',
        title: TEXT.genome.gene,
        namesRow: true,
        cell: (call) => (
          <>
            <span className={styles.gene}>{call.gene}</span>
            {asked.has(call.gene) ? <span className={styles.asked}>{TEXT.genome.inHand}</span> : null}
          </>
        ),
      },
      { key: 'diplotype', title: TEXT.genome.diplotype, cell: (call) => either(call, (genotype) => genotype.diplotype) },
      { key: 'score', title: TEXT.genome.score, cell: (call) => either(call, (genotype) => genotype.activityScore?.text ?? '–') },
      { key: 'phenotype', title: TEXT.genome.phenotype, cell: (call) => <Phenotype call={call} /> },
      { key: 'today', title: TEXT.genome.today, cell: (call) => <Today call={call} /> },
      { key: 'source', title: TEXT.genome.source, cell: (call) => <Readings readings={call.readings} /> },
      { key: 'confidence', title: TEXT.genome.confidence, cell: (call) => <Confidence call={call} /> },
    ]}
  />
)
