import type { Curves } from '../report.ts'
import { drawPlot, type Mark } from './plot.ts'

const percent = (value: number): string => `${Number((value * 100).toFixed(2))} %`
const share = (value: number): string => String(Number(value.toFixed(2)))
const count = (value: number): string => String(value)

/** The next round number above. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power
}

/** Where the axis of probabilities ends: a little beyond the highest group or curve point. */
const reach = ({ calibration, smooth }: Curves): number => {
  const highest = Math.max(
    ...calibration.map(({ predicted, observed }) => Math.max(predicted, observed)),
    ...smooth.map(({ predicted }) => predicted),
    0.01,
  )
  return Math.min(1, roundUp(highest * 1.08))
}

/** What happened against what was told. */
export const calibrationChart = (curves: Curves): string => {
  const { calibration, smooth } = curves
  const to = reach(curves)
  const axis = { from: 0, to, show: percent }
  const marks: Mark[] = [
    {
      as: 'line',
      points: [
        [0, 0],
        [to, to],
      ],
      look: 'ideal',
    },
    {
      as: 'band',
      points: smooth.flatMap(({ predicted, interval }) => (interval ? [[predicted, interval.low, interval.high] as const] : [])),
      look: 'model',
    },
    { as: 'line', points: smooth.map(({ predicted, observed }) => [predicted, observed] as const), look: 'model' },
    {
      as: 'dots',
      points: calibration.map(({ predicted, observed, interval }) => [predicted, observed, interval.low, interval.high] as const),
      look: 'groups',
    },
  ]
  return drawPlot({
    id: 'calibration',
    title: 'Calibration',
    says: `Observed share by predicted probability: ${calibration.length} groups of about equal size with 95 % intervals, and a smoothed curve with its band. The dashed line is perfect agreement.`,
    height: 392,
    x: { ...axis, label: 'predicted probability' },
    y: { ...axis, label: 'share with the event' },
    marks,
  })
}

/** How many people have which score; those with the event stand on top. */
export const distributionChart = (curves: Curves, isProbability: boolean): string => {
  const { distribution } = curves
  const to = isProbability ? reach(curves) : (distribution.at(-1)?.to ?? 1)
  const from = isProbability ? 0 : (distribution[0]?.from ?? 0)
  const width = Math.min(...distribution.map((bar) => bar.to - bar.from))
  const tall = (people: number, bar: { from: number; to: number }) => (people * width) / (bar.to - bar.from)
  const highest = Math.max(...distribution.map((bar) => tall(bar.events + bar.others, bar)))
  return drawPlot({
    id: 'distribution',
    title: 'Distribution of the score',
    says: 'How many people have which score, without the event below and with the event above. Wide bars hold several steps, so that none shows a few people.',
    height: 170,
    x: { from, to, label: isProbability ? 'predicted probability' : 'points', show: isProbability ? percent : count },
    y: { from: 0, to: roundUp(highest * 1.02), label: 'people', show: count },
    marks: [
      { as: 'bars', bars: distribution.map((bar) => [bar.from, bar.to, 0, tall(bar.others, bar)] as const), look: 'others' },
      {
        as: 'bars',
        bars: distribution.map((bar) => [bar.from, bar.to, tall(bar.others, bar), tall(bar.others + bar.events, bar)] as const),
        look: 'events',
      },
    ],
  })
}

/** Share with the event by points. */
export const scoreChart = ({ distribution }: Curves): string => {
  const highest = Math.max(...distribution.map(({ observed }) => observed.high))
  return drawPlot({
    id: 'by-score',
    title: 'Events by score',
    says: 'Share of people with the event by points, with 95 % intervals.',
    height: 300,
    x: { from: distribution[0]?.from ?? 0, to: distribution.at(-1)?.to ?? 1, label: 'points', show: count },
    y: { from: 0, to: Math.min(1, roundUp(highest)), label: 'share with the event', show: percent },
    marks: [
      {
        as: 'dots',
        points: distribution.map(
          ({ from, to, events, others, observed }) => [(from + to) / 2, events / (events + others), observed.low, observed.high] as const,
        ),
        look: 'groups',
      },
    ],
  })
}

export const rocChart = ({ cuts }: Curves): string =>
  drawPlot({
    id: 'roc',
    title: 'ROC curve',
    says: 'Share of people with the event who are found, by the share of the others who are called wrongly, over all cuts of the score. The dashed line is chance.',
    height: 440,
    x: { from: 0, to: 1, label: 'false positive rate (1 - specificity)', show: share },
    y: { from: 0, to: 1, label: 'sensitivity', show: share },
    marks: [
      {
        as: 'line',
        points: [
          [0, 0],
          [1, 1],
        ],
        look: 'ideal',
      },
      {
        as: 'line',
        points: [[0, 0], ...cuts.map(({ falsePositiveRate, sensitivity }) => [falsePositiveRate, sensitivity] as const)],
        look: 'model',
      },
    ],
  })

export const precisionChart = ({ cuts }: Curves, prevalence: number): string => {
  const first = cuts[0]
  const points = cuts.map(({ sensitivity, precision }) => [sensitivity, precision] as const)
  return drawPlot({
    id: 'precision',
    title: 'Precision and recall',
    says: 'Share of true alarms by the share of people with the event who are found. The dashed line is the share of all people with the event, which chance reaches.',
    height: 440,
    x: { from: 0, to: 1, label: 'recall (sensitivity)', show: share },
    y: { from: 0, to: 1, label: 'precision', show: share },
    marks: [
      {
        as: 'line',
        points: [
          [0, prevalence],
          [1, prevalence],
        ],
        look: 'ideal',
      },
      { as: 'line', points: first ? [[0, first.precision], ...points] : points, look: 'model' },
    ],
  })
}

/** Net benefit against treating everyone and nobody, as far as somebody is still treated. */
export const decisionChart = ({ netBenefit }: Curves): string => {
  const used = netBenefit.filter(({ treated }) => treated > 0.005)
  const to = Math.min(0.99, roundUp(Math.max(0.05, (used.at(-1)?.threshold ?? 0.5) * 1.02)))
  const shown = netBenefit.filter(({ threshold }) => threshold <= to)
  const highest = Math.max(...shown.map(({ model, treatAll, interval }) => Math.max(model, treatAll, interval?.high ?? 0)), 0.001)
  const lowest = Math.min(...shown.map(({ model, interval }) => Math.min(model, interval?.low ?? 0)), 0)
  return drawPlot({
    id: 'decision',
    title: 'Decision curve',
    says: 'Net benefit of acting at a threshold probability, for the model, for acting on everyone and for acting on nobody. Where the line of the model is the highest, acting by it does more good than harm against both.',
    height: 392,
    x: { from: 0, to, label: 'threshold probability', show: percent },
    y: {
      from: Math.max(-highest, Math.min(-highest * 0.12, lowest)),
      to: highest * 1.08,
      label: 'net benefit per person',
      show: (value) => String(Number(value.toPrecision(3))),
    },
    marks: [
      {
        as: 'line',
        points: [
          [0, 0],
          [to, 0],
        ],
        look: 'ideal',
      },
      { as: 'line', points: shown.map(({ threshold, treatAll }) => [threshold, treatAll] as const), look: 'everyone' },
      {
        as: 'band',
        points: shown.flatMap(({ threshold, interval }) => (interval ? [[threshold, interval.low, interval.high] as const] : [])),
        look: 'model',
      },
      { as: 'line', points: shown.map(({ threshold, model }) => [threshold, model] as const), look: 'model' },
    ],
  })
}
