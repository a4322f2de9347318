import type { Order } from '../../../../src/contract/facts.ts'
import type { DrugAssessment, Finding } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import { numberWords } from '../../words/values.ts'
import { saidActions } from './evidence.ts'
import styles from './OrderPanel.module.css'
import { TEXT } from './texts.ts'

type Row = { readonly key: string; readonly finding: Finding; readonly says: string; readonly atHand: Finding['actions'][number]['atHand'] }

/** What sources say about amounts: actions with a value of their own, or that were held against the order. */
export const dosesOf = (drug: DrugAssessment, words: PanelWords): Row[] =>
  drug.findings.flatMap((finding) =>
    saidActions(finding, words)
      .filter(({ action }) => action.value !== undefined || action.atHand !== undefined)
      .map(({ action, says }) => ({ key: `${finding.id} ${says}`, finding, says, atHand: action.atHand })),
  )

const AtHand = ({ row: { atHand, finding } }: { readonly row: Row }) => {
  const { atOrder } = finding
  if (atHand)
    return (
      <>
        <Severity level={atHand.state === 'over' ? 'warning' : 'ok'}>{atHand.state === 'over' ? TEXT.over : TEXT.within}</Severity>{' '}
        <Said>{atHand.because}</Said>
      </>
    )
  if (!atOrder) return <span className={styles.note}>{TEXT.notCompared}</span>
  const { basis, mgPerDose, timesPerDay, product } = atOrder
  return (
    <>
      {TEXT.atOrder(numberWords(mgPerDose), timesPerDay, product.display, product.count)}{' '}
      <span className={styles.note}>
        ({basis.kind === 'share' ? TEXT.ofOrdered(numberWords(basis.percent)) : TEXT.perDay(numberWords(basis.mgPerDay))})
      </span>
    </>
  )
}

const orderedWords = (order: Order | null): string =>
  [order?.dose.text, order?.dose.mgPerDay ? TEXT.perDay(numberWords(order.dose.mgPerDay)) : null].filter(Boolean).join(' · ')

/** The doses and limits that sources give for this patient, each held against the order where it has a dose. */
export const Dose = ({
  drug,
  order,
  words,
}: {
  readonly drug: DrugAssessment
  readonly order: Order | null
  readonly words: PanelWords
}) => {
  const rows = dosesOf(drug, words)
  if (rows.length === 0) return null
  const ordered = orderedWords(order)
  return (
    <Panel title={TEXT.dose} lead={ordered === '' ? TEXT.doseUnknown : `${TEXT.doseOrdered}: ${ordered}`}>
      <DataTable
        caption={TEXT.doseCaption}
        rows={rows}
        rowKey={({ key }) => key}
        columns={[
          {
            key: 'says',
            title: TEXT.doseSays,
            namesRow: true,
            cell: ({ says }) => <Said>{says}</Said>,
          },
          { key: 'at', title: TEXT.doseAgainst, cell: (row) => <AtHand row={row} /> },
          {
            key: 'source',
            title: TEXT.source,
            cell: ({ finding }) => [finding.source, finding.guideline.year].filter(Boolean).join(' '),
          },
        ]}
      />
    </Panel>
  )
}
