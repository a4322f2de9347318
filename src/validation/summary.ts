import { DECISION_FIGURES } from './decisions.ts'
import { NUMBER_FIGURES } from './doses.ts'
import type { Figure } from './figures.ts'
import { FIGURE_WORDS, showFigure } from './page/words.ts'
import type { GroupReport, Report } from './report.ts'

const lineOf = (figures: Readonly<Record<string, Figure>>, names: readonly string[]): string =>
  names.flatMap((name) => (figures[name] ? [`${FIGURE_WORDS[name]?.short ?? name} ${showFigure(name, figures[name])}`] : [])).join('; ')

const SHORT = ['auroc', 'slope', 'intercept', 'eo', 'brier']
const SHORT_NUMBERS = ['mae', 'bias', 'within20', 'coverage']

const groupLine = ({ by, group, people, events, figures }: GroupReport): string =>
  `  ${by} ${group}: ${people} people${events === null ? '' : `, ${events} with the event`}; ${lineOf(figures as Record<string, Figure>, [...SHORT.slice(0, 2), 'eo', ...SHORT_NUMBERS.slice(0, 3)])}`

/** The report in a screenful of plain lines. */
export const writeSummary = (report: Report): string => {
  const { about, people, events, figures, groups, warnings, sources, withheld, recalibration } = report
  const rows = sources.reduce((sum, one) => sum + one.rows, 0)
  const used = sources.reduce((sum, one) => sum + one.used, 0)
  const lines = [
    `${about.model.name} ${about.model.version}, ${about.variant}, ${about.output.label}`,
    `${used} of ${rows} rows used; ${people} rows scored${events === null ? '' : `, ${events} with the event`}${sources.length > 1 ? `; ${sources.length} sites` : ''}`,
    ...sources.flatMap(({ site, leftOut }) =>
      leftOut.map(({ rows: n, label, code }) => `  left out${sources.length > 1 ? ` at ${site}` : ''}: ${n}, ${label} (${code})`),
    ),
    ...warnings.map((warning) => `! ${warning}`),
    ...[...SHORT, 'scaledBrier', 'auprc', 'ece', ...DECISION_FIGURES, ...NUMBER_FIGURES].flatMap((name) => {
      const figure = (figures as Record<string, Figure>)[name]
      return figure ? [`  ${(FIGURE_WORDS[name]?.title ?? name).padEnd(34)} ${showFigure(name, figure)}`] : []
    }),
    ...groups.map(groupLine),
    ...withheld.map((by) => `  ${by}: not shown, a group would be too small`),
  ]
  if (!recalibration) return lines.join('\n')
  const { method, correction, heldOut } = recalibration
  const { before, after } = heldOut as { before: Record<string, Figure>; after: Record<string, Figure> }
  return [
    ...lines,
    `Recalibration (${method}): intercept ${correction.intercept.toFixed(4)}, slope ${correction.slope.toFixed(4)}; on ${heldOut.people} held-out people, ${heldOut.events} with the event:`,
    ...['eo', 'intercept', 'slope', 'brier', 'ece', 'auroc'].map(
      (name) => `  ${(FIGURE_WORDS[name]?.title ?? name).padEnd(34)} ${showFigure(name, before[name])} -> ${showFigure(name, after[name])}`,
    ),
  ].join('\n')
}
