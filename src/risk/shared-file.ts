import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import { keptParts } from './kept-parts.ts'

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

type ProblemsOf<S extends z.ZodType> = (parsed: z.output<S>) => readonly string[]

/** @throws AttuneError `model-invalid` with every problem */
const parseShared = <S extends z.ZodType>(file: string, text: string, schema: S, problemsOf: ProblemsOf<S>): z.output<S> => {
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

/**
 * A file that the models of a folder share; null where the folder has none.
 * @throws AttuneError `model-invalid` when it cannot be read, or with every problem
 */
export const readShared = async <S extends z.ZodType>(
  modelsDir: string,
  file: string,
  schema: S,
  problemsOf: ProblemsOf<S>,
): Promise<z.output<S> | null> => {
  let bytes: Buffer
  try {
    bytes = await readFile(`${modelsDir}/${file}`)
  } catch (cause) {
    if (isAbsent(cause)) return null
    throw new AttuneError('model-invalid', `${file} cannot be read`, { cause })
  }
  const hash = createHash('sha256').update(bytes).digest('hex')
  return keptParts.parse(`${file} ${hash}`, () => parseShared(file, bytes.toString('utf8'), schema, problemsOf))
}
