import { createHash } from 'node:crypto'
import { openFile } from './durable.ts'
import type { NotAssessed, WorklistRow } from './worklist.ts'

/** Name, lines and digest of a file of results. */
export type Written = { readonly name: string; readonly lines: number; readonly sha256: string }

/** A file whose digest and lines are known when it ends. */
export const openOutput = (path: string, name: string) => {
  const file = openFile(path)
  const hash = createHash('sha256')
  let kept = ''
  let lines = 0
  const flush = (): void => {
    const bytes = Buffer.from(kept, 'utf8')
    hash.update(bytes)
    file.write(bytes)
    kept = ''
  }
  return {
    /** `counts`: false for a head that is no line of its own. */
    line: (text: string, counts = true): void => {
      kept += text
      if (counts) lines += 1
      if (kept.length > 1 << 18) flush()
    },
    end: (): Written => {
      flush()
      file.end()
      return { name, lines, sha256: hash.digest('hex') }
    },
  }
}

/** A cell that a spreadsheet would compute is told to be text (OWASP, CSV injection). */
const COMPUTED = /^[=+\-@\t\r]/

/** RFC 4180: every cell in quotes, quotes doubled. Line breaks inside become blanks, so that a row is a line. */
export const csvCell = (value: string): string => {
  const flat = value.replace(/[\r\n\u2028\u2029]+/g, ' ')
  return `"${(COMPUTED.test(value) ? `'${flat}` : flat).replaceAll('"', '""')}"`
}

const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`

const estimateWords = ({ estimates }: WorklistRow): string =>
  estimates
    .map((one) =>
      one.state === 'estimated'
        ? `${one.model}/${one.variant}: ${one.value} ${one.unit}${one.band ? ` (${one.band})` : ''}, model ${one.version} sha256:${one.sha256.slice(0, 12)}`
        : `${one.model}/${one.question}: not computed, ${one.because}`,
    )
    .join('; ')

const populationWords = ({ population }: WorklistRow): string =>
  population === null ? '' : `${population.state === 'undecided' ? 'only if: ' : ''}${population.label} (${population.because})`

/** Columns of the worklist as a table, in order. */
export const WORKLIST_COLUMNS: readonly (readonly [string, (row: WorklistRow) => string])[] = [
  ['patient', (row) => row.patient],
  ['when', (row) => row.when],
  ['indicator', (row) => row.indicator],
  ['drug', (row) => row.drug],
  ['gene', (row) => row.genes.join(' + ')],
  ['result', (row) => row.results.join('; ')],
  ['diplotype', (row) => row.diplotypes.join('; ')],
  ['what to do', (row) => row.headline],
  ['advice', (row) => row.advice.join(' ')],
  ['source', (row) => row.source],
  ['strength', (row) => row.strength ?? ''],
  ['year', (row) => (row.year === null ? '' : String(row.year))],
  [
    'other sources',
    (row) => row.others.map(({ source, year, consequence }) => [source, year, consequence].filter(Boolean).join(' ')).join('; '),
  ],
  ['for', populationWords],
  ['alternatives', (row) => row.alternatives.map(({ drug, verdict }) => `${drug} (${verdict})`).join('; ')],
  ['not taken into account', (row) => row.gaps.join('; ')],
  ['model estimates', estimateWords],
  ['medicines', (row) => row.medicines.join(' ')],
  ['evidence', (row) => row.evidence.join(' ')],
  ['finding', (row) => row.finding],
  ['rule', (row) => row.rule],
  ['link', (row) => row.url],
]

export const worklistHead = (): string => csvLine(WORKLIST_COLUMNS.map(([name]) => name))
export const worklistLine = (row: WorklistRow): string => csvLine(WORKLIST_COLUMNS.map(([, read]) => read(row)))

export const notAssessedHead = (): string => csvLine(['patient', 'drug', 'medicines', 'about', 'code', 'because'])
export const notAssessedLine = (one: NotAssessed): string =>
  csvLine([one.patient, one.drug ?? '', one.medicines.join(' '), one.about, one.code, one.because])

const SEVERITY = { critical: 'high', warning: 'moderate', info: 'low' } as const

/** A row about a medicine in use as a FHIR R4 DetectedIssue: preliminary, since nobody has looked at it. */
export const detectedIssue = (row: WorklistRow, now: string): object => ({
  resourceType: 'DetectedIssue',
  id: createHash('sha256')
    .update(JSON.stringify([row.patient, row.flag]))
    .digest('hex')
    .slice(0, 32),
  status: 'preliminary',
  code: { text: 'Drug-gene guidance' },
  severity: SEVERITY[row.indicator],
  patient: { reference: row.patient },
  identifiedDateTime: now,
  implicated: row.medicines.map((reference) => ({ reference })),
  evidence: row.evidence.filter((reference) => !row.medicines.includes(reference)).map((reference) => ({ detail: [{ reference }] })),
  detail: [row.headline, ...row.results, ...row.advice].join('. ').replaceAll('..', '.'),
  reference: row.url,
})
