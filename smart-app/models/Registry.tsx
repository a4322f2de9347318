import { useState } from 'react'
import type { ModelSummary, ServedModel } from '../../src/contract/models.ts'
import { type Column, DataTable } from '../ui/DataTable.tsx'
import { Panel, type PanelState } from '../ui/Panel.tsx'
import { Severity } from '../ui/Severity.tsx'
import styles from './Registry.module.css'
import { type Read, useModels } from './read-models.ts'
import { kindWords, State, Verified } from './standing.tsx'
import { TEXT } from './texts.ts'

const wordsOf = (model: ModelSummary): string =>
  (model.state === 'serving'
    ? [model.id, model.name, model.title, model.kind, ...model.questions, ...model.drugs]
    : [model.id, model.because]
  )
    .join(' ')
    .toLowerCase()

const served = <T,>(model: ModelSummary, make: (model: ServedModel) => T): T | null => (model.state === 'serving' ? make(model) : null)

const Name = ({ model }: { readonly model: ModelSummary }) =>
  model.state === 'serving' ? (
    <>
      <a href={`#/${model.id}`}>{model.name}</a>
      <p className={styles.kind}>
        {model.title} · {kindWords(model.kind)}, {TEXT.standing[model.standing]}
      </p>
    </>
  ) : (
    model.id
  )

const Answers = ({ model }: { readonly model: ServedModel }) => (
  <>
    <p>{model.questions.join('; ')}</p>
    {model.drugs.length > 0 ? <p className={styles.kind}>{TEXT.when(model.drugs)}</p> : null}
  </>
)

const Standing = ({ model }: { readonly model: ModelSummary }) =>
  model.state === 'serving' ? (
    <>
      <span className={styles.whole}>
        <State model={model} />
      </span>
      <p className={styles.kind}>{[model.execution.toUpperCase(), model.fallback ?? ''].filter((words) => words !== '').join(': ')}</p>
    </>
  ) : (
    <span className={styles.whole}>
      <Severity level="critical">{TEXT.states.notServed}</Severity>
    </span>
  )

const COLUMNS: readonly Column<ModelSummary>[] = [
  { key: 'model', title: TEXT.columns.model, namesRow: true, cell: (model) => <Name model={model} /> },
  {
    key: 'answers',
    title: TEXT.columns.answers,
    cell: (model) => (model.state === 'serving' ? <Answers model={model} /> : model.because),
  },
  { key: 'checked', title: TEXT.columns.checked, cell: (model) => served(model, ({ verified }) => <Verified verified={verified} />) },
  { key: 'state', title: TEXT.columns.state, cell: (model) => <Standing model={model} /> },
  {
    key: 'vectors',
    title: TEXT.columns.vectors,
    align: 'end',
    cell: (model) => served(model, ({ vectors }) => <span className={styles.whole}>{TEXT.vectors(vectors.passed, vectors.of)}</span>),
  },
  { key: 'version', title: TEXT.columns.version, align: 'end', cell: (model) => served(model, ({ version }) => version) },
]

export const stateOf = (read: Read<unknown>): PanelState => {
  switch (read.state) {
    case 'loading':
      return { kind: 'loading', text: TEXT.loading }
    case 'failed':
      return { kind: 'error', text: TEXT.failed }
    case 'none':
      return { kind: 'empty', text: TEXT.none }
    case 'ready':
      return { kind: 'ready' }
  }
}

/** All models, served or not. */
export const Registry = () => {
  const read = useModels()
  const [asked, setAsked] = useState('')
  const models = read.state === 'ready' ? read.value : []
  const wanted = asked.toLowerCase().split(/\s+/)
  const rows = models.filter((model) => wanted.every((word) => wordsOf(model).includes(word)))
  return (
    <Panel
      title={TEXT.counts(models.length, models.filter(({ state }) => state === 'serving').length)}
      state={stateOf(read)}
      actions={
        <label className={styles.filter}>
          <span>{TEXT.filter}</span>
          <input type="search" value={asked} onChange={(event) => setAsked(event.target.value)} />
        </label>
      }
    >
      {rows.length === 0 ? (
        <p role="status">{TEXT.noMatch}</p>
      ) : (
        <DataTable caption={TEXT.caption} columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
      )}
    </Panel>
  )
}
