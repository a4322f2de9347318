import { type Config, readConfig } from '../config.ts'
import { projectRoot } from '../project-root.ts'
import type { VerbInput } from './verb.ts'

const textOf = (value: VerbInput['values'][string]): string | undefined => (typeof value === 'string' ? value : undefined)

/** The server's own configuration; the place of its ledger may be named with --data or --database. */
export const configFor = ({ values }: VerbInput): Config => {
  const [data, database] = [textOf(values.data), textOf(values.database)]
  const { DATABASE_URL: configured, ...environment } = process.env
  const url = database ?? (data === undefined ? configured : undefined)
  return readConfig({ ...environment, ...(data ? { ATTUNE_DATA_DIR: data } : {}), ...(url ? { DATABASE_URL: url } : {}) }, projectRoot)
}
