import type { DrugAssessment, Finding, GuidanceSource, LabelPlace } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { SeverityShape } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import { findingSeverity } from '../../words/severity.ts'
import styles from './EvidenceLine.module.css'
import { isBlind, SOURCES } from './evidence.ts'
import { TEXT } from './texts.ts'

/** What each source comes down to, in one row: the first screen shows whether they agree. */
export const EvidenceLine = ({ drug, words }: { readonly drug: DrugAssessment; readonly words: PanelWords }) => (
  <div className={styles.line}>
    <ul className={styles.sources} aria-label={TEXT.evidence}>
      {SOURCES.map((source) => (
        <li key={source} className={styles.source}>
          <Cell source={source} findings={drug.findings.filter((one) => one.source === source)} blind={isBlind(drug, words)} />
        </li>
      ))}
    </ul>
    {drug.disagreement ? (
      <p className={styles.differ}>
        <strong>{TEXT.differ}:</strong> <Said>{drug.disagreement}</Said>
      </p>
    ) : null}
  </div>
)

/** The FDA grades nothing: what stands in its place is the section of its table. */
const Strength = ({ finding: { source, strength } }: { readonly finding: Finding }) =>
  strength === null ? (
    TEXT.noStrength
  ) : (
    <>
      {source === 'FDA' ? `${TEXT.section}: ` : ''}
      <Said>{strength}</Said>
    </>
  )

/** A boxed warning is told on the first screen whichever row of the source it stands in. */
const labelOf = (findings: readonly Finding[]): LabelPlace[] => [...new Set(findings.flatMap(({ label = [] }) => label))]

const Cell = ({
  source,
  findings,
  blind,
}: {
  readonly source: GuidanceSource
  readonly findings: readonly Finding[]
  readonly blind: boolean
}) => {
  const [finding] = findings
  if (!finding)
    return (
      <>
        <strong className={styles.name}>{source}</strong>
        <span className={styles.quiet}>{blind ? TEXT.notAppliedShort : TEXT.noFindingShort}</span>
      </>
    )
  const { level, word } = findingSeverity(finding)
  const { year, url } = finding.guideline
  const href = safeHref(url)
  const name = [source, year].filter(Boolean).join(' ')
  return (
    <>
      {href ? (
        <a href={href} target="_blank" rel="noopener noreferrer" className={styles.name}>
          {name}
        </a>
      ) : (
        <strong className={styles.name}>{name}</strong>
      )}
      <span className={styles.says}>
        <SeverityShape level={level} size={14} /> {word}
      </span>
      {labelOf(findings).map((place) => (
        <span key={place} className={styles.label}>
          {TEXT.labelPlaces[place]}
        </span>
      ))}
      <span className={styles.quiet}>
        {finding.population?.state === 'undecided' ? <Said>{TEXT.onlyIf(finding.population.label)}</Said> : <Strength finding={finding} />}
      </span>
    </>
  )
}
