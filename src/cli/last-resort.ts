import { describeError } from '../http/log.ts'

/** Node's own last words quote the error's message, which may quote what was sent. These name the error and where it happened, nothing else. */
const dieQuietly = (error: unknown): void => {
  process.stderr.write(
    `${JSON.stringify({ level: 'fatal', error: describeError(error), msg: 'stopped by a fault that nothing caught' })}\n`,
  )
  process.exit(1)
}

/** What happens to a fault that nothing caught: one line without patient data, exit status 1. What was recorded is on the disk. */
export const installLastResort = (): void => {
  process.on('uncaughtException', dieQuietly)
  process.on('unhandledRejection', dieQuietly)
}
