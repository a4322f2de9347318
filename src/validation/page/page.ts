import { DECISION_FIGURES } from '../decisions.ts'
import { NUMBER_FIGURES } from '../doses.ts'
import type { Figure } from '../figures.ts'
import type { Recalibration } from '../recalibrate.ts'
import type { Curves, GroupReport, Report } from '../report.ts'
import { calibrationChart, decisionChart, distributionChart, precisionChart, rocChart, scoreChart } from './charts.ts'
import { drawInterval, escapeText } from './plot.ts'
import { STYLE } from './style.ts'
import { digits, FIGURE_WORDS, LEFT_OUT_WORDS, showFigure } from './words.ts'

type ByName = Readonly<Record<string, Figure>>
const byName = (figures: Report['figures']): ByName => figures as ByName

const text = escapeText
const whole = (value: number): string => value.toLocaleString('en-US')
const four = digits(4)
const percent = (value: number, digits = 1): string => `${(value * 100).toFixed(digits)} %`

const fact = (name: string, value: string): string => `<div><dt>${text(name)}</dt><dd>${value}</dd></div>`

const monthsOf = ({ sources }: Report): string => {
  const known = sources.flatMap(({ months }) => (months ? [months] : []))
  if (known.length === 0) return 'not stated in the data'
  const from = known.map((one) => one.from).sort()[0] ?? ''
  const to =
    known
      .map((one) => one.to)
      .sort()
      .at(-1) ?? ''
  return from === to ? from : `${from} to ${to}`
}

const header = (report: Report): string => {
  const { about, sources, people, events, madeAt, mode, citation, note } = report
  const { model, output } = about
  const [only] = sources
  const rows = sources.reduce((sum, one) => sum + one.rows, 0)
  const patients = sources.every((one) => one.patients !== null) ? sources.reduce((sum, one) => sum + (one.patients ?? 0), 0) : null
  return [
    '<header>',
    `<p class="eyebrow">${mode === 'combined' ? `Validation over ${sources.length} sites` : 'Local validation report'}</p>`,
    `<h1>${text(model.title)}</h1>`,
    `<p class="lead">${text(model.name)} ${text(model.version)}, variant ${text(about.variant)}: ${text(output.label)}</p>`,
    note ? `<p class="note">${text(note)}</p>` : '',
    '<dl class="facts">',
    fact('Rows used', `${whole(people)} of ${whole(rows)}${patients !== null && patients < people ? `, ${whole(patients)} patients` : ''}`),
    events === null ? '' : fact('With the event', `${whole(events)} (${percent(events / people)})`),
    fact('Months of the data', monthsOf(report)),
    fact('Report made', `${text(madeAt.slice(0, 10))}`),
    fact('Model SHA-256', `<code>${text(model.sha256.slice(0, 12))}…</code>`),
    mode === 'one-site' && only?.dataSha256
      ? fact('Data SHA-256', `<code>${text(only.dataSha256.slice(0, 12))}…</code>`)
      : fact('Sites', text(sources.map(({ site }) => site ?? '').join(', '))),
    mode === 'one-site' && only?.site ? fact('Site', text(only.site)) : '',
    '</dl>',
    citation ? `<p class="soft" style="margin-top:16px">${text(citation)}</p>` : '',
    '</header>',
  ].join('')
}

const warnings = ({ warnings: all }: Report): string =>
  all.length === 0
    ? ''
    : `<section class="warnings" aria-labelledby="warnings"><h2 id="warnings">Before you read on</h2><ul>${all.map((one) => `<li>${text(one)}</li>`).join('')}</ul></section>`

const tile = (name: string, figure: Figure | undefined): string => {
  const words = FIGURE_WORDS[name]
  if (!figure || !words) return ''
  const value = figure.value === null ? 'not computed' : words.show(figure.value)
  const range =
    figure.value === null
      ? text(figure.because)
      : figure.interval
        ? `${words.show(figure.interval.low)} to ${words.show(figure.interval.high)}`
        : text(figure.because ?? '')
  const ideal = words.ideal === undefined ? '' : ` Best is ${words.ideal}.`
  return `<div class="tile"><h3>${text(words.title)}</h3><p class="value">${value}</p><p class="range">${range}</p><p class="says">${text(words.says)}${ideal}</p></div>`
}

