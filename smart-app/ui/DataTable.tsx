import type { ReactNode } from 'react'
import styles from './DataTable.module.css'

export type Column<Row> = {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** The cell that names its row for screen readers and stands as heading when the table is stacked. */
  readonly namesRow?: boolean
  readonly align?: 'end'
}

/**
 * A table that becomes a list of labelled blocks where it would not fit, so that nothing scrolls sideways.
 * Roles are spelled out because a table loses them in browsers when its display changes.
 */
export const DataTable = <Row,>({
  caption,
  columns,
  rows,
  rowKey,
}: {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
}) => (
  // biome-ignore-start lint/a11y/noRedundantRoles: display:block takes the roles away from table elements, see above
  <div className={styles.frame}>
    <table className={styles.table} role="table">
      <caption className="visually-hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" className={column.align === 'end' ? styles.end : undefined}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} role="row">
            {columns.map((column) => (
              <Cell key={column.key} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
  // biome-ignore-end lint/a11y/noRedundantRoles: as above
)

const Cell = <Row,>({ column, row }: { readonly column: Column<Row>; readonly row: Row }) => {
  const align = column.align === 'end' ? styles.end : ''
  if (column.namesRow)
    return (
      // biome-ignore lint/a11y/noRedundantRoles: as above
      <th role="rowheader" scope="row" className={`${styles.name} ${align}`}>
        {column.cell(row)}
      </th>
    )
  return (
    // biome-ignore lint/a11y/noRedundantRoles: as above
    <td role="cell" className={align} data-title={column.title}>
      <div className={styles.value}>{column.cell(row)}</div>
    </td>
  )
}
