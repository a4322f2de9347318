import type { DrugAssessment, Finding, GuidanceSource } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { TEXT } from '../../text.ts'
import { dateWords } from '../../words/dates.ts'
import { findingSeverity, headOf } from '../../words/severity.ts'
import styles from './SourcesSideBySide.module.css'

const SOURCES: readonly GuidanceSource[] = ['CPIC', 'DPWG', 'FDA']

/** No source could be asked properly, so none of them is silent. */
const isBlind = (drug: DrugAssessment, words: PanelWords): boolean => {
  const concern = headOf(drug, words)?.concern
  return drug.state === 'not-assessed' || concern === 'not-assessed' || concern === 'test-first'
}

/** What each source says, kept apart; a source that is silent has its column too. */
export const SourcesSideBySide = ({ drug, words }: { readonly drug: DrugAssessment; readonly words: PanelWords }) => (
  <Panel title={TEXT.order.sources} lead={drug.disagreement ? `${TEXT.order.differ}: ${drug.disagreement}` : undefined}>
    <div className={styles.columns}>
      {SOURCES.map((source) => (
        <section key={source} className={styles.column} aria-label={TEXT.order.sourceNames[source]}>
          <h3>{TEXT.order.sourceNames[source]}</h3>
          <Column
            findings={drug.findings.filter((finding) => finding.source === source)}
            words={words}
            silent={isBlind(drug, words) ? TEXT.order.notApplied : TEXT.order.noFinding}
          />
        </section>
      ))}
    </div>
  </Panel>
)

const Column = ({
  findings,
  words,
  silent,
}: {
  readonly findings: readonly Finding[]
  readonly words: PanelWords
  readonly silent: string
}) =>
  findings.length === 0 ? (
    <p className={styles.note}>{silent}</p>
  ) : (
    <ul className={styles.findings}>
      {findings.map((finding) => (
        <li key={finding.id}>
          <OneFinding finding={finding} sentences={words.sentences[finding.id] ?? []} />
        </li>
      ))}
    </ul>
  )

const keysOf = (finding: Finding): string =>
  finding.basis.map((basis) => [basis.gene, basis.key].filter(Boolean).join(' ')).join(' + ') || finding.genes.join(' + ')

/** The FDA has sections of its table and labels, not grades. */
const strengthWords = ({ source, strength }: Finding): string => {
  if (strength === null) return TEXT.order.noStrength
  return `${source === 'FDA' ? TEXT.order.section : TEXT.order.strength}: ${strength}`
}

const OneFinding = ({ finding, sentences }: { readonly finding: Finding; readonly sentences: readonly string[] }) => {
  const severity = findingSeverity(finding)
  const href = safeHref(finding.guideline.url)
  return (
    <div className={styles.finding}>
      <Severity level={severity.level}>{severity.word}</Severity>
      <p className={styles.keys}>{keysOf(finding)}</p>
      {finding.population?.state === 'undecided' ? (
        <p>
          <strong>{TEXT.order.onlyIf(finding.population.label)}.</strong> {TEXT.order.undecided(finding.population.because)}
        </p>
      ) : null}
      {finding.kind === 'listed' ? <p>{TEXT.order.listed}</p> : null}
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p className={styles.note}>
        {[strengthWords(finding), finding.guideline.year, TEXT.order.asOf(dateWords(finding.guideline.asOf))].filter(Boolean).join(' · ')}
      </p>
      {href ? (
        <a href={href} target="_blank" rel="noopener noreferrer" className="screen-only">
          {TEXT.order.open(finding.source)}
        </a>
      ) : null}
    </div>
  )
}
