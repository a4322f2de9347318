import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AttuneError } from '../errors.ts'
import { keepDebuggerShut } from './last-resort.ts'
import { say, UsageError, type Verb } from './verb.ts'

/** Verbs are loaded when they are called: `attune read` needs no database. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  read: async () => (await import('./read.ts')).read,
  call: async () => (await import('./call.ts')).call,
  recommend: async () => (await import('./recommend.ts')).recommend,
  simulate: async () => (await import('./simulate.ts')).simulate,
  explain: async () => (await import('./explain.ts')).explain,
  verify: async () => (await import('./verify.ts')).verify,
  predict: async () => (await import('./predict.ts')).predict,
  rules: async () => (await import('./rules.ts')).rules,
  shadow: async () => (await import('./shadow.ts')).shadow,
  approve: async () => (await import('./approve.ts')).approve,
  models: async () => (await import('./models.ts')).models,
  overrides: async () => (await import('./overrides.ts')).overrides,
  screen: async () => (await import('./screen.ts')).screen,
  replay: async () => (await import('./replay.ts')).replay,
  ledger: async () => (await import('./ledger.ts')).ledger,
  audit: async () => (await import('./audit.ts')).audit,
  drugs: async () => (await import('./drugs.ts')).drugs,
  doctor: async () => (await import('./doctor.ts')).doctor,
}

const help = async (): Promise<number> => {
  say('attune VERB [options]\n')
  for (const load of Object.values(VERBS)) {
    const verb = await load()
    say(`  ${verb.name.padEnd(10)} ${verb.summary}`)
  }
  say('\nEvery verb has --help and --json. Exit status: 0 done, 1 the check found something, 2 wrong use or unreadable input.')
  return 0
}

const explainUse = (verb: Verb, problem: string | null): number => {
  if (problem) process.stderr.write(`${problem}\n\n`)
  const text = `${verb.summary}\n\nUsage: ${verb.usage}\n`
  if (problem) process.stderr.write(text)
  else say(text)
  return problem ? 2 : 0
}

const runVerb = async (verb: Verb, words: readonly string[]): Promise<number> => {
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { help: { type: 'boolean' }, json: { type: 'boolean' }, ...verb.options },
    })
  } catch (error) {
    return explainUse(verb, error instanceof Error ? error.message : 'These options are not known.')
  }
  if (parsed.values.help) return explainUse(verb, null)
  return verb.run({ values: parsed.values, positionals: parsed.positionals })
}

/**
 * Whoever reads our output may have read enough (`attune … | head`): what follows is written to nobody, and that is no fault.
 * Output that cannot be written otherwise (a full disk) ends the program: what was asked for is not there.
 */
const watchOutput = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') return
      if (stream === process.stdout) complain(`attune: the output cannot be written (${code ?? 'unknown reason'})\n`)
      process.exit(2)
    })
}

/** At once: the process ends after it. */
const complain = (line: string): void => {
  try {
    writeSync(process.stderr.fd, line)
  } catch {
    // nobody can be told
  }
}

/** @returns the exit status; never throws */
export const main = async (words: readonly string[]): Promise<number> => {
  keepDebuggerShut()
  watchOutput()
  const [name, ...rest] = words
  if (!name || name === 'help' || name === '--help' || name === '-h') return help()
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (!load) {
    process.stderr.write(`attune: there is no verb "${name}". Known: ${Object.keys(VERBS).join(', ')}\n`)
    return 2
  }
  const verb = await load()
  try {
    return await runVerb(verb, rest)
  } catch (error) {
    if (error instanceof UsageError) return explainUse(verb, error.message)
    process.stderr.write(
      error instanceof AttuneError ? `${error.code}: ${error.detail}\n` : `${error instanceof Error ? error.stack : error}\n`,
    )
    return error instanceof AttuneError && error.status >= 500 ? 1 : 2
  }
}
