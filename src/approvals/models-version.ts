import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AttuneError } from '../errors.ts'
import { visibleFiles } from '../ledger/visible-files.ts'

/**
 * Version of a whole folder of models: their graphs, numbers, inputs and texts, and what they share.
 * @throws AttuneError `model-invalid` when a file cannot be read
 */
export const modelsVersion = async (modelsDir: string): Promise<string> => {
  const digest = createHash('sha256')
  try {
    for (const path of await visibleFiles(modelsDir)) {
      const content = createHash('sha256')
        .update(await readFile(join(modelsDir, path)))
        .digest('hex')
      digest.update(JSON.stringify([path, content])) // a name may hold anything, a line's end too
    }
  } catch (cause) {
    throw new AttuneError('model-invalid', `the models in ${modelsDir} cannot be read to their end`, { cause })
  }
  return `sha256:${digest.digest('hex')}`
}
