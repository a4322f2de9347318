import { type DestinationStream, type Logger, pino } from 'pino'
import { AttuneError } from '../errors.ts'

/** Frames of a stack without the message line: messages may quote what was sent. */
const framesOf = (error: Error): readonly string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())

/** What the log keeps of an error: our code and detail; of foreign errors name, code and frames, never the message. */
export const describeError = (error: unknown): Readonly<Record<string, unknown>> => {
  if (error instanceof AttuneError) {
    return { code: error.code, detail: error.detail, ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }) }
  }
  if (!(error instanceof Error)) return { name: typeof error }
  const { code } = error as NodeJS.ErrnoException
  return { name: error.name, ...(typeof code === 'string' ? { errno: code } : {}), frames: framesOf(error) }
}

/** Structured log on stdout (or `destination`). Errors handed to it by mistake are reduced as above. */
export const makeLog = (level: string, destination?: DestinationStream): Logger => {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError, error: describeError },
    redact: ['authorization', 'token', 'access_token', '*.authorization', '*.token', '*.access_token'],
  }
  return destination ? pino(options, destination) : pino(options)
}
