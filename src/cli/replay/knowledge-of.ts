import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '../../config.ts'
import { archiveDirOf, loadThinking, type Thinking } from '../../engine.ts'
import { AttuneError } from '../../errors.ts'
import type { KeptCall } from '../../kept-inputs.ts'
import { type Knowledge, restoreKnowledge } from '../../ledger/archive.ts'

/** Folders that the operator names in place of the archive. */
export type Folders = { readonly rules: string | undefined; readonly models: string | undefined }

export type Loaded = { readonly config: Config; readonly thinking: Thinking }

/** Rules and models as a decision had them; one set is held at a time, because most decisions in a row have the same. */
export type Library = { of(call: KeptCall): Promise<Loaded>; close(): Promise<void> }

const fromFolders = ({ rulesDir, modelsDir, drugMap }: Config, { rules, models }: Folders): Knowledge => ({
  rulesDir: rules === undefined ? rulesDir : resolve(rules),
  modelsDir: models === undefined ? modelsDir : resolve(models),
  drugMap,
})

/** @throws AttuneError `input-unreadable` when the archive has not all of it */
const findKnowledge = async (call: KeptCall, config: Config, folders: Folders, into: string): Promise<Knowledge> => {
  if (folders.rules !== undefined || folders.models !== undefined) return fromFolders(config, folders)
  const { archive } = call.settings
  if (archive === null)
    throw new AttuneError('input-unreadable', 'its rules and models were not archived; name folders with --rules and --models')
  return restoreKnowledge(archiveDirOf(config), archive, into)
}

export const openLibrary = (config: Config, folders: Folders): Library => {
  let held: (Loaded & { readonly key: string }) | null = null

  const close = async (): Promise<void> => {
    await held?.thinking.kit.models.close()
    held = null
  }

  const load = async (call: KeptCall): Promise<Loaded> => {
    const into = mkdtempSync(join(tmpdir(), 'attune-replay-'))
    try {
      const { archive: _a, standing, stance: _s, ...spoken } = call.settings
      const knowledge = await findKnowledge(call, config, folders, into)
      const then: Config = { ...config, ...spoken, ...knowledge, retention: { ...config.retention, storeInputs: false } }
      return { config: then, thinking: await loadThinking(then, (model) => standing[model] ?? { use: 'on' }) }
    } finally {
      rmSync(into, { recursive: true, force: true }) // all of it is in memory now
    }
  }

  return {
    of: async (call) => {
      const key = JSON.stringify({ ...call.settings, stance: null })
      if (held?.key !== key) {
        await close()
        held = { ...(await load(call)), key }
      }
      return held
    },
    close,
  }
}
