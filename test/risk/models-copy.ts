import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Some of the shipped models, with the tables that all of them share, in a folder that a test may spoil. */
export const copyModels = (...ids: readonly string[]): { readonly dir: string; readonly remove: () => void } => {
  const dir = mkdtempSync(join(tmpdir(), 'attune-models-'))
  for (const id of ids) cpSync(join('models', id), join(dir, id), { recursive: true })
  for (const entry of readdirSync('models', { withFileTypes: true }))
    if (entry.isFile()) copyFileSync(join('models', entry.name), join(dir, entry.name))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}
