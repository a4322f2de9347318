import type {
  FigureId,
  MonitoringReport,
  WatchDistribution,
  WatchedModel,
  WatchFigure,
  WatchThreshold,
} from '../../src/contract/monitoring.ts'
import { type Column, DataTable } from '../ui/DataTable.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Severity } from '../ui/Severity.tsx'
import { CallBars } from './CallBars.tsx'
import { Comparison } from './Comparison.tsx'
import { Distribution } from './Distribution.tsx'
import styles from './ModelWatch.module.css'
import { bySeriousness, LEVELS, percent, State, sayValue } from './states.tsx'
import { TEXT } from './texts.ts'

const interval = ({ figure, value, low, high }: WatchFigure): string =>
  value === null
    ? ''
    : `${sayValue(figure, value)}${low === undefined || high === undefined ? '' : ` (${sayValue(figure, low)} to ${sayValue(figure, high)})`}`

const PERFORMANCE: readonly FigureId[] = [
  'estimated-auroc',
  'estimated-brier',
  'auroc',
  'brier',
  'calibration-slope',
  'expected-observed',
  'mean-error',
  'mean-absolute-error',
]

/** Figures whose label says what they are. */
const SELF_SAID = new Set<FigureId>([...PERFORMANCE, 'coverage', 'abstention'])

const COLUMNS: readonly Column<WatchFigure>[] = [
  {
    key: 'figure',
    title: TEXT.figure,
    namesRow: true,
    cell: ({ figure, label }) => (SELF_SAID.has(figure) ? label : `${TEXT.figures[figure]}: ${label}`),
  },
  { key: 'state', title: TEXT.columns.state, cell: ({ state }) => <State state={state} /> },
  { key: 'value', title: TEXT.value, align: 'end', cell: interval },
  {
    key: 'was',
    title: TEXT.was,
    align: 'end',
    cell: ({ figure, reference }) => (figure === 'psi' || figure === 'score-psi' ? '' : sayValue(figure, reference)),
  },
  { key: 'because', title: TEXT.because, cell: ({ because }) => because },
]

const FigureTable = ({ title, rows }: { readonly title: string; readonly rows: readonly WatchFigure[] }) => (
  <DataTable caption={title} columns={COLUMNS} rows={rows} rowKey={({ figure, subject }) => `${figure} ${subject}`} />
)

const keep = (model: WatchedModel, ids: readonly FigureId[]): WatchFigure[] => model.figures.filter(({ figure }) => ids.includes(figure))

const RATES = ['missing', 'out-of-range', 'unit-unknown', 'stale', 'contradictory'] as const satisfies readonly FigureId[]

/** Small drawings side by side. */
const Drawings = ({
  model,
  drawn,
  figure,
  thresholds,
}: {
  readonly model: WatchedModel
  readonly drawn: readonly WatchDistribution[]
  readonly figure: FigureId
  readonly thresholds: readonly WatchThreshold[]
}) => (
  <div className={styles.multiples}>
    {drawn.map((one) => (
      <Distribution
        key={one.subject}
        drawn={one}
        figure={model.figures.find((own) => own.figure === figure && own.subject === one.subject)}
        threshold={thresholds.find((own) => own.figure === figure)}
      />
    ))}
  </div>
)

type RateRow = { readonly subject: string; readonly label: string; readonly figures: readonly WatchFigure[] }

const rateCell = (row: RateRow, id: FigureId) => {
  const one = row.figures.find(({ figure }) => figure === id)
  if (!one || (one.value === 0 && (one.reference ?? 0) === 0)) return ''
  return (
    <span className={styles.rate}>
      {one.state === 'act' || one.state === 'watch' ? (
        <Severity level={LEVELS[one.state]}>{percent(one.value ?? 0)}</Severity>
      ) : (
        percent(one.value ?? 0)
      )}
      {one.reference === null ? null : <span className={styles.was}>{percent(one.reference)}</span>}
    </span>
  )
}

const RATE_COLUMNS: readonly Column<RateRow>[] = [
  { key: 'input', title: TEXT.inputs, namesRow: true, cell: ({ label }) => label },
  ...RATES.map((id): Column<RateRow> => ({ key: id, title: TEXT.figures[id], align: 'end', cell: (row) => rateCell(row, id) })),
]

const rateRows = (model: WatchedModel): RateRow[] => {
  const rates = keep(model, RATES)
  const subjects = [...new Map(rates.map(({ subject, label }) => [subject, label]))]
  return subjects.map(([subject, label]) => ({ subject, label, figures: rates.filter((one) => one.subject === subject) }))
}

const List = ({ rows }: { readonly rows: readonly (readonly [string, number])[] }) => (
  <dl className={styles.counts}>
    {rows.map(([name, n]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{n.toLocaleString('en')}</dd>
      </div>
    ))}
  </dl>
)

