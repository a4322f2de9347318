import { readConfig } from '../../config.ts'
import { projectRoot } from '../../project-root.ts'
import { loadModels, type Models } from '../../risk/registry.ts'

/** Models of this installation, or of another folder; when not strict also beside those that do not pass, so that all problems are seen at once. */
export const openModels = (strict: boolean, folder: string | null = null, only: string | null = null): Promise<Models> => {
  const { modelsDir, country, execution, models, inference } = readConfig(process.env, projectRoot)
  return loadModels(folder ?? modelsDir, { country, execution, models, inference, strict, ...(only === null ? {} : { only }) })
}

/** The folder that the models come from. */
export const modelsFolder = (): string => readConfig(process.env, projectRoot).modelsDir

/** Hands the models to some work and lets their sessions go. */
export const withModels = async (
  strict: boolean,
  work: (models: Models) => number | Promise<number>,
  folder: string | null = null,
): Promise<number> => {
  const opened = await openModels(strict, folder)
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}
