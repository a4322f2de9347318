import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../../src/project-root.ts'

/** A copy of the rules of this release that a test may change. */
export const copyRules = () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-rules-'))
  cpSync(join(projectRoot, 'rules'), folder, { recursive: true })
  const edit = (file: string, change: (text: string) => string): void =>
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')))
  return {
    folder,
    edit,
    /** Another release of the same rules: its number is part of the version. */
    release: (name: string): void => edit('sources.json', (text) => text.replace(/"release": "[^"]+"/, `"release": "${name}"`)),
    clear: (): void => rmSync(folder, { recursive: true, force: true }),
  }
}
