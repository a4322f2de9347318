import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
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

/** Lines at this level and above are told once a minute, where they tell of the same trouble. */
const WARN = 40
const SPELL_MS = 60_000
/** Kinds of trouble that are told apart at the same time. */
const MOST_KINDS = 500

/** What trouble a line tells of; null for a line that describes no error: each of those is news. */
const troubleOf = (fields: unknown, message: unknown): string | null => {
  if (typeof fields !== 'object' || fields === null) return null
  const { error, err, ...own } = fields as Readonly<Record<string, unknown>>
  const fault = error ?? err
  const { code, errno, name, frames, route, service } = (fault === undefined ? own : { ...own, ...describeError(fault) }) as Readonly<
    Record<string, unknown>
  >
  if (code === undefined && name === undefined) return null
  return JSON.stringify([message, code, errno, name, Array.isArray(frames) ? frames[0] : null, route, service])
}

/** The first line of a trouble is written at once; those of the next minute are counted, and told in one. */
const makeSampling = (spellMs: number) => {
  const counted = new Map<string, { left: number; tell: (repeated: number) => void }>()
  const end = (trouble: string): void => {
    const { left = 0, tell } = counted.get(trouble) ?? {}
    counted.delete(trouble)
    if (left > 0) sample(trouble, () => tell?.(left))
  }
  const sample = (trouble: string, tell: (repeated: number) => void): void => {
    const there = counted.get(trouble)
    if (there !== undefined) {
      there.left += 1
      there.tell = tell
      return
    }
    tell(0)
    if (counted.size >= MOST_KINDS) return
    counted.set(trouble, { left: 0, tell })
    setTimeout(end, spellMs, trouble).unref()
  }
  return sample
}

/** Structured log on stdout (or `destination`). Errors handed to it by mistake are reduced as above. */
export const makeLog = (level: string, destination?: DestinationStream, spellMs = SPELL_MS): Logger => {
  const sample = makeSampling(spellMs)
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError, error: describeError },
    redact: ['authorization', 'token', 'access_token', '*.authorization', '*.token', '*.access_token'],
    hooks: {
      logMethod(args, write, at) {
        const [fields, message] = args as unknown as readonly [unknown, unknown]
        const trouble = at < WARN ? null : troubleOf(fields, message)
        if (trouble === null) return write.apply(this, args)
        sample(trouble, (repeated) =>
          write.apply(this, (repeated === 0 ? args : [{ ...(fields as object), repeated }, message]) as typeof args),
        )
      },
    },
  }
  return destination ? pino(options, destination) : pino(options)
}
