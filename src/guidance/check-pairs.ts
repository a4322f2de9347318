import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'

const FILE = 'cpic-pairs.json'

/** Listed pairs against the drug tables. Their genes need no table here: most have no guidance. */
export const checkPairs = ({ pairs, drugs }: ParsedRules): Problem[] => {
  const codes = new Map(drugs.ingredients.map((row) => [row.name, row.rxcui]))
  const others = new Map(drugs.codes.map((row) => [row.rxcui, row.ingredients]))
  const seen = new Set<string>()
  return pairs.rows.flatMap((pair) => {
    const row = `${pair.gene} ${pair.drug}`
    const twice = seen.has(row)
    seen.add(row)
    const [drug] = pair.drugs
    const stands =
      pair.rxcui === null || drug === undefined || codes.get(drug) === pair.rxcui || others.has(pair.rxcui) || pair.drugs.length > 1
    return [
      ...(twice ? ['stands twice'] : []),
      ...(pair.drugs.length === 0 && pair.note === undefined ? ['a pair that no order can name must say why in its note'] : []),
      ...pair.drugs.filter((name) => !codes.has(name)).map((name) => `unknown drug "${name}"`),
      ...(stands ? [] : [`RxNorm ${pair.rxcui} here, ${codes.get(drug ?? '')} in drugs/ingredients.json`]),
    ].map((problem) => ({ file: FILE, row, problem }))
  })
}
