import type { Assessment, DrugAssessment } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Button } from '../../../ui/Button.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import { Severity, SeverityShape } from '../../../ui/Severity.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { Said } from '../../words/Said.tsx'
import { drugSeverity, headOf } from '../../words/severity.ts'
import { panelState } from '../panel-state.ts'
import { DrugSection } from './DrugSection.tsx'
import { changedByOrder, type DrugInHand, drugsInHand } from './drugs-in-hand.ts'
import styles from './OrderPanel.module.css'
import { TEXT } from './texts.ts'

const anchorOf = (at: number): string => `drug-in-hand-${at}`

/** The order being written: action, reason, evidence. */
export default function OrderPanel({ profile, session: { context }, open }: ViewProps) {
  const { assessment, words } = profile
  const drugs = assessment === null ? [] : drugsInHand(assessment, context, words)
  if (assessment === null || drugs.length === 0) return <NoDrug profile={profile} context={context} open={open} assessment={assessment} />
  return (
    <>
      {drugs.length > 1 ? <InHand drugs={drugs} words={words} /> : null}
      {drugs.map(({ drug, order }, at) => (
        <div key={`${drug.ref} ${drug.drug.name}`} id={anchorOf(at)} tabIndex={-1}>
          <DrugSection drug={drug} order={order} words={words} open={open} />
        </div>
      ))}
      <Changed drugs={changedByOrder(assessment)} words={words} />
    </>
  )
}

/** More than one drug: each with its word and shape, and a way to it. */
const InHand = ({ drugs, words }: { readonly drugs: readonly DrugInHand[]; readonly words: PanelWords }) => (
  <ul className={`${styles.others} screen-only`} aria-label={TEXT.inHand}>
    {drugs.map(({ drug }, at) => {
      const { level, word } = drugSeverity(drug, words)
      return (
        <li key={`${drug.ref} ${drug.drug.name}`}>
          <button type="button" className={styles.jump} onClick={() => document.getElementById(anchorOf(at))?.focus()}>
            <SeverityShape level={level} size={14} />
            <strong>{drug.drug.name}</strong>
            <span>{word}</span>
          </button>
        </li>
      )
    })}
  </ul>
)

/** Medicines in use that act otherwise once the order is signed. */
const Changed = ({ drugs, words }: { readonly drugs: readonly DrugAssessment[]; readonly words: PanelWords }) =>
  drugs.length === 0 ? null : (
    <Panel title={TEXT.changed} lead={TEXT.changedLead}>
      <ul className={styles.changed}>
        {drugs.map((drug) => {
          const { level, word } = drugSeverity(drug, words)
          const head = headOf(drug, words)
          return (
            <li key={`${drug.ref} ${drug.drug.name}`} className={styles.change}>
              <span className={styles.bin}>
                <Severity level={level}>{word}</Severity>
                <strong>{head ? <Said>{head.headline}</Said> : drug.drug.name}</strong>
              </span>
              <span>{head ? <Said>{head.basis.join(' · ')}</Said> : null}</span>
              <span className={styles.note}>{TEXT.changedBy((drug.changedBy ?? []).map((one) => one.drug).join(', '))}</span>
            </li>
          )
        })}
      </ul>
    </Panel>
  )

/** Nothing in hand, or a drug that nobody knows: said with what follows from it, never an empty page. */
const NoDrug = ({
  profile,
  context,
  open,
  assessment,
}: Pick<ViewProps, 'profile' | 'open'> & { readonly context: ViewProps['session']['context']; readonly assessment: Assessment | null }) => {
  const named = context.drug?.text ?? context.drug?.rxcui ?? assessment?.orders[0]?.order.drug.text
  const unmapped = (assessment?.orders ?? []).flatMap((entry) => entry.gaps.map((gap) => gap.because))
  const words = named ? TEXT.unmatched(named) : TEXT.none
  const state = panelState(profile, assessment !== null, null, unmapped)
  if (assessment === null) return <Panel title={TEXT.title} state={state} />
  return (
    <Panel title={words} state={state}>
      <p>{named ? TEXT.unmatchedHint : TEXT.noneHint}</p>
      <p>
        <Button onClick={() => open('medicines')}>{TEXT.toMedicines}</Button>
      </p>
    </Panel>
  )
}
