import type { MonitoringReport, WatchedModel } from '../../src/contract/monitoring.ts'
import { type Column, DataTable } from '../ui/DataTable.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Severity } from '../ui/Severity.tsx'
import { CallBars } from './CallBars.tsx'
import styles from './Overview.module.css'
import { bySeriousness, percent, State } from './states.tsx'
import { TEXT } from './texts.ts'

export const addressOf = ({ tenant, id }: WatchedModel): string => `#/${encodeURIComponent(tenant)}/${encodeURIComponent(id)}`

const isQuiet = ({ calls, figures, standing }: WatchedModel): boolean =>
  standing.use === 'on' && figures.length === 0 && calls.trend.every(({ asked }) => asked === 0)

const Use = ({ model: { standing } }: { readonly model: WatchedModel }) => {
  if (standing.use === 'on') return <span className={styles.small}>{TEXT.uses.on}</span>
  return standing.use === 'off' ? (
    <>
      <Severity level="caution">{TEXT.uses.off}</Severity>
      <p className={styles.small}>{standing.because}</p>
    </>
  ) : (
    <>
      <Severity level="info">{TEXT.uses.shadow}</Severity>
      {standing.challengerOf ? <p className={styles.small}>{standing.challengerOf}</p> : null}
    </>
  )
}

const MOST_WORDS = 3

/** The most serious changes in words; the page of the model has all of them. */
const Changes = ({ model }: { readonly model: WatchedModel }) => {
  const changed = model.figures.filter(({ state }) => state === 'act' || state === 'watch').sort(bySeriousness)
  return (
    <ul className={styles.changes}>
      {changed.slice(0, MOST_WORDS).map(({ figure, subject, label }) => (
        <li key={`${figure} ${subject}`}>
          {TEXT.figures[figure]}: {label}
        </li>
      ))}
      {changed.length > MOST_WORDS ? <li>{changed.length - MOST_WORDS} more</li> : null}
    </ul>
  )
}

const coverageOf = ({ figures }: WatchedModel): string => {
  const value = figures.find(({ figure }) => figure === 'coverage')?.value ?? null
  return value === null ? '' : percent(value)
}

const columnsFor = (tenants: number): readonly Column<WatchedModel>[] => [
  {
    key: 'model',
    title: TEXT.columns.model,
    namesRow: true,
    cell: (model) => (
      <>
        <a href={addressOf(model)}>{model.name}</a>
        <p className={styles.small}>{[model.id, model.version, ...(tenants > 1 ? [model.tenant] : [])].join(' · ')}</p>
      </>
    ),
  },
  { key: 'state', title: TEXT.columns.state, cell: ({ state }) => <State state={state} /> },
  { key: 'worst', title: TEXT.columns.worst, cell: (model) => (model.figures.some(isChanged) ? <Changes model={model} /> : '') },
  { key: 'calls', title: TEXT.columns.calls, cell: ({ calls: { trend } }) => <CallBars trend={trend} /> },
  { key: 'coverage', title: TEXT.columns.coverage, align: 'end', cell: coverageOf },
  { key: 'use', title: TEXT.columns.use, cell: (model) => <Use model={model} /> },
]

const isChanged = ({ state }: { readonly state: string }): boolean => state === 'act' || state === 'watch'

/** All models, the most serious first. */
export const Overview = ({ report: { models } }: { readonly report: MonitoringReport }) => {
  const asked = models.filter((model) => !isQuiet(model)).sort(bySeriousness)
  const quiet = [...new Set(models.filter(isQuiet).map(({ name }) => name))].sort()
  const tenants = new Set(models.map(({ tenant }) => tenant)).size
  return (
    <>
      <Panel title={TEXT.models} state={asked.length > 0 ? { kind: 'ready' } : { kind: 'empty', text: TEXT.nobody }}>
        <DataTable caption={TEXT.models} columns={columnsFor(tenants)} rows={asked} rowKey={addressOf} />
      </Panel>
      {quiet.length > 0 ? (
        <Panel title={TEXT.quiet}>
          <p className={styles.quiet}>{quiet.join('; ')}</p>
        </Panel>
      ) : null}
    </>
  )
}
