import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../config.ts'
import { KEPT_RULES, packRules } from '../guidance/kept-rules.ts'
import { indexKnowledge, readKnowledge } from '../guidance/load-knowledge.ts'
import { besideBundle, projectRoot } from '../project-root.ts'
import { KEPT_PARTS, keptParts } from '../risk/kept-parts.ts'
import { loadModels } from '../risk/registry.ts'
import { checkRooms } from './rooms.ts'

/** Last step of the build: checks rules and models of this release with the code that was just built, and keeps beside it what was read. */

const checkedRules = async (): Promise<string> => {
  const checked = readKnowledge(join(projectRoot, 'rules'), null)
  checkRooms(indexKnowledge(checked))
  return packRules(checked)
}

const checkedModels = async (): Promise<string> => {
  const { country, execution, models, inference } = readConfig({}, projectRoot)
  const noted = keptParts.note()
  const loaded = await loadModels(join(projectRoot, 'models'), { country, execution, models, inference })
  await loaded.close()
  return noted()
}

const keep = async (name: string, check: () => Promise<string>): Promise<void> => {
  const path = besideBundle(name)
  if (path === null) throw new Error('what was checked is kept beside the bundle only')
  rmSync(path, { force: true }) // what is there was checked by other code
  try {
    writeFileSync(`${path}.new`, await check())
    renameSync(`${path}.new`, path) // whole, or not there
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`) // the start will refuse it, and say why
  }
}

await keep(KEPT_RULES, checkedRules)
await keep(KEPT_PARTS, checkedModels)