const TILES: Readonly<Record<string, readonly string[]>> = {
  probability: ['auroc', 'slope', 'intercept', 'eo', 'brier', 'scaledBrier', 'ece', 'auprc'],
  score: ['auroc', 'auprc'],
  number: NUMBER_FIGURES,
}

const tiles = ({ about, figures }: Report): string =>
  `<h2 id="figures">The figures</h2><p class="soft">For everyone in the data. Below each value its 95 % interval.</p><div class="tiles">${(TILES[about.scale] ?? []).map((name) => tile(name, byName(figures)[name])).join('')}</div>`

const legend = (...keys: readonly (readonly [look: string, says: string])[]): string =>
  `<ul class="legend">${keys.map(([look, says]) => `<li><span class="key ${look}"></span>${text(says)}</li>`).join('')}</ul>`

const figure = (title: string, keys: string, chart: string, says: string): string =>
  `<figure><h3>${text(title)}</h3>${keys}${chart}<figcaption>${says}</figcaption></figure>`

const probabilityCharts = (curves: Curves, prevalence: number): string =>
  [
    figure(
      'Calibration',
      legend(['model', 'smoothed, 95 % band'], ['ideal', 'perfect'], ['others', 'without the event'], ['events', 'with it']),
      calibrationChart(curves) + distributionChart(curves, true),
      'Dots are ten groups of about equal size with 95 % intervals. <b>Above the dashed line</b> more happens than the model says, <b>below</b> less. The bars show who gets which probability; those that would hold only a few people are joined with the next.',
    ),
    figure(
      'Decision curve',
      legend(['model', 'act by the model'], ['everyone', 'act on everyone'], ['ideal', 'act on nobody']),
      decisionChart(curves),
      'Read it at the threshold at which you would act. Acting by the model is worth it <b>where its line is the highest</b>.',
    ),
    figure(
      'ROC curve',
      legend(['model', 'model'], ['ideal', 'chance']),
      rocChart(curves),
      'What share of people with the event is found, and what share of the others is called with them.',
    ),
    figure(
      'Precision and recall',
      legend(['model', 'model'], ['ideal', `chance, ${percent(prevalence)}`]),
      precisionChart(curves, prevalence),
      'How many of the people called have the event, as more of them are found.',
    ),
  ].join('')

const scoreCharts = (curves: Curves, prevalence: number): string =>
  [
    figure('Events by score', '', scoreChart(curves), 'Share of people with the event at each score, with 95 % intervals.'),
    figure(
      'Who gets which score',
      legend(['others', 'without the event'], ['events', 'with the event']),
      distributionChart(curves, false),
      'Bars that would hold only a few people are joined with the next.',
    ),
    figure(
      'ROC curve',
      legend(['model', 'score'], ['ideal', 'chance']),
      rocChart(curves),
      'What share of people with the event is found, and what share of the others is called with them.',
    ),
    figure(
      'Precision and recall',
      legend(['model', 'score'], ['ideal', `chance, ${percent(prevalence)}`]),
      precisionChart(curves, prevalence),
      'How many of the people called have the event, as more of them are found.',
    ),
  ].join('')

const charts = ({ curves, about, people, events }: Report): string => {
  if (!curves || events === null) return ''
  const prevalence = events / people
  const drawn = about.scale === 'probability' ? probabilityCharts(curves, prevalence) : scoreCharts(curves, prevalence)
  return `<h2 id="charts">The curves</h2><div class="charts">${drawn}</div>`
}

/** Figures that the table of groups shows, and between what its rulers run. */
const GROUP_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  probability: ['auroc', 'eo', 'slope'],
  score: ['auroc'],
  number: ['mae', 'bias', 'within20'],
}

