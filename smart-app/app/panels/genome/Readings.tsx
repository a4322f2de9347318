import type { GeneReading } from '../../../../src/contract/genes.ts'
import { KeyValue, type Pair } from '../../../ui/KeyValue.tsx'
import { flagWords, TEXT } from '../../text.ts'
import { dateWords } from '../../words/dates.ts'
import { Fact, Facts } from '../Facts.tsx'
import styles from './Readings.module.css'

/** The newest reading in one line, all of them with the laboratory's own words on opening. */
export const Readings = ({ readings }: { readonly readings: readonly GeneReading[] }) => {
  const [first] = readings
  if (!first) return null
  const { source, date } = first.lineage
  return (
    <>
      {[source, date ? dateWords(date) : TEXT.fact.undated].filter(Boolean).join(', ')}
      <details className={styles.details}>
        <summary>{TEXT.genome.readings(readings.length)}</summary>
        <ul className={styles.readings}>
          {readings.map((reading) => (
            <li key={[reading.ref, ...reading.genotype.keys, reportedWords(reading)].join(' ')}>
              <Reading reading={reading} />
            </li>
          ))}
        </ul>
      </details>
    </>
  )
}

const reportedWords = (reading: GeneReading): string =>
  [reading.reported.diplotype, reading.reported.phenotype, reading.reported.text].filter(Boolean).join('; ')

const Reading = ({ reading }: { readonly reading: GeneReading }) => {
  const pairs: (Pair | null)[] = [
    { term: TEXT.genome.use, value: TEXT.genome.uses[reading.use] },
    reportedWords(reading) === '' ? null : { term: TEXT.genome.reported, value: reportedWords(reading) },
    reading.coverage ? { term: TEXT.genome.coverage, value: reading.coverage.text } : null,
    reading.flags.length > 0 ? { term: TEXT.genome.marks, value: reading.flags.map(flagWords).join(', ') } : null,
    reading.supports.length > 0 ? { term: TEXT.genome.supports, value: <Facts facts={reading.supports} /> } : null,
  ]
  return (
    <>
      <Fact fact={reading.lineage} />
      <KeyValue pairs={pairs.filter((pair) => pair !== null)} />
      {reading.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </>
  )
}
