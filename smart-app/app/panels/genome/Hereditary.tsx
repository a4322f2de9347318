import type { HereditaryFinding, VariantName, VariantStatement } from '../../../../src/contract/variants.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { type Level, Severity } from '../../../ui/Severity.tsx'
import { own } from '../../words/own.ts'
import { Said } from '../../words/Said.tsx'
import styles from './genome.module.css'
import { Origin } from './Origin.tsx'
import { TEXT } from './texts.ts'

const T = TEXT.hereditary

/** Uncertain, conflicting and unclassified never look like a finding to act on, nor like an all-clear. */
const LEVELS: { readonly [standing in HereditaryFinding['standing']]: Level } = {
  pathogenic: 'warning',
  'likely-pathogenic': 'warning',
  conflicting: 'caution',
  uncertain: 'unknown',
  'not-classified': 'unknown',
  'not-usable': 'none',
  'likely-benign': 'none',
  benign: 'none',
}

/** `NM_000059.4:c.5946del` in its parts: the change is what people read, the sequence says on what it was counted. */
const split = (name: string): { readonly change: string; readonly sequence: string | null } => {
  const at = name.indexOf(':')
  return at < 0 ? { change: name, sequence: null } : { change: name.slice(at + 1), sequence: name.slice(0, at) }
}

export const VariantNames = ({ gene, variant }: { readonly gene: string | null; readonly variant: VariantName }) => {
  const main = [variant.coding, variant.protein].filter((name) => name !== undefined)
  const names = (main.length > 0 ? main : [variant.genomic ?? variant.shown]).filter((name) => name !== '').map(split)
  const rest = [...names.map(({ sequence }) => sequence), ...variant.ids.map(({ code }) => code)]
  const others = [...new Set(rest.filter((name) => name !== null))].filter((name) => !names.some(({ change }) => change === name))
  return (
    <>
      <span className={styles.geneName}>{gene ?? T.geneMissing}</span>
      {names.length === 0 ? <span className={styles.note}>{T.unnamed}</span> : null}
      {names.map(({ change }) => (
        <span key={change} className={styles.hgvs}>
          {change}
        </span>
      ))}
      {others.length > 0 ? <span className={styles.ids}>{others.join(', ')}</span> : null}
    </>
  )
}

const Class = ({ finding }: { readonly finding: HereditaryFinding }) => (
  <>
    <Severity level={LEVELS[finding.standing]}>{T.classes[finding.standing]}</Severity>
    {T.notes[finding.standing] ? <span className={styles.note}>{T.notes[finding.standing]}</span> : null}
    {finding.origin === 'not-stated' ? <span className={styles.note}>{T.originMissing}</span> : null}
  </>
)

/** The statement that speaks for the finding: the newest that stands, else the newest. */
const leading = ({ statements }: HereditaryFinding): VariantStatement | undefined =>
  statements.find(({ use }) => use === 'stands') ?? statements[0]

const Condition = ({ finding }: { readonly finding: HereditaryFinding }) => {
  const statement = leading(finding)
  const { secondary, statements } = finding
  const conditions = [...new Set(statements.flatMap(({ use, condition }) => (use === 'stands' && condition !== null ? [condition] : [])))]
  return (
    <>
      <span>{conditions.length > 0 ? <Said>{conditions.join('; ')}</Said> : T.conditionMissing}</span>
      <span className={styles.note}>{statement?.inheritance ? <Said>{statement.inheritance}</Said> : T.inheritanceMissing}</span>
      {secondary ? (
        <span className={styles.note}>
          {T.list(secondary.list.version)}: <Said>{secondary.condition}</Said>, {T.listInheritance[secondary.inheritance]}
        </span>
      ) : null}
    </>
  )
}

const significanceWords = ({ significance }: VariantStatement): string =>
  significance === null ? T.noClass : significance.class === null ? significance.text : T.classes[significance.class]

const Statement = ({ statement }: { readonly statement: VariantStatement }) => (
  <li className={statement.use === 'stands' ? undefined : styles.replaced}>
    <strong>{significanceWords(statement)}</strong>, {T.presences[statement.presence]}: {T.uses[statement.use]}
    {statement.because ? (
      <span className={styles.note}>
        <Said>{statement.because}</Said>
      </span>
    ) : null}
    {statement.condition ? (
      <span className={styles.note}>
        <Said>{statement.condition}</Said>
      </span>
    ) : null}
    <Origin lineage={statement.lineage} method={statement.method} />
    {statement.notes.map((note) => (
      <span key={note} className={styles.note}>
        <Said>{note}</Said>
      </span>
    ))}
  </li>
)

const Source = ({ finding }: { readonly finding: HereditaryFinding }) => {
  const statement = leading(finding)
  const differ = finding.standing === 'conflicting'
  return (
    <>
      {statement && !differ ? <Origin lineage={statement.lineage} method={statement.method} /> : null}
      <details className={styles.fold} open={differ}>
        <summary>{T.statements(finding.statements.length)}</summary>
        <ul className={styles.statements}>
          {finding.statements.map((one) => (
            <Statement key={one.ref} statement={one} />
          ))}
        </ul>
      </details>
    </>
  )
}

const Variant = ({ finding: { gene, variant, zygosity } }: { readonly finding: HereditaryFinding }) => (
  <>
    <VariantNames gene={gene} variant={variant} />
    <span className={styles.ids}>
      {T.zygosity}: {zygosity === null ? T.zygosityMissing : (own(T.zygosities, zygosity) ?? zygosity)}
    </span>
  </>
)

const Findings = ({ findings }: { readonly findings: readonly HereditaryFinding[] }) => (
  <DataTable
    caption={T.caption}
    rows={findings}
    rowKey={({ id }) => id}
    columns={[
      {
        key: 'variant',
        title: T.variant,
        namesRow: true,
        cell: (finding) => <Variant finding={finding} />,
      },
      { key: 'class', title: T.class, cell: (finding) => <Class finding={finding} /> },
      { key: 'condition', title: T.condition, cell: (finding) => <Condition finding={finding} /> },
      { key: 'source', title: T.source, cell: (finding) => <Source finding={finding} /> },
    ]}
  />
)

const isBenign = ({ standing }: HereditaryFinding): boolean => standing === 'benign' || standing === 'likely-benign'

/** What the patient was born with, the serious first; benign variants are folded away. */
export const Hereditary = ({ findings }: { readonly findings: readonly HereditaryFinding[] }) => {
  const benign = findings.filter(isBenign)
  const others = findings.filter((finding) => !isBenign(finding))
  return (
    <>
      {others.length > 0 ? <Findings findings={others} /> : null}
      {benign.length > 0 ? (
        <details className={styles.fold}>
          <summary>{T.benign(benign.length)}</summary>
          <Findings findings={benign} />
        </details>
      ) : null}
    </>
  )
}