type Row = {
  readonly name: string
  readonly people: number
  readonly events: number | null
  readonly sites: number
  readonly figures: ByName
}

const FEW = 100
const isFew = ({ people, events }: Row): boolean => events !== null && Math.min(events, people - events) < FEW

const LEAST_STEADY = 3

/** As wide as the groups with enough people ask for; what goes beyond has an arrow. */
const rulerOf = (name: string, rows: readonly Row[]): { from: number; to: number } => {
  const steady = rows.filter((row) => !isFew(row))
  const wide = steady.length < LEAST_STEADY ? rows : steady
  const bounds = rows.flatMap((row) => {
    const one = row.figures[name]
    if (!one || one.value === null) return []
    return [one.value, ...(one.interval && wide.includes(row) ? [one.interval.low, one.interval.high] : [])]
  })
  const ideal = FIGURE_WORDS[name]?.ideal
  const [low, high] = [Math.min(...bounds, ideal ?? Number.POSITIVE_INFINITY), Math.max(...bounds, ideal ?? Number.NEGATIVE_INFINITY)]
  if (!(high > low)) return { from: low - 1, to: low + 1 }
  return { from: low - 0.08 * (high - low), to: high + 0.08 * (high - low) }
}

const cell = (name: string, figure: Figure | undefined, ruler: { from: number; to: number }, mark: number | null): string => {
  if (!figure || figure.value === null) return '<td class="soft">not computed</td>'
  const drawn = figure.interval ? drawInterval(ruler, { value: figure.value, ...figure.interval }, mark) : ''
  return `<td><span class="ruled">${drawn}${showFigure(name, figure)}</span></td>`
}

const groupRow = (
  row: Row,
  columns: readonly string[],
  rulers: ReadonlyMap<string, { from: number; to: number }>,
  everyone: ByName,
  promised: Readonly<Record<string, number>>,
  look: string,
): string => {
  const few = isFew(row)
  const cells = columns.map((name) => {
    const mark = promised[name] ?? FIGURE_WORDS[name]?.ideal ?? everyone[name]?.value ?? null
    return cell(name, row.figures[name], rulers.get(name) ?? { from: 0, to: 1 }, mark)
  })
  return `<tr class="${look}${few ? ' few' : ''}"><th scope="row"${row.name.length > 22 ? ' class="long"' : ''}>${text(row.name)}${few ? '<span aria-label="few people">*</span>' : ''}</th><td class="n">${whole(row.people)}</td>${
    row.events === null ? '' : `<td class="n">${whole(row.events)}</td>`
  }${cells.join('')}</tr>`
}

const BY_WORDS: Readonly<Record<string, string>> = { sex: 'Sex', age: 'Age, years', race: 'Race', site: 'Site' }

const groupRows = (report: Report, columns: readonly string[]): string => {
  const { about, figures, people, events, groups, sources } = report
  const promised = about.conformal ? { coverageEvents: 1 - about.conformal.alpha, coverageOthers: 1 - about.conformal.alpha } : {}
  const rowOf = ({ group, ...rest }: GroupReport): Row => ({ ...rest, name: group, figures: byName(rest.figures) })
  const all: Row = { name: 'Everyone', people, events, sites: sources.length, figures: byName(figures) }
  const rows = [all, ...groups.map(rowOf)]
  const rulers = new Map(columns.map((name) => [name, rulerOf(name, rows)]))
  const width = 2 + (events === null ? 0 : 1) + columns.length
  const divisions = [...new Set(groups.map(({ by }) => by))]
  const body = divisions.flatMap((by) => [
    `<tr class="division"><th colspan="${width}" scope="rowgroup">${text(BY_WORDS[by] ?? by.replaceAll('_', ' '))}</th></tr>`,
    ...groups
      .filter((one) => one.by === by)
      .map((one) => {
        const shared =
          sources.length > 1 && by !== 'site' && one.sites < sources.length ? ` (shared by ${one.sites} of ${sources.length} sites)` : ''
        return groupRow({ ...rowOf(one), name: `${one.group}${shared}` }, columns, rulers, all.figures, promised, '')
      }),
  ])
  const heads = columns.map((name) => `<th scope="col">${text(FIGURE_WORDS[name]?.title ?? name)}</th>`)
  return `<div class="scroll" tabindex="0" role="region" aria-labelledby="groups"><table class="groups"><thead><tr><th scope="col">Group</th><th scope="col" class="n">People</th>${events === null ? '' : '<th scope="col" class="n">Events</th>'}${heads.join('')}</tr></thead><tbody>${groupRow(all, columns, rulers, all.figures, promised, 'everyone')}${body.join('')}</tbody></table></div>`
}

