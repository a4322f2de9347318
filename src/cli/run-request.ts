import { readFileSync } from 'node:fs'
import type { composeOffline } from '../engine.ts'
import { AttuneError } from '../errors.ts'
import { readHookRequest } from '../hooks/request.ts'
import { UsageError, type VerbInput } from './verb.ts'

type Engine = Awaited<ReturnType<typeof composeOffline>>

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'))
  } catch (cause) {
    throw new AttuneError('input-unreadable', `${path} is not readable JSON`, { cause })
  }
}

const noService = (asked: VerbInput['values'][string], hook: unknown): string => {
  if (typeof asked === 'string') return `There is no service ${asked}.`
  return typeof hook === 'string' ? `No service answers the hook ${hook}.` : 'The request names no hook.'
}

export const REQUEST_OPTIONS = { service: { type: 'string' } } as const

/** The JSON in the file that was named. */
export const readRequestFile = ({ positionals }: VerbInput): unknown => {
  const [path] = positionals
  if (!path) throw new UsageError('Name a file with a CDS Hooks request, or - for standard input.')
  return readJson(path)
}

/** The service that was asked for, else the one that answers the request's hook. */
export const serviceFor = <S extends { readonly id: string; readonly hook: string }>(
  { values }: VerbInput,
  body: unknown,
  services: readonly S[],
): S => {
  const hook = (body as { hook?: unknown } | null)?.hook
  const service = services.find((candidate) => (values.service ? candidate.id === values.service : candidate.hook === hook))
  if (!service) throw new UsageError(`${noService(values.service, hook)} Known: ${services.map(({ id }) => id).join(', ')}.`)
  return service
}

/** The request through the straight line: prefetch as it stands in the file, no server, nothing recorded. */
export const runRequest = async (input: VerbInput, engine: Engine, body = readRequestFile(input)): ReturnType<Engine['run']> => {
  const service = serviceFor(input, body, engine.services)
  return engine.run(service, readHookRequest(body, service))
}
