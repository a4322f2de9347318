import { useId } from 'react'
import type { Order } from '../../../../src/contract/facts.ts'
import type { DrugAssessment, Finding } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Severity } from '../../../ui/Severity.tsx'
import { TEXT } from '../../text.ts'
import { drugSeverity, headOf } from '../../words/severity.ts'
import styles from './Headline.module.css'

const QUIET_HEADLINES: { readonly [state in DrugAssessment['state']]: (drug: string) => string } = {
  assessed: TEXT.order.noHead,
  'assessed-with-gaps': TEXT.order.noHead,
  'not-assessed': TEXT.order.notAssessed,
  'no-guidance': TEXT.order.noGuidance,
}

const sourceWords = (finding: Finding): string =>
  [[finding.source, finding.guideline.year].filter(Boolean).join(' '), finding.strength].filter(Boolean).join(', ')

/** What to do, large; the order it is about; the reason in one line. */
export const Headline = ({
  drug,
  order,
  words,
  finding,
}: {
  readonly drug: DrugAssessment
  readonly order: Order | null
  readonly words: PanelWords
  readonly finding: Finding | null
}) => {
  const id = useId()
  const head = headOf(drug, words)
  const severity = drugSeverity(drug, words)
  const sentences = head && finding ? (words.sentences[finding.id] ?? []).filter((sentence) => sentence !== `${head.headline}.`) : []
  return (
    <section className={`${styles.headline} ${styles[severity.level]}`} aria-labelledby={id}>
      <p className={styles.order}>
        <Severity level={severity.level}>{severity.word}</Severity>
        <span>{[order?.drug.text ?? drug.identity.text, order?.dose.text].filter(Boolean).join(' — ')}</span>
      </p>
      <div className={styles.what}>
        <h2 id={id}>{head?.headline ?? QUIET_HEADLINES[drug.state](drug.drug.name)}</h2>
        {head ? <p className={styles.basis}>{head.basis.join(' · ')}</p> : null}
        {drug.state === 'not-assessed' ? <p>{TEXT.order.silence}</p> : null}
      </div>
      {head && finding ? (
        <div className={styles.how}>
          {sentences.length > 0 ? (
            <ul aria-label={TEXT.order.whatToDo}>
              {sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          ) : null}
          <p className={styles.source}>
            {TEXT.order.headSource} {sourceWords(finding)}
          </p>
        </div>
      ) : null}
    </section>
  )
}
