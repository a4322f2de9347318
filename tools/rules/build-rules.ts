/**
 * Turns the reference tables into the rules of this repository. Run again after a refresh of the
 * reference: the output is the same byte for byte when nothing changed, and ids are never given twice.
 *
 *   node dist/tools/rules/build-rules.js REFERENCE_FOLDER [RULES_FOLDER] [--may-shrink FILE]...
 *
 * Exit status 0: written. 1: a table or the rules made of it are not as they must be; nothing was written. 2: wrong use.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { makeRules } from './make-rules.ts'

const USAGE = 'usage: node dist/tools/rules/build-rules.js REFERENCE_FOLDER [RULES_FOLDER] [--may-shrink FILE]...'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'may-shrink': { type: 'string', multiple: true } } })
const [reference, rulesDir = 'rules'] = positionals
if (reference === undefined) {
  console.error(USAGE)
  process.exit(2)
}
try {
  console.log(JSON.stringify(makeRules(resolve(reference), resolve(rulesDir), values['may-shrink']), null, 2))
} catch (error) {
  console.error(`Nothing was written. ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}
