import type { DrugFate, Explained, RowConsidered } from '../../src/contract/explained.ts'
import { type Column, DataTable } from '../ui/DataTable.tsx'
import styles from './ConsideredView.module.css'
import { FATE_WORDS, OUTCOME_WORDS, TEXTS } from './texts.ts'

const COLUMNS: readonly Column<RowConsidered>[] = [
  { key: 'row', title: 'Rule row', namesRow: true, cell: ({ row }) => <code className={styles.row}>{row}</code> },
  { key: 'source', title: 'Source', cell: ({ source, year }) => [source, year].filter(Boolean).join(' ') },
  { key: 'strength', title: 'Strength', cell: ({ strength }) => strength ?? '' },
  {
    key: 'outcome',
    title: 'Applies?',
    cell: ({ outcome }) => <span className={outcome === 'fired' ? styles.fired : undefined}>{OUTCOME_WORDS[outcome]}</span>,
  },
  { key: 'because', title: 'Because', cell: ({ because }) => because },
]

const fateWords = (fate: DrugFate): string =>
  fate.shown === 'silent' ? `${FATE_WORDS.silent}: ${fate.because} (${fate.code})` : FATE_WORDS[fate.shown]

const title = ({ drug, text }: Explained): string => (drug === null ? `${text} (${TEXTS.noKnownDrug})` : drug)

/** One drug: what became of it in one line; opened, every rule row with its reason. */
const Drug = ({ explained }: { readonly explained: Explained }) => {
  const { rows, fate } = explained
  const fired = rows.filter(({ outcome }) => outcome === 'fired').length
  return (
    <details className={styles.drug}>
      <summary>
        <strong>{title(explained)}</strong>, {explained.ref}: {fateWords(fate)}.{' '}
        {rows.length > 0 ? `${fired} of ${rows.length} rule rows apply.` : TEXTS.noRows}
      </summary>
      {rows.length > 0 ? (
        <DataTable
          caption={`${TEXTS.considered}: ${title(explained)}`}
          columns={COLUMNS}
          rows={rows}
          rowKey={({ kind, row }) => `${kind} ${row}`}
        />
      ) : null}
    </details>
  )
}

/** More drugs than this are a flood of orders; the first tell enough. */
const MOST = 50

/** What was looked at for each order and medicine, so that an integrator sees why something did not fire. */
export const ConsideredView = ({ considered }: { readonly considered: readonly Explained[] }) =>
  considered.length === 0 ? null : (
    <section>
      <h3>{TEXTS.considered}</h3>
      {considered.slice(0, MOST).map((explained) => (
        <Drug key={`${explained.ref} ${explained.drug}`} explained={explained} />
      ))}
      {considered.length > MOST ? <p>{`${considered.length - MOST} ${TEXTS.moreDrugs}`}</p> : null}
    </section>
  )
