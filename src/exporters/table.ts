import type { GeneReport, SampleReport } from './gene-report.ts'

const HEAD = [
  'sample',
  'gene',
  'state',
  'diplotypes',
  'phenotypes',
  'activity_scores',
  'phasing',
  'missing',
  'uncallable',
  'source',
  'because',
  'notes',
]

/** A cell of a tab-separated table: no tabs, no line breaks, and nothing that a spreadsheet takes for a formula. */
const cell = (text: string): string => {
  const flat = text.replace(/[\t\r\n]+/g, ' ')
  return /^(?:[=+@]|-(?!\d))/.test(flat) ? `'${flat}` : flat
}

const joined = (texts: readonly (string | undefined)[], by = ' or '): string => [...new Set(texts.filter((text) => text))].join(by)

const rowOf = (sample: string, report: GeneReport): string =>
  [
    sample,
    report.gene,
    report.state,
    joined(report.names, report.state === 'variants' ? ', ' : ' or '),
    joined(report.genotypes.map((one) => one.phenotype?.term ?? one.keys.find((key) => key !== one.diplotype))),
    joined(report.genotypes.map((one) => one.activityScore?.text)),
    report.phasing ?? '',
    String(report.call?.missing.length ?? ''),
    joined(report.call?.uncallable.map(({ allele }) => allele) ?? [], ', '),
    report.source,
    report.because ?? '',
    report.notes.join(' '),
  ]
    .map(cell)
    .join('\t')

export const tableHead = (): string => `${HEAD.join('\t')}\n`

/** One row per gene, tab-separated. */
export const tableRows = ({ sample, genes }: SampleReport): string => genes.map((report) => `${rowOf(sample, report)}\n`).join('')
