import { type ReactNode, useState } from 'react'
import { Button } from './Button.tsx'
import styles from './DataTable.module.css'
import { useFit } from './use-fit.ts'
import { usePrinting } from './use-printing.ts'

export type Column<Row> = {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** The cell that names its row for screen readers and stands as heading when the table is stacked. */
  readonly namesRow?: boolean
  readonly align?: 'end'
}

const isBlank = (content: ReactNode): boolean => content === '' || content === null || content === undefined || content === false

/** A column in which no row has anything only takes room. */
const filledColumns = <Row,>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly Column<Row>[] =>
  columns.filter((column) => column.namesRow || rows.some((row) => !isBlank(column.cell(row))))

/** Long tables begin with this many rows; a button brings the rest. */
type Short = { readonly rows: number; readonly more: (all: number) => string }

/**
 * A table that becomes a list of labelled blocks where it would not fit, so that nothing scrolls sideways.
 * Roles are spelled out because a table loses them in browsers when its display changes.
 */
export const DataTable = <Row,>({
  caption,
  columns,
  rows,
  rowKey,
  short,
}: {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly short?: Short
}) => {
  const [all, setAll] = useState(false)
  const printing = usePrinting()
  const cut = short !== undefined && !all && !printing && rows.length > short.rows
  return (
    <div className={styles.frame}>
      <Table caption={caption} columns={filledColumns(columns, rows)} rows={cut ? rows.slice(0, short.rows) : rows} rowKey={rowKey} />
      {cut ? (
        <Button look="quiet" onClick={() => setAll(true)}>
          {short.more(rows.length)}
        </Button>
      ) : null}
    </div>
  )
}

const Table = <Row,>({
  caption,
  columns,
  rows,
  rowKey,
}: {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
}) => {
  const table = useFit()
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: display:block takes the roles away from table elements, see above
    <table ref={table} className={styles.table} role="table">
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
    // biome-ignore-end lint/a11y/noRedundantRoles: as above
  )
}

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
