import type { Order } from '../../../../src/contract/facts.ts'
import type { DrugAssessment, Finding, GeneBasis } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { TEXT } from '../../text.ts'
import { headOf } from '../../words/severity.ts'
import { EstimateCard } from '../risks/EstimateCard.tsx'
import { Alternatives } from './Alternatives.tsx'
import { Basis } from './Basis.tsx'
import styles from './DrugSection.module.css'
import { Headline } from './Headline.tsx'
import { SourcesSideBySide } from './SourcesSideBySide.tsx'
import { TestFirst } from './TestFirst.tsx'

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

/** Everything about one drug: action first, then phenotype, evidence, and what was not assessed. */
export const DrugSection = ({
  drug,
  order,
  words,
}: {
  readonly drug: DrugAssessment
  readonly order: Order | null
  readonly words: PanelWords
}) => {
  const finding = explaining(drug, words)
  const gaps = [...new Set(drug.gaps.map((gap) => `${gap.about}: ${gap.because}`))]
  return (
    <div className={styles.section}>
      <Headline drug={drug} order={order} words={words} finding={finding} />
      <div className={styles.columns}>
        {finding ? (
          <Panel title={TEXT.order.why}>
            <Basis finding={finding} bases={basesOf(drug, words, finding)} />
          </Panel>
        ) : null}
        {drug.testFirst ? <TestFirst test={drug.testFirst} /> : null}
        {drug.alternatives.length > 0 ? <Alternatives alternatives={drug.alternatives} /> : null}
      </div>
      {drug.findings.length > 0 ? <SourcesSideBySide drug={drug} words={words} /> : null}
      {drug.estimates.map((estimate) => (
        <EstimateCard key={`${estimate.model.id} ${estimate.title}`} estimate={estimate} />
      ))}
      <Panel title={TEXT.order.gaps} state={gaps.length > 0 ? { kind: 'ready' } : { kind: 'empty', text: TEXT.order.noGaps }}>
        <ul>
          {gaps.map((gap) => (
            <li key={gap}>{gap}</li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}
