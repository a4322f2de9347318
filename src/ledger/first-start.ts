import { execFile } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { promisify } from 'node:util'

/** Runs in a process of its own: making a database takes some 700 MB for a moment, which the server would keep. */
const CODE = `
  (await import('node:v8')).setFlagsFromString('--liftoff-only') // it lives too short for a better compiler to pay
  const [module, folder, ...parameters] = process.argv.slice(1)
  const { PGlite } = await import(module)
  const database = await PGlite.create({ dataDir: folder, startParams: [...PGlite.defaultStartParams, ...parameters] })
  await database.close()
`

/**
 * Makes the embedded database when there is none. It gets its name only when it is whole, so that a start that is killed
 * half way leaves nothing that looks like a database.
 */
export const makeDatabase = async (folder: string, parameters: readonly string[]): Promise<void> => {
  if (existsSync(folder)) return
  const fresh = `${folder}.new`
  rmSync(fresh, { recursive: true, force: true })
  const module = import.meta.resolve('@electric-sql/pglite')
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', CODE, module, fresh, ...parameters])
  renameSync(fresh, folder)
}
