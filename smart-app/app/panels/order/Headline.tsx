import { useId } from 'react'
import type { Order } from '../../../../src/contract/facts.ts'
import type { DrugAssessment, Finding } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Severity } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import { drugSeverity, headOf } from '../../words/severity.ts'
import styles from './Headline.module.css'
import { TEXT } from './texts.ts'

/** Without a head: nothing to change, nothing held for this result, nothing held at all, or nothing that could be said. */
const quietHeadline = ({ state, drug: { name }, findings }: DrugAssessment): string => {
  if (state === 'not-assessed') return TEXT.notAssessed(name)
  if (state === 'no-guidance') return TEXT.noGuidance(name)
  return findings.some(({ kind }) => kind === 'guidance') ? TEXT.noHead(name) : TEXT.noResultGuidance(name)
}

/** Concerns under which the absence of advice must not be read as safety. */
const BLIND: ReadonlySet<string> = new Set(['conflict', 'not-assessed', 'test-first'])

/** Why there is nothing to say: the phenotype that asks for no change, or what was missing. */
const quietReason = (drug: DrugAssessment, finding: Finding | null): string | undefined => {
  if (drug.state === 'not-assessed') return drug.gaps[0]?.because
  if (drug.state === 'no-guidance') return drug.gaps.map(({ because }) => because).join('; ')
  return finding?.basis.map((basis) => [basis.gene, basis.clinical?.phenotype?.term ?? basis.key].filter(Boolean).join(' ')).join(' · ')
}

/** The order as written, unless that is no more than the drug's name. */
const orderWords = (drug: DrugAssessment, order: Order | null): string => {
  const product = order?.drug.text ?? drug.identity.text
  const named = product.toLowerCase() === drug.drug.name.toLowerCase()
  return [named ? null : product, order?.dose.text].filter(Boolean).join(' — ')
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
  const advises = head?.concern === 'guidance'
  const sentences = advises && finding ? (words.sentences[finding.id] ?? []).filter((sentence) => sentence !== `${head.headline}.`) : []
  return (
    <section className={`${styles.headline} ${styles[severity.level]}`} aria-labelledby={id}>
      <p className={styles.order}>
        <Severity level={severity.level}>{severity.word}</Severity>
        <span>{orderWords(drug, order)}</span>
        {advises && finding ? (
          <span className={styles.source}>
            {TEXT.headSource} {sourceWords(finding)}
          </span>
        ) : null}
      </p>
      <div className={styles.what}>
        <h2 id={id}>{head ? <Said>{head.headline}</Said> : quietHeadline(drug)}</h2>
        <p className={styles.basis}>
          <Said>{head?.basis.join(' · ') ?? quietReason(drug, finding)}</Said>
        </p>
        {BLIND.has(head?.concern ?? '') || drug.state === 'not-assessed' ? <p className={styles.silence}>{TEXT.silence}</p> : null}
      </div>
      {sentences.length > 0 ? (
        <ul className={styles.how} aria-label={TEXT.whatToDo}>
          {sentences.map((sentence) => (
            <li key={sentence}>
              <Said>{sentence}</Said>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}
