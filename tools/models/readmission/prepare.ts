import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { PARTS, type Part, readStays, type Stay } from './encounters.ts'
import { MAKERS } from './inputs.ts'
import { orSay } from './or-say.ts'

const HELP = `Usage: node dist/tools/models/readmission/prepare.js PUBLISHED.csv[.gz] IDS_MAPPING.csv --out TABLE.csv [--part PART]

Turns the published file of "Diabetes 130-US hospitals" into a table with the inputs of the model readmission-diabetes by name, the
outcome (1: admitted again within 30 days), the patient (id) and race, for \`attune models validate\`.

  --part PART   ${Object.keys(PARTS).join(', ')} (see encounters.ts) or all, which is the default
`

const NAMES = MAKERS.map(({ input }) => input)
/** Two stays of a patient may be alike in everything; their row tells them from one that is written twice. */
const lineOf = ({ patient, values, outcome, race }: Stay, n: number): string =>
  [patient, n + 1, ...NAMES.map((name) => values[name] ?? ''), race, outcome].join(',')

/** The table as text; empty cells are not known. */
export const tableOf = (stays: readonly Stay[]): string =>
  `${[['id', 'row', ...NAMES, 'race', 'outcome'].join(','), ...stays.map(lineOf)].join('\n')}\n`

const isPart = (text: string): text is Part | 'all' => text === 'all' || Object.hasOwn(PARTS, text)

const main = (): number => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, part: { type: 'string', default: 'all' }, help: { type: 'boolean' } },
  })
  const [published, codeLists] = positionals
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (published === undefined || codeLists === undefined || values.out === undefined || !isPart(values.part)) {
    process.stderr.write(HELP)
    return 2
  }
  const { part, out } = values
  return orSay(() => {
    const stays = readStays(published, codeLists).filter((stay) => part === 'all' || stay.part === part)
    writeFileSync(out, tableOf(stays))
    const events = stays.filter(({ outcome }) => outcome === 1).length
    const patients = new Set(stays.map(({ patient }) => patient)).size
    process.stderr.write(`${stays.length} stays of ${patients} patients, ${events} readmitted\n`)
  })
}

if (import.meta.filename === process.argv[1]) process.exitCode = main()
