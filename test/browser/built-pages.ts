import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'

/** The pages as they ship, built into a folder of their own. Vitest's own NODE_ENV would bring React's development build. */
export const buildPages = async (): Promise<{ readonly folder: string; readonly remove: () => void }> => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-pages-'))
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  await build({
    configFile: join(import.meta.dirname, '../../smart-app/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder },
  }).finally(() => {
    process.env.NODE_ENV = NODE_ENV
  })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
