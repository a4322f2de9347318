import type { Passport, PassportAdvice, PassportGene } from '../../../../../src/contract/passport.ts'
import { DataTable } from '../../../../ui/DataTable.tsx'
import { Severity } from '../../../../ui/Severity.tsx'
import { dateWords, momentWords } from '../../../words/dates.ts'
import { Said } from '../../../words/Said.tsx'
import { CONSEQUENCES } from '../../../words/severity.ts'
import { TEXT } from '../texts.ts'
import styles from './passport.module.css'

const T = TEXT.passport

const joined = (gene: PassportGene, words: (result: PassportGene['results'][number]) => string | null): string =>
  [...new Set(gene.results.map((result) => words(result) ?? TEXT.genes.notStated))].join(` ${TEXT.genes.or} `)

const resultWords = (gene: PassportGene): string =>
  gene.results.length === 0
    ? TEXT.genes.notUsable
    : [
        joined(gene, ({ diplotype }) => diplotype),
        gene.results.some(({ score }) => score !== null) ? TEXT.genes.score(joined(gene, ({ score }) => score)) : null,
      ]
        .filter(Boolean)
        .join(', ')

const Genes = ({ genes }: { readonly genes: readonly PassportGene[] }) => (
  <DataTable
    caption={T.caption}
    rows={genes}
    rowKey={({ gene }) => gene}
    columns={[
      { key: 'gene', title: T.gene, namesRow: true, cell: ({ gene }) => gene },
      { key: 'result', title: T.result, cell: resultWords },
      {
        key: 'phenotype',
        title: T.phenotype,
        cell: (gene) => (
          <>
            {gene.state === 'called' ? (
              <strong>
                <Said>{joined(gene, ({ phenotype }) => phenotype)}</Said>
              </strong>
            ) : (
              <Severity level="unknown">{TEXT.genes.open}</Severity>
            )}
            {gene.because === null ? null : (
              <span className={styles.note}>
                <Said>{gene.because}</Said>
              </span>
            )}
            {gene.today === null ? null : (
              <span className={styles.note}>
                <Said>{gene.today}</Said>
              </span>
            )}
          </>
        ),
      },
      {
        key: 'source',
        title: T.source,
        cell: ({ laboratory, date }) =>
          [laboratory ?? TEXT.genes.notStated, date === null ? TEXT.genes.undated : dateWords(date)].join(', '),
      },
    ]}
  />
)

const sourceWords = ({ genes, source, year, limit }: PassportAdvice): string =>
  [genes.join(' + '), [source, year].filter(Boolean).join(' '), limit === null ? null : T.limited(limit)].filter(Boolean).join('; ')

/** Drugs under what is asked for them, the serious first, each with its gene and source. */
const Advice = ({ passport }: { readonly passport: Passport }) => {
  const consequences = [...new Set(passport.advice.map(({ consequence }) => consequence))]
  return (
    <div className={styles.advice}>
      {consequences.map((consequence) => (
        <div key={consequence} className={styles.group}>
          <Severity level={CONSEQUENCES[consequence].level}>{CONSEQUENCES[consequence].word}</Severity>
          <ul>
            {passport.advice
              .filter((one) => one.consequence === consequence)
              .map((one) => (
                <li key={one.drug}>
                  <strong>{one.drug}</strong> <span className={styles.small}>({sourceWords(one)})</span>
                </li>
              ))}
          </ul>
        </div>
      ))}
      {passport.unchanged.length > 0 ? (
        <p className={styles.small}>
          {T.noChange(passport.unchanged.length)}: {passport.unchanged.join(', ')}
        </p>
      ) : null}
    </div>
  )
}

/** One page to carry: what is known, what it means, what is not known, and what made it. */
export const PassportPage = ({ passport }: { readonly passport: Passport }) => {
  const { patient, versions } = passport
  return (
    <article className={styles.page} aria-label={T.title}>
      <header className={styles.head}>
        <p className={styles.who}>
          <strong>{patient?.name ?? TEXT.genes.notStated}</strong>
          {patient?.birthDate ? `, ${T.born} ${dateWords(patient.birthDate)}` : ''}
        </p>
        <p>
          {T.made} {momentWords(passport.made)}
        </p>
        {passport.sandbox ? <p className={styles.sandbox}>{T.sandbox}</p> : null}
        <p className={styles.note}>{T.lead}</p>
      </header>
      <Genes genes={passport.genes} />
      <section>
        <h3>{T.meaning}</h3>
        <p className={styles.note}>{T.meaningLead}</p>
        <Advice passport={passport} />
      </section>
      <section>
        <h3>{T.notTested}</h3>
        <p>
          {T.notTestedLead} {passport.notTested.join(', ')}
        </p>
      </section>
      {passport.open.length > 0 ? (
        <section>
          <h3>{T.open2}</h3>
          <ul>
            {passport.open.map((one) => (
              <li key={one}>
                <Said>{one}</Said>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <footer className={styles.small}>
        <p>
          Attune {versions.attune}; {T.rules} <span className={styles.hash}>{versions.rules}</span>; {T.decision} {passport.decision}
        </p>
        <p>{T.disclaimer}</p>
      </footer>
    </article>
  )
}
