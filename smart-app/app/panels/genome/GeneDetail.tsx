import type { GeneReading } from '../../../../src/contract/genes.ts'
import type { GeneSites } from '../../../../src/contract/variants.ts'
import { KeyValue, type Pair } from '../../../ui/KeyValue.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import { Facts } from '../Facts.tsx'
import { flagWords } from './flag-words.ts'
import { GenePicture } from './GenePicture.tsx'
import styles from './genome.module.css'
import { Origin } from './Origin.tsx'
import type { ResultCall } from './relevance.ts'
import { phenotypesOf } from './Today.tsx'
import { TEXT } from './texts.ts'

const T = TEXT.detail

/** A single position that makes no call of its own; the picture shows it. */
const isPosition = ({ genotype, flags, use }: GeneReading): boolean =>
  use === 'inform' &&
  genotype.diplotype === null &&
  genotype.phenotype === null &&
  flags.some((flag) => flag === 'variant-only' || flag === 'no-call')

const reportedWords = ({ reported }: GeneReading): string =>
  [...new Set([reported.diplotype, reported.phenotype, reported.text, ...(reported.subAlleles ?? [])].filter(Boolean))].join('; ')

const tableWords = ({ genotype, candidates }: GeneReading): string =>
  [genotype, ...candidates]
    .flatMap(({ diplotype, phenotype, activityScore }) => {
      const parts = [diplotype, phenotype?.term, activityScore ? TEXT.genes.score(activityScore.text) : null].filter(Boolean)
      return parts.length > 0 ? [parts.join(', ')] : []
    })
    .join(` ${TEXT.genes.or} `)

const pairsOf = (reading: GeneReading): Pair[] => {
  const words = reportedWords(reading)
  return [
    ...(words === '' ? [] : [{ term: T.words, value: words }]),
    { term: T.tables, value: tableWords(reading) || T.noTable },
    { term: T.coverage, value: reading.coverage ? <Said>{reading.coverage.text}</Said> : T.coverageMissing },
    ...(reading.flags.length > 0 ? [{ term: T.marks, value: reading.flags.map(flagWords).join(', ') }] : []),
    ...(reading.supports.length > 0 ? [{ term: T.supports, value: <Facts facts={reading.supports} /> }] : []),
  ]
}

const LEVELS = { act: 'ok', candidates: 'caution', inform: 'info', ignore: 'none' } as const

const Reading = ({ reading }: { readonly reading: GeneReading }) => (
  <li className={styles.reading}>
    <div className={styles.readingHead}>
      <Severity level={LEVELS[reading.use]}>{TEXT.uses[reading.use]}</Severity>
      <Origin lineage={reading.lineage} />
    </div>
    <KeyValue pairs={pairsOf(reading)} />
    {reading.notes.map((note) => (
      <p key={note} className={styles.note}>
        <Said>{note}</Said>
      </p>
    ))}
  </li>
)

const Meaning = ({ call }: { readonly call: ResultCall }) => {
  const phenotypes = phenotypesOf(call)
  if (phenotypes === null || call.state === 'indeterminate') return null
  const { phenoconversion } = call
  const today = phenoconversion.note === undefined ? T.unchanged : <Said>{phenoconversion.note}</Said>
  return (
    <section>
      <h3>{T.means}</h3>
      <KeyValue
        pairs={[
          { term: T.geneticAlone, value: <Said>{phenotypes.genetic}</Said> },
          {
            term: T.today,
            value: (
              <>
                <Said>{phenotypes.clinical}</Said>: {today}
              </>
            ),
          },
        ]}
      />
    </section>
  )
}

/** Everything behind one gene's row: what it means, every reading and why it is used or not, and the positions. */
export const GeneDetail = ({ call, sites }: { readonly call: ResultCall; readonly sites: GeneSites | null }) => {
  const positions = call.readings.filter(isPosition)
  const readings = call.readings.filter((reading) => !isPosition(reading))
  return (
    <div className={styles.detail}>
      <Meaning call={call} />
      <section>
        <h3>{T.readings(call.readings.length)}</h3>
        <ul className={styles.readings}>
          {readings.map((reading) => (
            <Reading key={`${reading.ref} ${reportedWords(reading)} ${reading.genotype.keys.join()}`} reading={reading} />
          ))}
          {positions.length > 0 ? <li className={styles.note}>{T.positions(positions.length)}</li> : null}
        </ul>
      </section>
      <section>
        <h3>{TEXT.picture.title(call.gene)}</h3>
        {sites ? <GenePicture sites={sites} /> : <p className={styles.quiet}>{TEXT.picture.none}</p>}
      </section>
    </div>
  )
}
