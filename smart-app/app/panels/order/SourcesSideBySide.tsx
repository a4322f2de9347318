import type { DrugAssessment, Finding } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { dateWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import { findingSeverity } from '../../words/severity.ts'
import { isBlind, SOURCES } from './evidence.ts'
import styles from './SourcesSideBySide.module.css'
import { TEXT } from './texts.ts'

/** What each source says, kept apart; a source that is silent has its column too. */
export const SourcesSideBySide = ({ drug, words }: { readonly drug: DrugAssessment; readonly words: PanelWords }) => (
  <Panel
    title={TEXT.sources}
    lead={
      drug.disagreement ? (
        <>
          {TEXT.differ}: <Said>{drug.disagreement}</Said>
        </>
      ) : undefined
    }
  >
    <div className={styles.columns}>
      {SOURCES.map((source) => (
        <section key={source} className={styles.column} aria-label={TEXT.sourceNames[source]}>
          <h3>{TEXT.sourceNames[source]}</h3>
          <Column
            findings={drug.findings.filter((finding) => finding.source === source)}
            words={words}
            silent={isBlind(drug, words) ? TEXT.notApplied : TEXT.noFinding}
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
const Strength = ({ finding: { source, strength } }: { readonly finding: Finding }) =>
  strength === null ? (
    TEXT.noStrength
  ) : (
    <>
      {source === 'FDA' ? TEXT.section : TEXT.strength}: <Said>{strength}</Said>
    </>
  )

/** Where a label says this: what stands in its boxed warning is never left in small print. */
const LabelPlaces = ({ finding: { label = [] } }: { readonly finding: Finding }) =>
  label.length === 0 ? null : (
    <p className={styles.label}>
      {TEXT.label}: {label.map((place) => TEXT.labelPlaces[place]).join(', ')}
    </p>
  )

const OneFinding = ({ finding, sentences }: { readonly finding: Finding; readonly sentences: readonly string[] }) => {
  const severity = findingSeverity(finding)
  const href = safeHref(finding.guideline.url)
  return (
    <div className={styles.finding}>
      <Severity level={severity.level}>{severity.word}</Severity>
      <p className={styles.keys}>{keysOf(finding)}</p>
      <LabelPlaces finding={finding} />
      {finding.population?.state === 'undecided' ? (
        <p>
          <Said>
            <strong>{TEXT.onlyIf(finding.population.label)}.</strong> {TEXT.undecided(finding.population.because)}
          </Said>
        </p>
      ) : null}
      {finding.kind === 'listed' ? <p>{TEXT.listed}</p> : null}
      {sentences.map((sentence) => (
        <p key={sentence}>
          <Said>{sentence}</Said>
        </p>
      ))}
      <p className={styles.note}>
        <Strength finding={finding} />
        {` · ${[finding.guideline.year, TEXT.asOf(dateWords(finding.guideline.asOf))].filter(Boolean).join(' · ')}`}
      </p>
      <p className={styles.note}>
        {TEXT.rowId} <code>{finding.row}</code>
      </p>
      {href ? (
        <a href={href} target="_blank" rel="noopener noreferrer" className={`${styles.link} screen-only`}>
          {TEXT.open(finding.source)}
        </a>
      ) : null}
    </div>
  )
}