const groupTable = (report: Report): string => {
  const { about, events, groups, withheld, settings } = report
  const notes = [
    `No group with fewer than ${settings.minGroup} people${events === null ? '' : ', events or others'} is shown; such groups are put together, and with the next smallest where they could be found by subtraction.`,
    ...(withheld.length > 0 ? [`Not shown by ${withheld.join(', ')}: nothing but the whole would be large enough.`] : []),
    ...(events === null ? [] : ['* Fewer than 100 with or without the event: the figures say little.']),
    'Dashed marks are the best or the promised value, or the figure for everyone where there is none. Groups differ by chance too: an interval that misses the mark in one of many groups is not yet a finding.',
  ]
  return [
    '<h2 id="groups">By group</h2>',
    groups.length === 0 ? '<p class="soft">The data have no groups that can be shown.</p>' : '',
    groups.length === 0 ? '' : groupRows(report, GROUP_COLUMNS[about.scale] ?? []),
    groups.length === 0 || !about.conformal ? '' : groupRows(report, DECISION_FIGURES),
    `<p class="soft" style="margin-top:12px">${notes.map(text).join(' ')}</p>`,
  ].join('')
}

const bandTable = ({ about, bands, figures, settings }: Report): string => {
  if (!about.bands) return ''
  const none = `<p class="soft">Not shown by band: a band has fewer than ${settings.minGroup} people with or without the event.</p>`
  const rows = bands?.map(
    ({ label, people, events, observed }) =>
      `<tr><th scope="row">${text(label)}</th><td class="n">${whole(people)}</td><td class="n">${whole(events)}</td><td class="figure">${people === 0 || !observed ? 'nobody' : `${percent(events / people)} (${percent(observed.low)} to ${percent(observed.high)})`}</td></tr>`,
  )
  const table = rows
    ? `<div class="scroll" tabindex="0" role="region" aria-labelledby="bands"><table><thead><tr><th scope="col">Band</th><th scope="col" class="n">People</th><th scope="col" class="n">Events</th><th scope="col">With the event</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
    : none
  const { conformal } = about
  const words = conformal
    ? `<p>The model promises that of people with the event, and of people without it, at most ${percent(conformal.alpha, 0)} are decided against. In these data: ${DECISION_FIGURES.map((name) => `${(FIGURE_WORDS[name]?.title ?? name).toLowerCase()} ${showFigure(name, byName(figures)[name])}`).join('; ')}.</p>`
    : ''
  return `<h2 id="bands">By band of the model</h2>${words}${table}`
}

const benefitTable = ({ curves, settings }: Report): string => {
  if (!curves || curves.netBenefit.length === 0) return ''
  const rows = curves.netBenefit.filter(({ threshold }) => settings.thresholds.includes(threshold))
  const line = ({ threshold, model, treatAll, treated, interval }: (typeof rows)[number]): string => {
    const best = Math.max(treatAll, 0)
    const range = interval ? ` (${four(interval.low)} to ${four(interval.high)})` : ''
    return `<tr><th scope="row">${percent(threshold)}</th><td class="n">${percent(treated)}</td><td class="${model > best ? 'better ' : ''}figure">${four(model)}${range}</td><td class="figure">${four(treatAll)}</td><td class="figure">${four(model - best)}</td></tr>`
  }
  return `<h2 id="benefit">Net benefit at thresholds</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="benefit"><table><caption>Per person. Acting on nobody has 0. Bold where acting by the model is better than acting on everyone and on nobody.</caption><thead><tr><th scope="col">Act at or above</th><th scope="col" class="n">Acted on</th><th scope="col">By the model</th><th scope="col">On everyone</th><th scope="col">Gain over the better of both</th></tr></thead><tbody>${rows.map(line).join('')}</tbody></table></div>`
}

const calibrationTable = ({ curves }: Report): string => {
  if (!curves || curves.calibration.length === 0) return ''
  const rows = curves.calibration.map(
    ({ people, events, predicted, observed, interval }) =>
      `<tr><td class="n">${whole(people)}</td><td class="n">${whole(events)}</td><td class="n">${percent(predicted, 2)}</td><td class="figure">${percent(observed, 2)} (${percent(interval.low, 2)} to ${percent(interval.high, 2)})</td></tr>`,
  )
  return `<details><summary>The groups behind the calibration plot</summary><div class="scroll"><table><thead><tr><th scope="col" class="n">People</th><th scope="col" class="n">Events</th><th scope="col" class="n">Predicted</th><th scope="col">Observed</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`
}

const METHOD_WORDS: Readonly<Record<Recalibration['method'], string>> = {
  none: 'No correction fitted better than none, so no new version was written.',
  intercept: 'The intercept alone was moved.',
  'intercept-and-slope': 'Intercept and slope were moved.',
}

const recalibrated = ({ recalibration }: Report): string => {
  if (!recalibration) return ''
  const { method, correction, tests, fitted, heldOut } = recalibration
  const names = TILES.probability ?? []
  const rows = names.map(
    (name) =>
      `<tr><th scope="row">${text(FIGURE_WORDS[name]?.title ?? name)}</th><td class="figure">${showFigure(name, byName(heldOut.before)[name])}</td><td class="figure">${showFigure(name, byName(heldOut.after)[name])}</td></tr>`,
  )
  const steps = tests.map(
    ({ question, statistic, bound, passed }) =>
      `${question} ${passed ? 'Yes' : 'No'} (${statistic.toFixed(2)} against ${bound.toFixed(2)}).`,
  )
  return [
    '<h2 id="recalibration">Recalibration</h2>',
    `<p>${METHOD_WORDS[method]} The new log odds are ${four(correction.intercept)} + ${four(correction.slope)} × the model's. Fitted on ${whole(fitted.people)} people with ${whole(fitted.events)} events; the table is of ${whole(heldOut.people)} other people with ${whole(heldOut.events)} events, who had no part in the fit.</p>`,
    `<div class="scroll" tabindex="0" role="region" aria-labelledby="recalibration"><table><thead><tr><th scope="col">Held-out half</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
    `<p class="soft" style="margin-top:12px">${text(steps.join(' '))} The order of people stays the same, and with it discrimination.</p>`,
  ].join('')
}

const dataTable = ({ sources }: Report): string => {
  const rows = sources.flatMap(({ site, rows: all, used, leftOut }) => [
    `<tr><th scope="row">${text(site ?? 'Rows in the file')}</th><td class="n">${whole(all)}</td></tr>`,
    ...leftOut.map(
      ({ label, code, rows: n }) =>
        `<tr><td>left out: ${text(label)}, ${text(LEFT_OUT_WORDS[code] ?? code)}</td><td class="n">${whole(n)}</td></tr>`,
    ),
    `<tr><th scope="row">used</th><td class="n">${whole(used)}</td></tr>`,
  ])
  return `<h2 id="data">The data</h2><div class="scroll"><table class="narrow"><thead><tr><th scope="col">Rows</th><th scope="col" class="n">Count</th></tr></thead><tbody>${rows.join('')}</tbody></table></div><p class="soft" style="margin-top:12px">A row is left out for the first reason found. Nothing is filled in that the model does not fill in for a patient.</p>`
}

const roundingNote = ({ rounding }: Report): string => {
  if (!rounding) return ''
  const rows = Object.entries(rounding).map(([name, { levels, unrounded }]) => {
    const show = (value: number | null) => (value === null ? 'not computed' : value.toFixed(5))
    return `<tr><th scope="row">${text(FIGURE_WORDS[name]?.title ?? name)}</th><td class="n">${show(levels)}</td><td class="n">${show(unrounded)}</td></tr>`
  })
  return `<details><summary>What the levels cost</summary><p class="soft">Scores are taken to fixed levels first, so that tables of several sites add up to the same figures. Beside them, the figures from unrounded scores.</p><div class="scroll"><table><thead><tr><th scope="col">Figure</th><th scope="col" class="n">From levels</th><th scope="col" class="n">Unrounded</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`
}

const method = (report: Report): string => {
  const { about, settings, mode, sources } = report
  const probability = about.scale === 'probability'
  const number = about.scale === 'number'
  const people = settings.byPatient ? 'patients, each with all rows' : 'people, each row one'
  const lines = [
    number
      ? 'Intervals of means are large-sample intervals, those of shares Wilson intervals.'
      : `Intervals are the middle 95 % of ${whole(settings.replicates)} resamples of ${people} (seed ${settings.seed}). Those of shares in plots are Wilson intervals.`,
    ...(probability
      ? [
          'Probabilities are taken to levels of 0.05 on the log-odds scale, parted at every half per cent; a level stands for its middle.',
          'AUROC counts ties as one half. Average precision takes people of one level together. Calibration slope: logistic regression of the outcome on the log odds; calibration in the large: the same with the slope held at 1. Calibration error: ten groups of about equal size. The smoothed curve is a local linear regression on the log odds.',
        ]
      : []),
    ...(number ? [] : ['Curves are drawn from levels joined until each holds as many people as a group must have.']),
    ...(mode === 'combined'
      ? [
          `Made from tables of counts that ${sources.length} sites shared; no row left a site. Figures are those that the pooled rows would give.`,
        ]
      : []),
    'Only rows whose outcome is known at the end of the time that the model speaks of belong in the data. People lost before that are left out here, which is fair only where who is lost has nothing to do with the risk.',
    'Good figures on past patients do not show that using the model helps patients, and figures of one place and time do not carry over by themselves. Repeat when patients, care or coding change.',
  ]
  const sourcesRead =
    'Collins 2016, doi:10.1002/sim.6787 (people needed); Van Calster 2019, doi:10.1186/s12916-019-1466-7 (calibration); Vickers 2019, doi:10.1186/s41512-019-0064-7 (net benefit); Vergouwe 2017, doi:10.1002/sim.7179 (recalibration).'
  return `<h2 id="method">How this was made, and what it does not say</h2><ul class="plain">${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ul><p class="soft">${text(sourcesRead)}</p>`
}

/** The report as one file: no script, nothing loaded from elsewhere. */
export const writePage = (report: Report): string => {
  const { about, madeAt } = report
  const title = `${about.model.title}: validation of ${about.model.name} ${about.model.version}`
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${text(title)}</title><style>${STYLE}</style></head><body><main>`,
    header(report),
    warnings(report),
    tiles(report),
    charts(report),
    calibrationTable(report),
    groupTable(report),
    bandTable(report),
    benefitTable(report),
    recalibrated(report),
    dataTable(report),
    roundingNote(report),
    method(report),
    `<footer>Attune, ${text(madeAt)}. Model ${text(about.model.id)} ${text(about.model.version)}, SHA-256 <code>${text(about.model.sha256)}</code>. This page holds counts and figures, no patient's data; it is meant for the site that made it.</footer>`,
    '</main></body></html>\n',
  ].join('')
}
