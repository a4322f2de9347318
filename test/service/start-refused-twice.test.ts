import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { loadThinking } from '../../src/engine.ts'
import { projectRoot } from '../../src/project-root.ts'

it('broken rules and broken models together refuse the start in the words of the rules, and no failure is left unheard', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'attune-empty-'))
  const unheard: unknown[] = []
  const hear = (reason: unknown) => void unheard.push(reason)
  process.prependListener('unhandledRejection', hear)
  const config = { ...readConfig({}, projectRoot), rulesDir: empty, modelsDir: join(empty, 'nowhere') }
  const refusal = await loadThinking(config).catch((error: unknown) => error)
  await wait(500)
  process.removeListener('unhandledRejection', hear)
  rmSync(empty, { recursive: true })
  expect(refusal).toMatchObject({ code: 'rules-invalid' })
  expect(unheard).toEqual([])
})
