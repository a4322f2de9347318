import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { conditionSetsSchema } from '../../src/risk/condition-sets.ts'
import { medicineClassesSchema } from '../../src/risk/medicine-classes.ts'
import { manifestSchema } from '../../src/risk/model-folder.ts'
import { LOOKUPS } from './risk-lookups.ts'

const STATES = {
  independent: 'equal to another program, or to printed or published results, on the vectors named',
  source: 'read in the source, in a copy of it or in a published table, no second check',
  partly: 'some of it read in the source or in a text that quotes it; what was not, is not shown',
  recalled: 'not read anywhere: off',
} as const

const FOUND = { source: 'in the source or a published table', secondary: 'in a text that quotes it', no: 'not found' } as const

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)].join(
    '\n',
  )

const json = (...path: readonly string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'))

const manifestsIn = (modelsDir: string) =>
  readdirSync(modelsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(modelsDir, entry.name)).includes('manifest.json'))
    .map((entry) => manifestSchema.parse(json(modelsDir, entry.name, 'manifest.json')))
    .sort((a, b) => a.id.localeCompare(b.id, 'en'))

type Sources = Readonly<Record<string, { readonly says: string; readonly url: string; readonly secondary: boolean }>>

const sourceRows = (sources: Sources, uses: readonly string[]) =>
  Object.entries(sources).map(([id, { says, url, secondary }]) => [
    says,
    url,
    secondary ? FOUND.secondary : FOUND.source,
    String(uses.filter((use) => use === id).length),
  ])

/** `docs/risk-sources.md`: of every risk model where its numbers come from, and where codes and classes do. */
export const riskSources = (modelsDir: string): string => {
  const manifests = manifestsIn(modelsDir)
  const classes = medicineClassesSchema.parse(json(modelsDir, 'medicine-classes.json'))
  const sets = conditionSetsSchema.parse(json(modelsDir, 'condition-sets.json'))
  const rows = [...Object.values(classes.classes).flatMap(({ members }) => members), ...classes.kidneyDosing, ...classes.liverDosing]
  const outputs = manifests.flatMap(({ id, variants }) =>
    variants.flatMap(({ label, outputs: all }) => all.flatMap(({ observed }) => (observed ? [{ id, label, observed }] : []))),
  )
  return `# Sources of the risk models

Generated from \`models/\` and \`tools/docs/risk-lookups.ts\` by \`npm run docs\`; do not edit by hand.

## Models

States: ${Object.entries(STATES)
    .map(([state, says]) => `**${state}**, ${says}`)
    .join('; ')}.

${table(
  ['Model', 'State', 'What was checked', 'Cited'],
  manifests.map(({ id, verified, citation }) => [`\`${id}\``, verified.state, verified.says, citation]),
)}

Off, with the reason that is given in place of a number:

${table(
  ['Model', 'Score', 'Reason'],
  manifests.flatMap(({ id, variants }) => variants.flatMap(({ label, off }) => (off === undefined ? [] : [[`\`${id}\``, label, off]]))),
)}

## Items that were looked for

${table(
  ['Model', 'Item', 'Found', 'Where', 'So'],
  LOOKUPS.map(({ model, item, found, where, so }) => [`\`${model}\``, item, FOUND[found], where, so]),
)}

## Rates that studies saw

Shown beside a score, with study and year, and never as the person's own chance.

${table(
  ['Model', 'Score', 'By value', 'Source'],
  outputs.map(({ id, label, observed }) => [
    `\`${id}\``,
    label,
    `${observed.rows.map(({ low, high, value }) => `${low === high ? low : `${low} to ${high}`}: ${value}`).join('; ')} (${observed.unit})`,
    observed.source,
  ]),
)}

## Conditions

\`models/condition-sets.json\`: ${Object.keys(sets.sets).length} sets of codes, ${Object.values(sets.sets).reduce((sum, { icd10 }) => sum + icd10.length, 0)} of ICD-10 (each with all below it) and ${Object.values(sets.sets).reduce((sum, { snomed }) => sum + snomed.length, 0)} of SNOMED CT.

${table(
  ['Source', 'Where', 'Read', 'Sets'],
  sourceRows(
    sets.sources,
    Object.values(sets.sets).flatMap(({ sources }) => sources),
  ),
)}

## Classes of medicines

\`models/medicine-classes.json\`: ${Object.keys(classes.classes).length} classes, ${classes.kidneyDosing.length} statements on dose by kidney function, ${classes.liverDosing.length} by Child-Pugh class. No class is complete; a medicine that is not listed is counted as none of them.

${table(
  ['Source', 'Where', 'Read', 'Rows'],
  sourceRows(
    classes.sources,
    rows.map(({ source }) => source),
  ),
)}
`
}
