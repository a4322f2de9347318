import { Panel, type PanelState } from '../ui/Panel.tsx'
import styles from './ChartPanel.module.css'
import type { Line } from './read-chart.ts'
import { TEXTS } from './texts.ts'
import type { ChartState } from './use-chart.ts'

const Section = ({
  title,
  lines,
  none,
  stacked = false,
}: {
  readonly title: string
  readonly lines: readonly Line[]
  readonly none: string
  readonly stacked?: boolean
}) => (
  <section>
    <h3>{title}</h3>
    {lines.length === 0 ? <p className={styles.none}>{none}</p> : null}
    <ul className={`${styles.lines} ${stacked ? styles.stacked : styles.dated}`}>
      {lines.map(({ key, what, more }) => (
        <li key={key}>
          <span>{what}</span> <span className={styles.more}>{more}</span>
        </li>
      ))}
    </ul>
  </section>
)

const stateOf = ({ chart, failed }: ChartState): PanelState =>
  failed ? { kind: 'error', text: TEXTS.noServer } : chart ? { kind: 'ready' } : { kind: 'loading', text: TEXTS.loadingChart }

/** The chart's front page. */
export const ChartPanel = ({ chart }: { readonly chart: ChartState }) => (
  <Panel title={TEXTS.chart} state={stateOf(chart)} lead={TEXTS.chartLead}>
    {chart.chart ? (
      <div className={styles.sections}>
        <Section title={TEXTS.problems} lines={chart.chart.problems} none={TEXTS.none} />
        <Section title={TEXTS.medicines} stacked lines={chart.chart.medicines} none={TEXTS.none} />
        <Section title={TEXTS.allergies} stacked lines={chart.chart.allergies} none={TEXTS.none} />
        <Section title={TEXTS.genetics} lines={chart.chart.genetics} none={TEXTS.noGenetics} />
        <Section title={TEXTS.labs} lines={chart.chart.labs} none={TEXTS.none} />
        <Section title={TEXTS.vitals} lines={chart.chart.vitals} none={TEXTS.none} />
      </div>
    ) : null}
  </Panel>
)
