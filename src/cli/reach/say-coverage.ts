import type { Coverage, SourceCoverage } from './coverage.ts'
import type { EntryReach } from './reach-tables.ts'

const COLUMNS = ['rows', 'in rules', 'shown', 'listed only', 'not used'] as const

const lineOf = (first: string, cells: readonly (string | number)[]): string =>
  [first.padEnd(24), ...cells.map((cell, at) => String(cell).padStart((COLUMNS[at] ?? '').length + 2))].join('')

const cellsOf = ({ rows, held, shown, listed, notUsed }: SourceCoverage): (string | number)[] => [
  rows ?? '-',
  held ?? '-',
  shown,
  listed,
  notUsed,
]

/** Reasons with how many things each is for, and the first few of them by name. */
const grouped = (items: readonly { readonly name: string; readonly reason: string }[]): string[] => {
  const groups = new Map<string, string[]>()
  for (const { name, reason } of items) groups.set(reason, [...(groups.get(reason) ?? []), name])
  return [...groups].map(([reason, names]) => {
    const shown = names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ')
    return `  ${names.length} × ${reason}: ${shown}`
  })
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines])

const offOf = (entries: readonly EntryReach[]): string[] =>
  grouped(
    entries
      .filter(({ as, silent }) => as === 'off' && silent.length === 0)
      .map(({ entry, reasons }) => ({ name: entry, reason: reasons.join('; ') })),
  )

const rowLines = ({ rows }: Coverage): string[] =>
  rows.flatMap(({ row, standing, reached, reasons }) =>
    standing === 'advice' && !reached && reasons.length > 0
      ? [`  ${row}: ${[...new Set(reasons.map((reason) => reason.replace(/^[^:]+: /, '')))].join('; ')}`]
      : [],
  )

const partLines = ({ rows }: Coverage): string[] =>
  rows.flatMap(({ row, standing, reached, reasons }) =>
    standing === 'advice' && reached ? reasons.map((reason) => `  ${row}: ${reason}`) : [],
  )

const conditionLine = ({ rows }: Coverage): string => {
  const decided = rows.reduce((sum, { conditions }) => sum + conditions.decided, 0)
  const asked = rows.reduce((sum, { conditions }) => sum + conditions.asked, 0)
  return `Conditions inside actions: ${decided} are decided from the record, ${asked} are asked on the card.`
}

const tableLine = (title: string, entries: readonly EntryReach[]): string =>
  `${title}: ${entries.filter(({ as }) => as === 'used').length} of ${entries.length} in use.`

/** The report for people; `--json` holds every row. */
export const sayCoverage = (coverage: Coverage): string[] => {
  const { rows, pairs, special, modifiers, testFirst, alternatives, textOnly, silent } = coverage
  return [
    `Rules ${coverage.version}, data to ${coverage.asOf}`,
    '',
    lineOf('source', COLUMNS),
    ...coverage.sources.map((source) => lineOf(source.file, cellsOf(source))),
    '',
    tableLine('Tests before the first dose', testFirst),
    tableLine('Replacements', alternatives),
    conditionLine(coverage),
    `Drugs that the trials had to name by text, for want of an ingredient code or a product: ${textOnly.length === 0 ? 'none' : textOnly.join(', ')}.`,
    ...section('Rows that another row always overrules:', rowLines(coverage)),
    ...section('Parts of rows that another row always overrules:', partLines(coverage)),
    ...section(
      'Rows that are off:',
      rows.flatMap(({ row, standing, reasons }) => (standing === 'off' ? [`  ${row}: ${reasons.join('; ')}`] : [])),
    ),
    ...section(
      'Rows that only say that the source lists the pair:',
      grouped(
        rows.flatMap(({ row, standing, reached, reasons }) =>
          standing === 'listed' && reached ? [{ name: row, reason: reasons.join('; ') }] : [],
        ),
      ),
    ),
    ...section(
      'CPIC pairs without a row of CPIC:',
      grouped(
        pairs.flatMap(({ pair, as, level, reasons }) =>
          as === 'advice'
            ? []
            : [{ name: pair, reason: as === 'other-source' ? `level ${level}, advice of another source` : reasonKind(reasons) }],
        ),
      ),
    ),
    ...section('Facts outside the tables that are not used:', offOf(special)),
    ...section('Inhibitors and inducers that are off:', offOf(modifiers)),
    ...section('Tests before the first dose that are off:', offOf(testFirst)),
    ...section('Replacements that are not offered:', offOf(alternatives)),
    '',
    silent.length === 0 ? 'Nothing is silently unused.' : `SILENTLY UNUSED: ${silent.length}`,
    ...silent.map(({ where, what }) => `  ${where}: ${what}`),
  ]
}

/** Without the names of genes, so that pairs can be counted by reason. */
const reasonKind = (reasons: readonly string[]): string =>
  reasons.map((reason) => reason.replace(/ on [A-Z0-9, -]+$/, ' on other genes')).join('; ')
