import type { ReactNode } from 'react'
import { DataTable } from '../../../ui/DataTable.tsx'
import { KeyValue } from '../../../ui/KeyValue.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { momentWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import styles from './SourcesPanel.module.css'
import { TEXT } from './texts.ts'

const Earlier = ({ decisions }: { readonly decisions: ProfileState['decisions'] }) => (
  <ul className={styles.plain}>
    {decisions.map(({ id, at }) => (
      <li key={id}>
        <code className={styles.code}>{id}</code> {at === null ? null : momentWords(at)}
      </li>
    ))}
  </ul>
)

const lookUp = (words: Readonly<Record<string, string>>, name: string): string => words[name] ?? name

/** `rule clopidogrel CYP2C19 off` in words. */
const sayOne = (one: string): string => {
  const [kind = '', ...more] = one.split(' ')
  const use = more.pop() ?? ''
  return `${[lookUp(TEXT.kinds, kind), ...more].join(' ')}: ${lookUp(TEXT.uses, use)}`
}

/** What somebody has switched off, or lets run unseen, at this site. */
const Switched = ({ switches }: { readonly switches: readonly string[] }) =>
  switches.length === 0 ? (
    TEXT.nothingSwitched
  ) : (
    <ul className={styles.plain}>
      {switches.map((one) => (
        <li key={one}>{sayOne(one)}</li>
      ))}
    </ul>
  )

/** Which decision this is, what came before it in this session, and the versions and hashes that made it. */
export const Versions = ({
  profile,
  fhirServer,
  actions,
}: {
  readonly profile: ProfileState
  readonly fhirServer: string
  readonly actions: ReactNode
}) => {
  const { progress, facts, background, decisions } = profile
  const done = progress.kind === 'done' ? progress : null
  const earlier = decisions.filter(({ id }) => id !== done?.decision)
  const models = background === null || background === 'failed' ? [] : background.models
  return (
    <Panel title={TEXT.decision} actions={actions}>
      <KeyValue
        pairs={[
          { term: TEXT.server, value: <code className={styles.code}>{fhirServer}</code> },
          { term: TEXT.assessedAt, value: facts ? momentWords(facts.now) : TEXT.pending },
          { term: TEXT.decisionId, value: done ? <code className={styles.code}>{done.decision}</code> : TEXT.pending },
          ...(earlier.length > 0 ? [{ term: TEXT.earlier, value: <Earlier decisions={earlier} /> }] : []),
          { term: TEXT.attune, value: done?.versions.attune ?? TEXT.pending },
          { term: TEXT.rules, value: <code className={styles.code}>{done?.versions.rules ?? TEXT.pending}</code> },
          { term: TEXT.switched, value: done ? <Switched switches={done.switches} /> : TEXT.pending },
        ]}
      />
      {models.length > 0 ? (
        <details className={styles.fold}>
          <summary>
            {TEXT.modelsUsed} ({models.length})
          </summary>
          <DataTable
            caption={TEXT.modelsCaption}
            rows={models}
            rowKey={({ id }) => id}
            columns={[
              { key: 'name', title: TEXT.model, namesRow: true, cell: ({ name }) => <Said>{name}</Said> },
              { key: 'version', title: TEXT.version, cell: ({ version }) => version },
              { key: 'hash', title: TEXT.hash, cell: ({ sha256 }) => <code className={styles.code}>{sha256}</code> },
            ]}
          />
        </details>
      ) : null}
    </Panel>
  )
}
