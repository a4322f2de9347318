import { isAtcSubstance, isHgncId, isLoinc, isRxcui, isSnomedConcept } from '../terminology/check-digits.ts'
import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'

const SYSTEMS: Readonly<Record<string, readonly [string, (code: string) => boolean]>> = {
  'http://loinc.org': ['LOINC', isLoinc],
  'http://snomed.info/sct': ['SNOMED CT', isSnomedConcept],
  'http://www.nlm.nih.gov/research/umls/rxnorm': ['RxNorm', isRxcui],
  'http://www.whocc.no/atc': ['ATC', isAtcSubstance],
  'http://www.genenames.org/geneId': ['HGNC', isHgncId],
}

const wrong = (file: string, row: string, kind: string, code: string): Problem => ({
  file,
  row,
  problem: `"${code}" is not a valid ${kind} code`,
})

/** Every `{ system, code }` anywhere in the tables of other rooms. */
const codingProblems = (file: string, value: unknown, path: string): Problem[] => {
  if (value === null || typeof value !== 'object') return []
  if (Array.isArray(value)) return value.flatMap((member, index) => codingProblems(file, member, `${path}.${index}`))
  const own = 'system' in value && 'code' in value ? SYSTEMS[String(value.system)] : undefined
  const here =
    own !== undefined && 'code' in value && !own[1](String(value.code)) ? [wrong(file, path.slice(1), own[0], String(value.code))] : []
  return [...here, ...Object.entries(value).flatMap(([key, member]) => codingProblems(file, member, `${path}.${key}`))]
}

const geneProblems = ({ genes }: ParsedRules): Problem[] =>
  [...genes].flatMap(([file, gene]) => [
    ...(isHgncId(gene.hgnc) ? [] : [wrong(file, 'hgnc', 'HGNC', gene.hgnc)]),
    ...(gene.loinc.phenotype === null || isLoinc(gene.loinc.phenotype) ? [] : [wrong(file, 'loinc', 'LOINC', gene.loinc.phenotype)]),
  ])

const drugProblems = ({ drugs, modifiers }: ParsedRules): Problem[] => {
  const codes = [
    ...drugs.ingredients.flatMap((row) => (row.rxcui === null ? [] : [{ file: 'drugs/ingredients.json', row: row.name, code: row.rxcui }])),
    ...drugs.products.map((row) => ({ file: 'drugs/products.json', row: row.rxcui, code: row.rxcui })),
    ...drugs.codes.map((row) => ({ file: 'drugs/codes.json', row: row.rxcui, code: row.rxcui })),
    ...modifiers.rows.flatMap((row) => (row.rxcui === null ? [] : [{ file: 'phenoconversion.json', row: row.drug, code: row.rxcui }])),
  ]
  return [
    ...codes.filter(({ code }) => !isRxcui(code)).map(({ file, row, code }) => wrong(file, row, 'RxNorm', code)),
    ...drugs.ingredients.flatMap((row) =>
      row.atc.filter((code) => !isAtcSubstance(code)).map((code) => wrong('drugs/ingredients.json', row.name, 'ATC', code)),
    ),
  ]
}

/** Codes by their form and check digit, wherever the rules hold one. */
export const checkIdentifiers = (rules: ParsedRules): Problem[] => [
  ...rules.loinc.rows.filter((row) => !isLoinc(row.code)).map((row) => wrong('loinc.json', row.code, 'LOINC', row.code)),
  ...geneProblems(rules),
  ...drugProblems(rules),
  ...[...rules.tables].flatMap(([name, table]) => codingProblems(`${name}.json`, table, '')),
]
