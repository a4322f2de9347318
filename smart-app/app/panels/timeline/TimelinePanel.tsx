import { useMemo, useState } from 'react'
import { TableOrChart } from '../../../ui/charts/TableOrChart.tsx'
import { recordTime } from '../../../ui/charts/time.ts'
import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { dateWords } from '../../words/dates.ts'
import { panelState } from '../panel-state.ts'
import { firstChoice } from './choice.ts'
import { collect } from './collect.ts'
import { Filter } from './Filter.tsx'
import type { Collected } from './items.ts'
import { Lanes } from './Lanes.tsx'
import { isoDay } from './place.ts'
import { Readout } from './Readout.tsx'
import styles from './TimelinePanel.module.css'
import { rowsIn, TimelineTable, UndatedList } from './TimelineTable.tsx'
import { TEXT } from './texts.ts'
import { lastDays, pan, type Span, type View, wholeOf, zoom } from './window.ts'

/** Everything dated, on one axis, as a picture or as a table of the same entries. */
export default function TimelinePanel({ profile }: ViewProps) {
  const collected = useMemo(() => collect(profile), [profile])
  const { lanes, undated } = collected
  const state = panelState(profile, profile.facts !== null, lanes.length + undated.length === 0 ? TEXT.empty : null)
  const now = recordTime(profile.facts?.now) ?? 0
  return (
    <Panel title={TEXT.title} state={state} lead={TEXT.lead}>
      {lanes.length > 0 ? <Timeline key={profile.facts?.now} collected={collected} now={now} /> : null}
      <UndatedList undated={undated} />
    </Panel>
  )
}

const Timeline = ({ collected: { lanes }, now }: { readonly collected: Collected; readonly now: number }) => {
  const [chosen, choose] = useState<ReadonlySet<string> | null>(null)
  const ids = useMemo(() => chosen ?? firstChoice(lanes), [chosen, lanes])
  const shown = useMemo(() => lanes.filter(({ id }) => ids.has(id)), [lanes, ids])
  const whole = useMemo(() => wholeOf(lanes, now), [lanes, now])
  const [kept, setView] = useState<View | null>(null)
  const view = kept ?? { window: lastDays(whole, now, 5 * 365.25), cursor: null }
  const rows = useMemo(() => rowsIn(shown, view.window), [shown, view.window])
  return (
    <>
      <Tools whole={whole} view={view} now={now} onView={setView} />
      <Filter lanes={lanes} chosen={ids} onChoose={choose} />
      <p className={styles.note} data-timeline-entries={rows.length}>
        {TEXT.window(dateWords(isoDay(view.window.from)), dateWords(isoDay(view.window.to)))} · {TEXT.entries(rows.length)}
      </p>
      <TableOrChart
        label={TEXT.title}
        chart={() => (
          <>
            <Lanes lanes={shown} whole={whole} view={view} now={now} onView={setView} />
            <Readout lanes={shown} day={view.cursor} />
            <p className={styles.note}>
              {TEXT.legend} {shown.some(({ group }) => group === 'risks') ? TEXT.trendNote : ''}
            </p>
          </>
        )}
        table={() => <TimelineTable rows={rows} />}
      />
    </>
  )
}

const PRESETS = [
  ['days30', 30],
  ['year', 365.25],
  ['years5', 5 * 365.25],
] as const

const Tools = ({
  whole,
  view,
  now,
  onView,
}: {
  readonly whole: Span
  readonly view: View
  readonly now: number
  readonly onView: (view: View) => void
}) => {
  const show = (window: Span): void => onView({ ...view, window })
  const same = ({ from, to }: Span): boolean => Math.abs(from - view.window.from) + Math.abs(to - view.window.to) < 1000
  const presets = [...PRESETS.map(([id, days]) => [id, lastDays(whole, now, days)] as const), ['all', whole] as const]
  return (
    <div className={`${styles.tools} screen-only`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what will be sent */}
      <div role="group" aria-label={TEXT.range} className={styles.set}>
        {presets.map(([id, window]) => (
          <button key={id} type="button" aria-pressed={same(window)} onClick={() => show(window)}>
            {TEXT.presets[id]}
          </button>
        ))}
      </div>
      <div className={styles.set}>
        <button type="button" aria-label={TEXT.earlier} title={TEXT.earlier} onClick={() => show(pan(whole, view, -0.5))}>
          ‹
        </button>
        <button type="button" aria-label={TEXT.later} title={TEXT.later} onClick={() => show(pan(whole, view, 0.5))}>
          ›
        </button>
        <button type="button" aria-label={TEXT.zoomOut} title={TEXT.zoomOut} onClick={() => show(zoom(whole, view, 2))}>
          −
        </button>
        <button type="button" aria-label={TEXT.zoomIn} title={TEXT.zoomIn} onClick={() => show(zoom(whole, view, 0.5))}>
          +
        </button>
      </div>
    </div>
  )
}
