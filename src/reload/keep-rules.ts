import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KEPT_RULES, packRules } from '../guidance/kept-rules.ts'
import { indexKnowledge, readKnowledge } from '../guidance/load-knowledge.ts'
import { besideBundle, projectRoot } from '../project-root.ts'
import { checkRooms } from './rooms.ts'

/** Last step of the build: checks the rules of this release with the code that was just built, and keeps them beside it. */
const path = besideBundle(KEPT_RULES)
if (path === null) throw new Error('rules are kept beside the bundle only')
rmSync(path, { force: true }) // what is there was checked by other code
try {
  const checked = readKnowledge(join(projectRoot, 'rules'), null)
  checkRooms(indexKnowledge(checked))
  writeFileSync(`${path}.new`, packRules(checked))
  renameSync(`${path}.new`, path) // whole, or not there
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`) // the start will refuse them, and say why
}
