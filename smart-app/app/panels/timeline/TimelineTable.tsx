import { useState } from 'react'
import { Button } from '../../../ui/Button.tsx'
import { DataTable } from '../../../ui/DataTable.tsx'
import type { Item, Lane, Undated } from './items.ts'
import { within } from './items.ts'
import styles from './TimelinePanel.module.css'
import { TEXT } from './texts.ts'
import type { Span } from './window.ts'

const PAGE = 200

type Row = { readonly lane: Lane; readonly item: Item }

/** Everything of the shown lanes in the window, newest first: the same entries as in the picture. */
export const rowsIn = (lanes: readonly Lane[], { from, to }: Span): readonly Row[] =>
  lanes.flatMap((lane) => within(lane, from, to).map((item) => ({ lane, item }))).sort((a, b) => b.item.from - a.item.from)

export const TimelineTable = ({ rows }: { readonly rows: readonly Row[] }) => {
  const [pages, setPages] = useState(1)
  const left = rows.length - pages * PAGE
  return (
    <>
      <DataTable
        caption={TEXT.chart}
        rows={rows.slice(0, pages * PAGE)}
        rowKey={({ lane, item }) => `${lane.id} ${item.id}`}
        columns={[
          { key: 'date', title: TEXT.date, namesRow: true, cell: ({ item }) => item.when },
          { key: 'lane', title: TEXT.lane, cell: ({ lane }) => TEXT.groups[lane.group] },
          { key: 'entry', title: TEXT.entry, cell: ({ item }) => item.words },
          { key: 'source', title: TEXT.source, cell: ({ item }) => <code className={styles.resource}>{item.resource}</code> },
        ]}
      />
      {left > 0 ? (
        <Button look="quiet" onClick={() => setPages(pages + 1)}>
          {TEXT.showMore(Math.min(PAGE, left), left)}
        </Button>
      ) : null}
    </>
  )
}

const MOST_UNDATED = 200

/** Beside the axis, never on it. */
export const UndatedList = ({ undated }: { readonly undated: readonly Undated[] }) =>
  undated.length === 0 ? null : (
    <details className={styles.undated}>
      <summary>{TEXT.undated(undated.length)}</summary>
      <p>{TEXT.undatedLead}</p>
      <ul>
        {undated.slice(0, MOST_UNDATED).map(({ id, group, words, resource }) => (
          <li key={`${group} ${id}`}>
            {TEXT.groups[group]}: {words} <code className={styles.resource}>{resource}</code>
          </li>
        ))}
        {undated.length > MOST_UNDATED ? <li>{TEXT.more(undated.length - MOST_UNDATED)}</li> : null}
      </ul>
    </details>
  )
