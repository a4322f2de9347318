import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AttuneError } from '../../errors.ts'
import { THRESHOLDS } from '../../validation/levels.ts'
import { writePage } from '../../validation/page/page.ts'
import type { Report } from '../../validation/report.ts'
import { writeSummary } from '../../validation/summary.ts'
import { printJson, progress, say, UsageError, type VerbInput } from '../verb.ts'

/** Options that `validate` and `combine` share. */
export const REPORT_OPTIONS = {
  out: { type: 'string' },
  'min-group': { type: 'string' },
  bootstrap: { type: 'string' },
  seed: { type: 'string' },
  thresholds: { type: 'string' },
  small: { type: 'boolean' },
  note: { type: 'string' },
} as const

export const REPORT_USAGE =
  '  --out DIR           where report.html and report.json go; default attune-validation\n' +
  '  --min-group N       no group with fewer than N people, events or others is shown; default 11\n' +
  '  --bootstrap N       resamples for the intervals; default 500\n' +
  '  --seed N            of the resamples; default 1\n' +
  '  --thresholds LIST   percentages whose net benefit the table shows; default 1,2,5,10,20,30,50\n' +
  '  --note TEXT         what the page says of the data: where they come from, who is in them\n' +
  '  --small             make a report although there are fewer than 100 events or 100 others\n'

type Values = VerbInput['values']

export const textOf = (values: Values, name: string): string | null => {
  const value = values[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

export const wholeOf = (values: Values, name: string, otherwise: number, least: number, most: number): number => {
  const text = textOf(values, name)
  if (text === null) return otherwise
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`--${name} takes a whole number from ${least} to ${most}.`)
}

const thresholdsOf = (values: Values): number[] =>
  (textOf(values, 'thresholds') ?? '1,2,5,10,20,30,50').split(',').map((text) => {
    const found = THRESHOLDS.find((threshold) => Math.abs(threshold * 100 - Number(text)) < 1e-9)
    if (text.trim() !== '' && found !== undefined) return found
    throw new UsageError('--thresholds takes percentages in steps of 0.5, or of 0.1 below 1 and above 99, with commas between them.')
  })

export const reportOptions = (values: Values) => ({
  minGroup: wholeOf(values, 'min-group', 11, 2, 1000),
  draws: { replicates: wholeOf(values, 'bootstrap', 500, 0, 10_000), seed: wholeOf(values, 'seed', 1, 0, 2 ** 31) },
  thresholds: thresholdsOf(values),
  note: textOf(values, 'note'),
  madeAt: new Date().toISOString(),
  tell: (done: string) => progress(`figures of ${done}`),
})

/** All of it or nothing: written beside, then renamed. @throws AttuneError `input-unreadable` when it cannot be written */
export const writeWhole = (path: string, text: string): void => {
  const beside = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(beside, text, { mode: 0o640 })
    renameSync(beside, path)
  } catch (cause) {
    rmSync(beside, { force: true })
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw new AttuneError('input-unreadable', `${path} cannot be written (${reason})`, { cause })
  }
}

/** Page and JSON into the folder, words or JSON to standard output. With --json alone no file is written. */
export const giveReport = (report: Report, values: Values): void => {
  const json = values.json === true
  const folder = textOf(values, 'out') ?? (json ? null : 'attune-validation')
  if (folder !== null) {
    writeWhole(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
    writeWhole(join(folder, 'report.html'), writePage(report))
  }
  if (json) printJson(report)
  else {
    say(writeSummary(report))
    say(`Written: ${join(folder ?? '', 'report.html')} and report.json`)
  }
}