const Counts = ({ calls }: Pick<WatchedModel, 'calls'>) => {
  const groups: readonly (readonly [string, readonly (readonly [string, number])[]])[] = [
    ['Where it was asked', calls.byPlace.map(({ place, n }) => [place, n] as const)],
    [
      'How it ended',
      [
        ['estimate', calls.estimated],
        ['refused', calls.refused],
        ['held back', calls.abstained],
        ['question did not arise', calls.notEligible],
      ],
    ],
    ['Why refused', calls.refusals.map(({ code, n }) => [code, n] as const)],
    ['Bands', calls.bands.map(({ band, n }) => [band, n] as const)],
    ['Ran on', calls.execution.map(({ provider, n }) => [provider, n] as const)],
    ['Time of the call', calls.latency.filter(({ n }) => n > 0).map(({ upTo, n }) => [upTo, n] as const)],
  ]
  return (
    <div className={styles.groups}>
      {groups
        .filter(([, rows]) => rows.some(([, n]) => n > 0))
        .map(([title, rows]) => (
          <section key={title}>
            <h3>{title}</h3>
            <List rows={rows.filter(([, n]) => n > 0)} />
          </section>
        ))}
    </div>
  )
}

const Standing = ({ standing }: Pick<WatchedModel, 'standing'>) => {
  if (standing.use === 'off') return <Notice level="caution" title={standing.because} />
  return standing.use === 'shadow' ? <Notice level="info" title={TEXT.shadowOf(standing.challengerOf)} /> : null
}

const isChanged = ({ state }: WatchFigure): boolean => state === 'act' || state === 'watch'

/** One model at one tenant: everything that is watched of it. */
export const ModelWatch = ({ model, report: { thresholds } }: { readonly model: WatchedModel; readonly report: MonitoringReport }) => {
  const changed = model.figures.filter(isChanged).sort(bySeriousness)
  const performance = keep(model, PERFORMANCE).filter(({ state }) => state !== 'not-applicable')
  const notExpected = keep(model, PERFORMANCE).find(({ state }) => state === 'not-applicable')
  const rates = rateRows(model)
  return (
    <>
      <header className={styles.head}>
        <a href="#/">{TEXT.all}</a>
        <div className={styles.title}>
          <h1>{model.name}</h1>
          <State state={model.state} />
        </div>
        <p className={styles.small}>
          {model.id} {model.version} · {model.tenant} · <a href={`/models/#/${model.id}`}>{TEXT.card}</a> ·{' '}
          {TEXT.reference(model.reference)}
        </p>
        <div className={styles.calls}>
          <CallBars trend={model.calls.trend} />
          <p>{TEXT.calls(model.calls.asked, model.calls.estimated)}</p>
        </div>
      </header>
      <Standing standing={model.standing} />
      <Panel title={TEXT.changed} state={changed.length > 0 ? { kind: 'ready' } : { kind: 'empty', text: TEXT.nothingChanged }}>
        <FigureTable title={TEXT.changed} rows={changed} />
      </Panel>
      {model.comparison ? <Comparison comparison={model.comparison} /> : null}
      {model.inputs.length > 0 ? (
        <Panel title={TEXT.inputs} lead={TEXT.inputsLead}>
          <Drawings model={model} drawn={model.inputs} figure="psi" thresholds={thresholds} />
        </Panel>
      ) : null}
      {model.scores.length > 0 ? (
        <Panel title={TEXT.scores}>
          <Drawings model={model} drawn={model.scores} figure="score-psi" thresholds={thresholds} />
        </Panel>
      ) : null}
      {rates.length > 0 ? (
        <Panel title={TEXT.rates} lead={TEXT.ratesLead}>
          <DataTable caption={TEXT.rates} columns={RATE_COLUMNS} rows={rates} rowKey={({ subject }) => subject} />
        </Panel>
      ) : null}
      {performance.length > 0 || notExpected ? (
        <Panel title={TEXT.performance} lead={TEXT.performanceLead}>
          {performance.length > 0 ? <FigureTable title={TEXT.performance} rows={performance} /> : <p>{TEXT.noOutcomes}</p>}
          {notExpected ? <p className={styles.small}>{TEXT.notExpected(notExpected.because)}</p> : null}
        </Panel>
      ) : null}
      <Panel title={TEXT.counts}>
        <Counts calls={model.calls} />
      </Panel>
      {model.switches.length > 0 ? (
        <Panel title={TEXT.switches}>
          <ul>
            {model.switches.map(({ at, tenant, use, by, because }) => (
              <li key={at}>
                {at.slice(0, 16).replace('T', ' ')}: {use}
                {tenant === null ? '' : ` (${tenant})`}, {by}: {because}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
    </>
  )
}
