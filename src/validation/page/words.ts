import type { Figure } from '../figures.ts'

type Words = {
  readonly title: string
  readonly short: string
  /** What it says, for people who do not compute. */
  readonly says: string
  /** Value of a model without fault; where there is one. */
  readonly ideal?: number
  readonly show: (value: number) => string
}

/** A minus sign, and none before zero. */
export const digits = (count: number) => (value: number) =>
  value
    .toFixed(count)
    .replace(/^-(0\.?0*)$/, '$1')
    .replace('-', '\u2212')
const percent = (value: number): string => `${digits(1)(value * 100)} %`

/** How each figure is called, shown and explained. */
export const FIGURE_WORDS: Readonly<Record<string, Words>> = {
  auroc: {
    title: 'Discrimination (AUROC)',
    short: 'AUROC',
    says: 'Of two people, one with the event and one without, how often the one with it has the higher score. 0.5 is chance, 1 is always.',
    show: digits(3),
  },
  auprc: {
    title: 'Precision (AUPRC)',
    short: 'AUPRC',
    says: 'Average precision: the share of true alarms over all cuts. To be held against the share of people with the event, which chance reaches.',
    show: digits(3),
  },
  brier: {
    title: 'Brier score',
    short: 'Brier',
    says: 'Mean squared distance between probability and outcome; lower is better, and it depends on how common the event is.',
    show: digits(4),
  },
  scaledBrier: {
    title: 'Scaled Brier score',
    short: 'scaled Brier',
    says: 'How much of the squared distance the model takes away, against telling everyone the average. Below 0 it does harm.',
    show: percent,
  },
  intercept: {
    title: 'Calibration in the large',
    short: 'intercept',
    says: 'Shift in log odds that would set the average right. Above 0 the model says too little, below 0 too much.',
    ideal: 0,
    show: digits(3),
  },
  slope: {
    title: 'Calibration slope',
    short: 'slope',
    says: 'Below 1 the model is too sure: high risks are told too high and low ones too low. Above 1 it is too timid.',
    ideal: 1,
    show: digits(3),
  },
  eo: {
    title: 'Expected by observed',
    short: 'E/O',
    says: 'Events that the model expects for each one that happened.',
    ideal: 1,
    show: digits(3),
  },
  ece: {
    title: 'Calibration error',
    short: 'ECE',
    says: 'Mean distance between what was told and what happened, over ten groups of about equal size. It is never quite 0, even for a perfect model.',
    show: percent,
  },
  coverageEvents: {
    title: 'Event not ruled out',
    short: 'coverage with event',
    says: 'Of people with the event, how often the model did not decide against it.',
    show: percent,
  },
  coverageOthers: {
    title: 'No event not ruled out',
    short: 'coverage without',
    says: 'Of people without the event, how often the model did not decide for it.',
    show: percent,
  },
  abstention: { title: 'Abstention', short: 'abstains', says: 'How often the model decides for neither.', show: percent },
  mae: {
    title: 'Mean absolute error',
    short: 'MAE',
    says: 'How far the prediction is off, on average, in the unit of the model.',
    show: digits(2),
  },
  bias: {
    title: 'Bias',
    short: 'bias',
    says: 'Predicted less observed, on average. Above 0 the model says too much.',
    ideal: 0,
    show: digits(2),
  },
  rmse: { title: 'Root mean squared error', short: 'RMSE', says: 'As the mean error, with large errors weighing more.', show: digits(2) },
  within20: {
    title: 'Within 20 %',
    short: 'within 20 %',
    says: 'Share of people whose prediction is within a fifth of what was observed.',
    show: percent,
  },
  r2: {
    title: 'R²',
    short: 'R²',
    says: 'Share of the differences between people that the model tells. Below 0 the mean of all would do better.',
    show: digits(3),
  },
  coverage: {
    title: 'Interval coverage',
    short: 'coverage',
    says: "How often the model's own interval holds what was observed.",
    show: percent,
  },
}

/** Value with its interval; a dash with nothing said is never shown. */
export const showFigure = (name: string, figure: Figure | undefined): string => {
  if (!figure || figure.value === null) return 'not computed'
  const show = FIGURE_WORDS[name]?.show ?? String
  if (!figure.interval) return show(figure.value)
  const [low, high] = [figure.interval.low, figure.interval.high].map((bound) => show(bound).replace(' %', ''))
  return `${show(figure.value)} (${low} to ${high})`
}

/** Why rows were left out. */
export const LEFT_OUT_WORDS: Readonly<Record<string, string>> = {
  missing: 'missing',
  unreadable: 'cannot be read',
  repeated: 'the same row of the same patient again',
  'out-of-range': 'outside what the model takes',
  incomplete: 'not enough is known for this variant',
  'not-computed': 'the model gives no number',
}
