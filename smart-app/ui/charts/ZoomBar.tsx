import styles from './charts.module.css'
import { panBy, pressKey, type View } from './cursor.ts'
import type { Series, Span } from './series.ts'
import { TEXT } from './texts.ts'
import { momentLabel } from './time.ts'

type Chart = { readonly series: readonly Series[]; readonly whole: Span }

/** Fewer points than this are all in sight. */
const WORTH_ZOOMING = 12

/**
 * The keys' zoom for a pointer or a finger, so that nothing needs a drag. The buttons are not tab stops of their own: by keyboard the
 * chart itself answers plus, minus and zero.
 */
export const ZoomBar = ({ chart, view, onView }: { readonly chart: Chart; readonly view: View; readonly onView: (view: View) => void }) => {
  const zoomed = view.window.to - view.window.from < (chart.whole.to - chart.whole.from) * 0.999
  if (!zoomed && chart.series.every(({ points }) => points.length < WORTH_ZOOMING)) return null
  const press = (key: string): void => onView(pressKey(chart, view, key) ?? view)
  return (
    <div className={`${styles.zoom} screen-only`}>
      {zoomed ? <span>{TEXT.window(momentLabel(minuteOf(view.window.from)), momentLabel(minuteOf(view.window.to)))}</span> : null}
      <Step title={TEXT.earlier} sign="‹" off={!zoomed} onPress={() => onView(panBy(chart, view, -0.5))} />
      <Step title={TEXT.later} sign="›" off={!zoomed} onPress={() => onView(panBy(chart, view, 0.5))} />
      <Step title={TEXT.zoomOut} sign="−" off={!zoomed} onPress={() => press('-')} />
      <Step title={TEXT.zoomIn} sign="+" off={false} onPress={() => press('+')} />
      <Step title={TEXT.zoomReset} sign="↔" off={!zoomed} onPress={() => press('0')} />
    </div>
  )
}

const minuteOf = (at: number): number => Math.round(at / 60_000) * 60_000

const Step = ({
  title,
  sign,
  off,
  onPress,
}: {
  readonly title: string
  readonly sign: string
  readonly off: boolean
  readonly onPress: () => void
}) => (
  <button type="button" tabIndex={-1} title={title} aria-label={title} disabled={off} onClick={onPress}>
    <span aria-hidden="true">{sign}</span>
  </button>
)
