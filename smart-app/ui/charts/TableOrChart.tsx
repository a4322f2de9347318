import { type ReactNode, useState } from 'react'
import styles from './charts.module.css'
import { TEXT } from './texts.ts'

type Shape = 'chart' | 'table'

/** One set of data as a picture or as a table, at the reader's choice. Only what is chosen is rendered. */
export const TableOrChart = ({
  label,
  chart,
  table,
  first = 'chart',
}: {
  /** Names the choice where several stand on a page. */
  readonly label?: string | undefined
  readonly chart: ReactNode | (() => ReactNode)
  readonly table: ReactNode | (() => ReactNode)
  readonly first?: Shape
}) => {
  const [shape, choose] = useState<Shape>(first)
  const content = shape === 'chart' ? chart : table
  return (
    <div className={styles.either}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what will be sent */}
      <div role="group" aria-label={TEXT.shownAs(label ?? TEXT.chart)} className={`${styles.choice} screen-only`}>
        {(['chart', 'table'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={shape === one} onClick={() => choose(one)}>
            {TEXT[one]}
          </button>
        ))}
      </div>
      {typeof content === 'function' ? content() : content}
    </div>
  )
}
