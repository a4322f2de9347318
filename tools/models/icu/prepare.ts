import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Cleaning, makeFeatures } from './make-features.ts'
import { readPlan } from './parameters.ts'
import { readOutcomes, readStays } from './read-stays.ts'
import { partOf } from './split.ts'

const USAGE = `node dist/tools/models/icu/prepare.js --stays FILE.tsv[.gz]|FOLDER [--outcomes FILE.csv ...] --out TABLE.csv
The feature table of the ICU model from the published layout: one row per stay, model input names, and with --outcomes also
part (own test or fold), outcome (1 = died in hospital), sex, age_group and icu_type. Empty cells were not measured.
--without person|vitals|labs empties the inputs of one modality; --part test keeps the stays of one part.`

const GROUPS = {
  sex: ['female', 'male'],
  icu: ['', 'coronary', 'cardiac surgery', 'medical', 'surgical'],
} as const

const ageGroup = (age: number | null): string =>
  age === null ? '' : age < 50 ? 'under 50' : age < 65 ? '50 to 64' : age < 80 ? '65 to 79' : '80 and over'

/** Seven significant digits: more than the published values carry. */
const cell = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(7))))

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      stays: { type: 'string' },
      outcomes: { type: 'string', multiple: true },
      out: { type: 'string' },
      plan: { type: 'string', default: 'models/icu-mortality/recipe/parameters.json' },
      without: { type: 'string' },
      part: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help || !values.stays || !values.out) {
    process.stderr.write(`${USAGE}\n`)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const plan = readPlan(values.plan)
  const outcomes = values.outcomes ? readOutcomes(values.outcomes) : null
  const cleaning: Cleaning = new Map()
  const names = plan.features.map(({ name }) => name)
  const at = (name: string) => names.indexOf(name)
  const lines = [[...(outcomes ? ['id', 'part', 'outcome', 'sex', 'age_group', 'icu_type'] : ['id']), ...names].join(',')]
  const isWithout = (n: number) => plan.features[n]?.parameter.modality === values.without
  let without = 0
  for (const stay of await readStays(values.stays)) {
    if (values.part !== undefined && partOf(stay.id) !== values.part) continue
    const row = makeFeatures(plan, stay, cleaning)
    const outcome = outcomes?.get(stay.id)
    if (outcomes && outcome === undefined) {
      without += 1
      continue
    }
    const sex = row[at('sex_first')]
    const groups = [GROUPS.sex[sex ?? -1] ?? '', ageGroup(row[at('age_first')] ?? null), GROUPS.icu[row[at('icu_first')] ?? 0] ?? '']
    lines.push(
      [
        stay.id,
        ...(outcomes ? [partOf(stay.id), outcome, ...groups] : []),
        ...row.map((value, n) => cell(isWithout(n) ? null : value)),
      ].join(','),
    )
  }
  writeFileSync(values.out, `${lines.join('\n')}\n`)
  process.stderr.write(
    `${lines.length - 1} stays, ${names.length} features${without > 0 ? `; ${without} stays without an outcome left out` : ''}\n`,
  )
  for (const [id, { read, repaired, dropped, late }] of cleaning)
    if (repaired + dropped + late > 0)
      process.stderr.write(`${id}: ${read} values, ${repaired} repaired, ${dropped} dropped, ${late} later than 48 h\n`)
}

await main()
