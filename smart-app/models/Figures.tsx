import type { ModelDetail, ModelFigure } from '../../src/contract/models.ts'
import { type Column, DataTable } from '../ui/DataTable.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Calibration } from './Calibration.tsx'
import styles from './Figures.module.css'
import { Forest } from './Forest.tsx'
import { type DataSet, dataSets, type GroupRow, intervalWords, shortNumber } from './figure-table.ts'
import { TEXT } from './texts.ts'

const Figure = ({ figure }: { readonly figure: ModelFigure | undefined }) =>
  figure ? (
    <>
      {shortNumber(figure.value)}
      {figure.low === null || figure.high === null ? null : <p className={styles.interval}>{intervalWords(figure.low, figure.high)}</p>}
    </>
  ) : null

const columnsFor = ({ measures }: DataSet): Column<GroupRow>[] => [
  { key: 'group', title: TEXT.group, namesRow: true, cell: ({ group }) => group },
  { key: 'n', title: TEXT.people, align: 'end', cell: ({ n }) => (n === null ? '' : n.toLocaleString('en')) },
  ...measures.map(
    (measure): Column<GroupRow> => ({
      key: measure,
      title: measure,
      align: 'end',
      cell: ({ figures }) => <Figure figure={figures.get(measure)} />,
    }),
  ),
]

type Rest = Pick<ModelDetail, 'withheld' | 'calibration'>

const Data = ({ set, rest }: { readonly set: DataSet; readonly rest: Rest }) => (
  <Panel title={set.on} heading="h3">
    <div className={styles.plots}>
      <Forest set={set} />
      <Calibration set={set} points={rest.calibration} />
    </div>
    <DataTable caption={set.on} rows={set.rows} rowKey={({ group }) => group} columns={columnsFor(set)} />
    <Withheld groups={rest.withheld.filter(({ on }) => on === set.on)} />
  </Panel>
)

const Withheld = ({ groups }: { readonly groups: Rest['withheld'] }) =>
  groups.length === 0 ? null : (
    <Notice level="unknown" title={TEXT.withheld}>
      <ul>
        {groups.map(({ group, n, because }) => (
          <li key={group}>
            {group} ({n.toLocaleString('en')}): {because}
          </li>
        ))}
      </ul>
    </Notice>
  )

/** How well the model did, for everyone and by group. */
export const Figures = ({ detail: { figures, withheld, calibration, training, summary } }: { readonly detail: ModelDetail }) => {
  const learned = training !== null || ['trees', 'network'].includes(summary.kind)
  const sets = dataSets(figures)
  return (
    <>
      <Panel
        title={TEXT.tabs.figures}
        lead={sets.length > 0 ? TEXT.figuresLead : ''}
        state={sets.length > 0 ? { kind: 'ready' } : { kind: 'empty', text: learned ? TEXT.noFiguresLearned : TEXT.noFigures }}
      />
      {sets.map((set) => (
        <Data key={set.on} set={set} rest={{ withheld, calibration: sets.length === 1 ? calibration : [] }} />
      ))}
    </>
  )
}
