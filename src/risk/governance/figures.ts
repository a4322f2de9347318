import type { ModelFigure, WithheldGroup } from '../../contract/models.ts'
import type { IntervalRow, Manifest } from '../model-folder.ts'

export const EVERYONE = 'everyone'

/** Names of measures as people read them; another one stands as it is. */
const MEASURES: Readonly<Record<string, string>> = {
  auroc: 'AUROC',
  auprc: 'AUPRC',
  brier: 'Brier score',
  scaledBrier: 'Scaled Brier score',
  slope: 'Calibration slope',
  intercept: 'Calibration intercept',
  eo: 'Expected by observed',
  ece: 'Expected calibration error',
  coverage: 'Conformal coverage',
}

const groupWords = (by: string, group: string): string => (by === 'all' ? EVERYONE : `${by}: ${group}`)

type PerformanceRow = NonNullable<Manifest['performance']>[number]

const ofPerformance = ({ on, by, group, n, figures }: PerformanceRow): ModelFigure[] =>
  Object.entries(figures).map(([measure, { value, low, high }]) => ({
    on,
    group: groupWords(by, group),
    measure: MEASURES[measure] ?? measure,
    value,
    low: low ?? null,
    high: high ?? null,
    n,
  }))

const INTERVAL_MEASURES: readonly (readonly [measure: string, read: (row: IntervalRow) => number])[] = [
  ['Mean absolute error, mg per week', (row) => row.maePerWeek],
  ['Bias, mg per week', (row) => row.biasPerWeek],
  ['Share within 20 %', (row) => row.within20Percent],
  ['R²', (row) => row.r2],
]

const ofIntervals = (manifest: Manifest): ModelFigure[] =>
  manifest.variants.flatMap(({ id, label }) =>
    (manifest.intervals?.variants[id] ?? []).flatMap((row) =>
      INTERVAL_MEASURES.map(([measure, read]) => ({
        on: label,
        group: row.when.length === 0 ? EVERYONE : row.label,
        measure,
        value: read(row),
        low: null,
        high: null,
        n: row.n,
      })),
    ),
  )

/** Every measured figure that the manifest holds. An equation that nobody measured here has none. */
export const figuresOf = (manifest: Manifest): readonly ModelFigure[] => [
  ...(manifest.performance ?? []).flatMap(ofPerformance),
  ...ofIntervals(manifest),
]

/** Groups for which the manifest gives no figure, and why. What is left out is said. */
export const withheldOf = ({ performance = [] }: Manifest): readonly WithheldGroup[] =>
  performance
    .filter(({ figures }) => Object.keys(figures).length === 0)
    .map(({ on, by, group, n, note }) => ({ on, group: groupWords(by, group), n, because: note ?? 'No figures.' }))
