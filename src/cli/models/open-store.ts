import { type Config, readConfig } from '../../config.ts'
import { AttuneError } from '../../errors.ts'
import { type Ledger, openLedger } from '../../ledger/ledger.ts'
import { projectRoot } from '../../project-root.ts'

export const siteConfig = (): Config => readConfig(process.env, projectRoot)

/** The embedded database belongs to one process. */
const isTaken = (error: unknown, { databaseUrl }: Config): boolean =>
  databaseUrl === null &&
  error instanceof AttuneError &&
  error.code === 'ledger-failed' &&
  /is using the embedded ledger/.test(error.detail)

/** Hands the ledger to some work; `taken` says what to do while a running server holds the embedded one. */
export const withLedger = async (
  config: Config,
  work: (ledger: Ledger) => Promise<number>,
  taken: () => Promise<number> | number,
): Promise<number> => {
  let ledger: Ledger
  try {
    ledger = await openLedger(config)
  } catch (error) {
    if (isTaken(error, config)) return taken()
    throw error
  }
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
  }
}
