import type { ParseArgsConfig } from 'node:util'

/** What a verb's options came out as, and the rest of the words. */
export type VerbInput = {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>
  readonly positionals: readonly string[]
}

/** One verb of the command line. Exit status: 0 done, 1 the check found something, 2 wrong use or unreadable input. */
export type Verb = {
  readonly name: string
  readonly summary: string
  readonly usage: string
  readonly options: NonNullable<ParseArgsConfig['options']>
  readonly run: (input: VerbInput) => Promise<number>
}

/** Wrong use of a verb: the message is shown with the verb's usage, exit status 2. */
export class UsageError extends Error {}

export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

export const progress = (text: string): void => {
  process.stderr.write(`${text}\n`)
}
