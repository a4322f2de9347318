import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'

/** Every source that a row or file names stands in `sources.json`, once. */
export const checkSources = (rules: ParsedRules): Problem[] => {
  const ids = rules.sources.rows.map((row) => row.id)
  const known = new Set(ids)
  const named = [
    ...[...rules.genes].map(([file, gene]) => ({ file, row: gene.symbol, source: gene.source.id })),
    ...rules.drugs.ingredients.flatMap((row) =>
      [row.source, row.rxcuiSource ?? row.source].map((source) => ({ file: 'drugs/ingredients.json', row: row.name, source })),
    ),
    ...rules.drugs.codes.map((row) => ({ file: 'drugs/codes.json', row: row.rxcui, source: row.source })),
    ...[...rules.guidance].flatMap(([file, { rows }]) =>
      rows.flatMap((row) => (row.origin === undefined ? [] : [{ file, row: row.id, source: row.origin }])),
    ),
    ...[rules.modifiers, rules.loinc, rules.phenotypes, rules.pairs].flatMap((file, at) =>
      file.source === undefined
        ? []
        : [
            {
              file: ['phenoconversion.json', 'loinc.json', 'phenotypes.json', 'cpic-pairs.json'][at] ?? '',
              row: 'source',
              source: file.source,
            },
          ],
    ),
  ]
  return [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => ({ file: 'sources.json', row: id, problem: 'stands twice' })),
    ...named
      .filter(({ source }) => !known.has(source))
      .map(({ file, row, source }) => ({ file, row, problem: `unknown source "${source}"` })),
  ]
}
