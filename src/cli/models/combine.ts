import { readFileSync } from 'node:fs'
import { AttuneError } from '../../errors.ts'
import { reportOf, tooFew } from '../../validation/report.ts'
import { combineShares, readShare } from '../../validation/share.ts'
import { say, UsageError } from '../verb.ts'
import type { Action } from './action.ts'
import { giveReport, REPORT_OPTIONS, REPORT_USAGE, reportOptions } from './validation-options.ts'

const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new AttuneError('input-unreadable', `${file} is not readable JSON`, { cause })
  }
}

export const combine: Action = {
  summary: 'Add up what several sites shared: the figures of their pooled rows, without the rows',
  usage: `attune models combine FILE FILE... [options] [--json]\n  FILE                what \`attune models validate --share\` wrote at each site\n${REPORT_USAGE.trimEnd()}`,
  options: REPORT_OPTIONS,
  run: async ({ values, positionals }) => {
    if (positionals.length < 2) throw new UsageError('Name the files of at least two sites.')
    const options = reportOptions(values)
    const material = combineShares(
      positionals.map((name) => ({ name, material: readShare(name, readJson(name)) })),
      options.minGroup,
    )
    const few = tooFew(material)
    if (few && values.small !== true) {
      say(`No report: ${few}. With --small it is made all the same, with a warning.`)
      return 1
    }
    giveReport(reportOf(material, { ...options, citation: null }), values)
    return 0
  },
}
