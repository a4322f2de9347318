import type { z } from 'zod'
import type { AttuneError } from '../errors.ts'

const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/**
 * What a file of JSON lines holds, strictly; empty lines are passed over.
 * @throws what `wrong` makes of the number of a line that is not as the schema says
 */
export const readJsonLines = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  wrong: (line: number) => AttuneError,
): z.output<Schema>[] =>
  text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    const read = schema.safeParse(parseLine(line))
    if (!read.success) throw wrong(at + 1)
    return [read.data]
  })
