/**
 * Turns the reference tables into the rules of this repository. Run again after a refresh of the
 * reference: the output is the same byte for byte when nothing changed, and ids are never given twice.
 *
 *   node dist/tools/rules/build-rules.js REFERENCE_FOLDER [RULES_FOLDER]
 */
import { resolve } from 'node:path'
import { makeRules } from './make-rules.ts'

const [reference, rulesDir = 'rules'] = process.argv.slice(2)
if (reference === undefined) {
  console.error('usage: node dist/tools/rules/build-rules.js REFERENCE_FOLDER [RULES_FOLDER]')
  process.exit(2)
}
console.log(JSON.stringify(makeRules(resolve(reference), resolve(rulesDir)), null, 2))
