import { useId, useState } from 'react'
import type { Assessment, DrugAssessment } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import type { FlagState, Mark, ReviewAnswer, ReviewFlag } from '../../../../src/contract/review.ts'
import { Button } from '../../../ui/Button.tsx'
import { type Level, Severity, SeverityShape } from '../../../ui/Severity.tsx'
import { useFocusBack } from '../../../ui/use-focus-back.ts'
import { TEXT as APP } from '../../text.ts'
import { Said } from '../../words/Said.tsx'
import { CONSEQUENCES } from '../../words/severity.ts'
import { SourcesSideBySide } from '../order/SourcesSideBySide.tsx'
import type { MarkAsked } from './ask-review.ts'
import { History } from './History.tsx'
import { MarkForm } from './MarkForm.tsx'
import styles from './Review.module.css'
import { TEXT } from './texts.ts'

const STATE_LEVELS: { readonly [state in FlagState['state']]: Level } = {
  new: 'info',
  reviewed: 'ok',
  accepted: 'ok',
  overridden: 'caution',
}

/** The card's indicator leads; below it the finding's own level. */
const severityOf = ({ consequence, indicator }: ReviewFlag): { readonly level: Level; readonly word: string } => {
  if (consequence === null) return { level: 'unknown', word: APP.severity.concerns['not-assessed'] }
  const { level, word } = CONSEQUENCES[consequence]
  return { level: indicator === 'info' ? level : indicator, word }
}

const MARKS: readonly Mark[] = ['reviewed', 'accepted', 'overridden']

/** The assessment that the flag speaks of; several entries of one drug have the same findings. */
export const drugOf = (flag: ReviewFlag, assessment: Assessment): DrugAssessment | null => {
  const all = [...assessment.orders.flatMap(({ drugs }) => drugs), ...assessment.medicines]
  return all.find(({ ref, drug }) => flag.refs.includes(ref) && drug.name === flag.drug) ?? null
}

type Props = {
  readonly flag: ReviewFlag
  readonly state: FlagState | null
  readonly drug: DrugAssessment | null
  readonly words: PanelWords
  readonly reasons: ReviewAnswer['reasons']
  readonly busy: boolean
  readonly selected: boolean
  readonly select: (on: boolean) => void
  readonly save: (mark: MarkAsked) => Promise<boolean>
}

/** One flag: how serious, what and why, where it stands; opened, what it rests on; and what is to be said about it. */
export const FlagItem = ({ flag, state, drug, words, reasons, busy, selected, select, save }: Props) => {
  const [marking, setMarking] = useState<Mark | null>(null)
  const [shown, setShown] = useState(false)
  const [last, setLast] = useState<Mark | null>(null)
  const id = useId()
  const opener = useFocusBack<HTMLButtonElement>(marking !== null)
  const begin = (mark: Mark): void => {
    setMarking(mark)
    setLast(mark)
  }
  const { level, word } = severityOf(flag)
  const stands = state?.state ?? null
  return (
    <>
      <div className={styles.head}>
        <input
          type="checkbox"
          className={styles.check}
          data-does="select"
          checked={selected}
          onChange={(event) => select(event.target.checked)}
          aria-labelledby={`${id}-select ${id}-headline`}
        />
        <span id={`${id}-select`} hidden={true}>
          {TEXT.select}
        </span>
        <div className={styles.words}>
          <h3 id={`${id}-headline`} className={styles.headline}>
            <Said>{flag.headline}</Said>
          </h3>
          <p className={styles.basis}>
            <Said>{flag.basis.join('; ')}</Said>
          </p>
          <p className={styles.meta}>
            <Severity level={level}>{word}</Severity>
            <span>{flag.about.map((one) => TEXT.about[one]).join(', ')}</span>
            {flag.sources.length > 0 ? (
              <span>{[...new Set(flag.sources.map(({ source, year }) => [source, year].filter(Boolean).join('\u00a0')))].join(' · ')}</span>
            ) : null}
          </p>
        </div>
        <p className={styles.state}>
          {stands ? (
            <>
              <SeverityShape level={STATE_LEVELS[stands]} size={14} /> <strong>{TEXT.states[stands]}</strong>
            </>
          ) : null}
        </p>
      </div>
      {state && state.changed.length > 0 ? (
        <p className={styles.changed}>
          {TEXT.again} {state.changed.map((what) => TEXT.rests[what]).join(', ')}
        </p>
      ) : null}
      {state?.history[0]?.reason && stands === 'overridden' ? (
        <p className={styles.basis}>
          {TEXT.reason}: <Said>{state.history[0].reason.display}</Said>
        </p>
      ) : null}
      {marking === null ? (
        <div className={styles.actions}>
          {MARKS.map((mark) => (
            <Button key={mark} ref={mark === last ? opener : null} data-does={mark} onClick={() => begin(mark)} disabled={busy}>
              {TEXT.marks[mark]}
            </Button>
          ))}
          <Button look="quiet" data-does="sources" aria-expanded={shown} onClick={() => setShown(!shown)}>
            {shown ? TEXT.hide : TEXT.facts}
          </Button>
        </div>
      ) : (
        <MarkForm flag={flag} mark={marking} reasons={reasons} busy={busy} save={save} cancel={() => setMarking(null)} />
      )}
      {shown ? <Details flag={flag} state={state} drug={drug} words={words} /> : null}
    </>
  )
}

const Details = ({ flag, state, drug, words }: Pick<Props, 'flag' | 'state' | 'drug' | 'words'>) => (
  <div className={styles.details}>
    {flag.advice.length > 0 ? (
      <>
        <h4>{TEXT.advice}</h4>
        <ul>
          {flag.advice.map((sentence) => (
            <li key={sentence}>
              <Said>{sentence}</Said>
            </li>
          ))}
        </ul>
      </>
    ) : null}
    {drug ? <Basis drug={drug} flag={flag} /> : null}
    {drug && drug.findings.length > 0 ? <SourcesSideBySide drug={drug} words={words} /> : null}
    {drug && drug.gaps.length > 0 ? (
      <ul className={styles.gaps}>
        {drug.gaps.map((gap) => (
          <li key={`${gap.about} ${gap.because}`}>
            <Said>{`${gap.about}: ${gap.because}`}</Said>
          </li>
        ))}
      </ul>
    ) : null}
    {state && state.history.length > 0 ? (
      <>
        <h4>{TEXT.history}</h4>
        <History entries={state.history} />
      </>
    ) : null}
  </div>
)

/** Genotype, phenotype and the resources they were read from. */
const Basis = ({ drug, flag }: { readonly drug: DrugAssessment; readonly flag: ReviewFlag }) => {
  const bases = drug.findings.filter(({ id }) => flag.findings.includes(id)).flatMap(({ basis }) => basis)
  const lines = new Map(
    bases.map((basis) => [
      `${basis.gene} ${basis.genetic?.diplotype ?? ''} ${basis.key ?? ''}`,
      {
        words: [basis.gene, basis.genetic?.diplotype, basis.genetic?.phenotype?.term].filter(Boolean).join(' · '),
        today: basis.converted ? basis.clinical?.phenotype?.term : undefined,
        from: basis.facts.map(({ resource, date, source }) => [resource, date, source].filter(Boolean).join(', ')).join('; '),
      },
    ]),
  )
  if (lines.size === 0) return null
  return (
    <>
      <h4>{TEXT.basis}</h4>
      <ul>
        {[...lines].map(([key, line]) => (
          <li key={key}>
            {line.words}
            {line.today ? ` → ${line.today}` : ''} <span className={styles.from}>{line.from}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
