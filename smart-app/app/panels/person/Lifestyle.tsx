import type { Measurement, PatientFacts } from '../../../../src/contract/facts.ts'
import type { Questionnaire, SurveyScore } from '../../../../src/contract/person.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { LANGUAGE } from '../../language.ts'
import { dateWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import { valueWords } from '../../words/values.ts'
import { Fact } from '../Facts.tsx'
import { type Latest, latestOfEach } from './latest.ts'
import styles from './Person.module.css'
import { TEXT } from './texts.ts'

const Answers = ({ caption, answers }: { readonly caption: string; readonly answers: readonly Measurement[] }) => (
  <DataTable<Latest>
    caption={caption}
    rows={latestOfEach(answers)}
    short={{ rows: 12, more: TEXT.more }}
    rowKey={({ measurement }) => measurement.ref}
    columns={[
      { key: 'name', title: TEXT.name, namesRow: true, cell: ({ measurement }) => measurement.name },
      { key: 'value', title: TEXT.value, cell: ({ measurement }) => valueWords(measurement.value) },
      { key: 'source', title: TEXT.source, cell: ({ measurement }) => <Fact fact={measurement.lineage} /> },
      { key: 'earlier', title: TEXT.earlier, cell: ({ earlier }) => TEXT.earlierCount(earlier) },
    ]}
  />
)

/** Answers by topic, in the order of the rules. */
export const Lifestyle = ({ facts }: { readonly facts: PatientFacts }) => {
  const byRef = new Map(facts.lifestyle.map((one) => [one.ref, one]))
  return (facts.topics ?? []).map(({ id, label, german, entries }) => {
    const name = LANGUAGE === 'de' ? german : label
    return (
      <div key={id} className={styles.part}>
        <h3>{name}</h3>
        <Answers caption={name} answers={entries.flatMap((ref) => byRef.get(ref) ?? [])} />
      </div>
    )
  })
}

const Scores = ({ surveys }: { readonly surveys: readonly SurveyScore[] }) => (
  <DataTable<SurveyScore>
    caption={TEXT.surveys}
    rows={surveys}
    rowKey={({ ref, short }) => `${ref} ${short}`}
    short={{ rows: 12, more: TEXT.more }}
    columns={[
      { key: 'name', title: TEXT.name, namesRow: true, cell: ({ short, title }) => <Said>{`${short}: ${title}`}</Said> },
      { key: 'score', title: TEXT.score, align: 'end', cell: ({ score }) => String(score) },
      { key: 'range', title: TEXT.range, cell: ({ from, to }) => `${from}–${to}` },
      {
        key: 'band',
        title: TEXT.meaning,
        cell: ({ band }) =>
          'word' in band ? (
            <>
              <Said>{band.word}</Said>{' '}
              <a href={band.source.url} target="_blank" rel="noreferrer noopener" lang="en" className={styles.small}>
                {band.source.title}
              </a>
            </>
          ) : (
            <Said>{band.because}</Said>
          ),
      },
      { key: 'source', title: TEXT.source, cell: ({ lineage }) => <Fact fact={lineage} /> },
    ]}
  />
)

const Form = ({ form }: { readonly form: Questionnaire }) => (
  <details className={styles.form}>
    <summary>
      {form.title}{' '}
      <span className={styles.muted}>
        {[form.lineage.date ? dateWords(form.lineage.date) : null, form.status, TEXT.answers(form.answers.length)]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </summary>
    <dl className={styles.answers}>
      {form.answers.map((answer, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a form may ask the same words twice; its order is fixed
        <div key={index}>
          <dt>
            {answer.group ? <span className={styles.muted}>{answer.group} · </span> : null}
            {answer.question}
          </dt>
          <dd>{answer.answer ?? TEXT.noAnswer}</dd>
        </div>
      ))}
    </dl>
    <Fact fact={form.lineage} />
  </details>
)

export const Surveys = ({ facts }: { readonly facts: PatientFacts }) => (
  <>
    {(facts.surveys ?? []).length > 0 ? <Scores surveys={facts.surveys ?? []} /> : null}
    {(facts.questionnaires ?? []).map((form) => (
      <Form key={form.ref} form={form} />
    ))}
  </>
)
