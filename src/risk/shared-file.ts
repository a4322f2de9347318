import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AttuneError } from '../errors.ts'

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/**
 * A file that the models of a folder share; null where the folder has none.
 * @throws AttuneError `model-invalid` when it cannot be read, or with every problem
 */
export const readShared = async <S extends z.ZodType>(
  modelsDir: string,
  file: string,
  schema: S,
  problemsOf: (parsed: z.output<S>) => readonly string[],
): Promise<z.output<S> | null> => {
  let text: string
  try {
    text = await readFile(`${modelsDir}/${file}`, 'utf8')
  } catch (cause) {
    if (isAbsent(cause)) return null
    throw new AttuneError('model-invalid', `${file} cannot be read`, { cause })
  }
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (cause) {
    throw new AttuneError('model-invalid', `${file} is not JSON`, { cause })
  }
  const parsed = schema.safeParse(raw)
  if (!parsed.success) throw new AttuneError('model-invalid', `${file}: ${z.prettifyError(parsed.error)}`)
  const problems = problemsOf(parsed.data)
  if (problems.length > 0) throw new AttuneError('model-invalid', `${file}: ${problems.join('; ')}`)
  return parsed.data
}
