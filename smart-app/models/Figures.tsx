import type { ModelDetail } from '../../src/contract/models.ts'
import { type Column, DataTable } from '../ui/DataTable.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Calibration } from './Calibration.tsx'
import styles from './Figures.module.css'
import { Forest } from './Forest.tsx'
import { type DataSet, dataSets, figureWords, type GroupRow } from './figure-table.ts'
import { TEXT } from './texts.ts'

const columnsFor = ({ measures }: DataSet): Column<GroupRow>[] => [
  { key: 'group', title: TEXT.group, namesRow: true, cell: ({ group }) => group },
  { key: 'n', title: TEXT.people, align: 'end', cell: ({ n }) => (n === null ? '' : n.toLocaleString('en')) },
  ...measures.map(
    (measure): Column<GroupRow> => ({
      key: measure,
      title: measure,
      align: 'end',
      cell: ({ figures }) => figureWords(figures.get(measure)),
    }),
  ),
]

const Data = ({ set }: { readonly set: DataSet }) => (
  <Panel title={set.on} heading="h3">
    <div className={styles.plots}>
      <Forest set={set} />
      <Calibration set={set} />
    </div>
    <DataTable caption={set.on} rows={set.rows} rowKey={({ group }) => group} columns={columnsFor(set)} />
  </Panel>
)

/** How well the model did, for everyone and by group. */
export const Figures = ({ detail: { figures, training, summary } }: { readonly detail: ModelDetail }) => {
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
        <Data key={set.on} set={set} />
      ))}
    </>
  )
}
