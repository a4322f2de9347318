import type { Order } from '../../../../src/contract/facts.ts'
import type { DrugAssessment, Finding, GeneBasis } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { Said } from '../../words/Said.tsx'
import { headOf } from '../../words/severity.ts'
import { Alternatives } from './Alternatives.tsx'
import { Basis } from './Basis.tsx'
import { ClassTable } from './ClassTable.tsx'
import { Dose, dosesOf } from './Dose.tsx'
import styles from './DrugSection.module.css'
import { EvidenceLine } from './EvidenceLine.tsx'
import { Headline } from './Headline.tsx'
import { Moments } from './Moments.tsx'
import { SourcesSideBySide } from './SourcesSideBySide.tsx'
import { TestFirst } from './TestFirst.tsx'
import { TEXT } from './texts.ts'

/** The finding whose genes explain the headline; without a headline the first that speaks of this patient. */
const explaining = (drug: DrugAssessment, words: PanelWords): Finding | null => {
  const head = headOf(drug, words)
  const speaking = drug.findings.filter((finding) => finding.kind === 'guidance')
  return drug.findings.find((finding) => finding.id === head?.finding) ?? speaking[0] ?? null
}

/** The genes behind the headline; where results lead to different advice, each result that does. */
const basesOf = (drug: DrugAssessment, words: PanelWords, finding: Finding): readonly GeneBasis[] => {
  if (headOf(drug, words)?.concern !== 'conflict') return finding.basis
  const possible = drug.findings.flatMap(({ basis }) => basis.filter(({ state }) => state === 'candidate'))
  return [...new Map(possible.map((basis) => [`${basis.gene} ${basis.genetic?.diplotype ?? basis.key}`, basis])).values()]
}

/** Everything about one drug: what to do, the evidence line, why, what instead; below it what each of these rests on. */
export const DrugSection = ({
  drug,
  order,
  words,
  open,
}: {
  readonly drug: DrugAssessment
  readonly order: Order | null
  readonly words: PanelWords
  readonly open: (view: string) => void
}) => {
  const finding = explaining(drug, words)
  const hasDoses = dosesOf(drug, words).length > 0
  const besides = drug.alternatives.length > 0 || drug.testFirst !== null
  return (
    <div className={styles.section}>
      <div className={styles.lead}>
        <Headline drug={drug} order={order} words={words} finding={finding} />
        {drug.findings.length > 0 ? <EvidenceLine drug={drug} words={words} /> : null}
      </div>
      <div className={styles.columns}>
        {finding ? (
          <Panel title={TEXT.why}>
            <Basis finding={finding} bases={basesOf(drug, words, finding)} />
          </Panel>
        ) : null}
        {drug.testFirst ? <TestFirst test={drug.testFirst} /> : null}
        {drug.alternatives.length > 0 ? <Alternatives alternatives={drug.alternatives} /> : null}
        {besides || !hasDoses ? null : <Dose drug={drug} order={order} words={words} />}
        {besides || hasDoses || drug.gaps.length === 0 ? null : <Gaps drug={drug} />}
      </div>
      {besides ? <Dose drug={drug} order={order} words={words} /> : null}
      <Moments drug={drug} words={words} open={open} />
      {besides || hasDoses || drug.gaps.length === 0 ? <Gaps drug={drug} /> : null}
      {drug.findings.length > 0 ? <SourcesSideBySide drug={drug} words={words} /> : null}
      {drug.classmates ? <ClassTable comparison={drug.classmates} inHand={drug.drug.name} /> : null}
    </div>
  )
}

const Gaps = ({ drug }: { readonly drug: DrugAssessment }) => {
  const gaps = [...new Map(drug.gaps.map((gap) => [`${gap.about}: ${gap.because}`, gap])).values()]
  return (
    <Panel title={TEXT.gaps} state={gaps.length > 0 ? { kind: 'ready' } : { kind: 'empty', text: TEXT.noGaps }}>
      <ul className={styles.gaps}>
        {gaps.map((gap) => (
          <li key={`${gap.about} ${gap.because}`}>
            <Said>
              <strong>{gap.about}</strong>: {gap.because}
            </Said>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
