import type { Config } from '../config.ts'
import type { AskedCode, CodeAnswer, CodeAnswers } from '../contract/drug-answers.ts'
import type { Question } from '../contract/facts.ts'
import { withoutEndSlashes } from '../end-slashes.ts'
import { makeBreaker } from './breaker.ts'
import type { Outbound, Received } from './outbound.ts'
import { combine, failed, readLookup, readTranslate } from './terminology-answers.ts'

/** What the server said of some codes, and the question as the record of the call keeps it. */
export type Resolved = { readonly answers: CodeAnswers; readonly question: Question }

/** The terminology server that a site configured, for drug codes which the rules and its drug map do not know. */
export type TerminologyServer = {
  /** Waits at most the configured time. Nothing but code and code system is sent. Never throws; null when there is nothing to ask. */
  resolve(codes: readonly AskedCode[]): Promise<Resolved | null>
  /** Left alone at present, because it does not answer; for health. */
  resting(): boolean
}

export type TerminologySettings = NonNullable<Config['terminology']>

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
/** Codes asked for in one call; a chart with more keeps the rest as unknown. */
const MOST_CODES = 16
/** Codes asked for at the same time over all calls. */
const MOST_OPEN = 64
/** An answer that comes later than a call waits may still come in for the next call. */
const LATE_FACTOR = 5
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

const RESTING = 'the terminology server has not answered for a while; it is tried again in a few seconds'
const TOO_MANY = 'too many questions were waiting for the terminology server'
const LATE = 'the terminology server did not answer in time'

const keyOf = ({ system, code }: AskedCode): string => `${system}|${code}`

/** Answers by code, the oldest given up first. */
const makeCache = (entries: number, keepMs: number, now: () => number) => {
  const kept = new Map<string, { readonly answer: CodeAnswer; readonly until: number }>()
  return {
    get: (key: string): CodeAnswer | null => {
      const found = kept.get(key)
      if (found === undefined) return null
      if (found.until > now()) return found.answer
      kept.delete(key)
      return null
    },
    set: (key: string, answer: CodeAnswer): void => {
      if (entries === 0) return
      kept.delete(key)
      kept.set(key, { answer, until: now() + keepMs })
      const oldest = kept.keys().next()
      if (kept.size > entries && !oldest.done) kept.delete(oldest.value)
    },
  }
}

const urlOf = (base: string, operation: string, parameters: Readonly<Record<string, string>>): URL =>
  new URL(`${withoutEndSlashes(base)}/${operation}?${new URLSearchParams(parameters)}`)

/** The server itself said something, be it that it does not know the code. */
const isAnswer = (received: Received): boolean =>
  received.ok ? received.status < 500 : received.why === 'too-large' || received.why === 'encoding'

const stateOf = (answers: CodeAnswers): Question['state'] => {
  const lost = answers.filter(({ answer }) => answer.state === 'failed').length
  if (lost === 0) return answers.some(({ answer }) => answer.state === 'known') ? 'answered' : 'empty'
  return lost === answers.length ? 'failed' : 'partial'
}

const questionOf = (answers: CodeAnswers, ms: number): Question => {
  const first = answers.map(({ answer }) => answer).find((answer) => answer.state === 'failed')
  return {
    key: 'terminology',
    query: 'CodeSystem/$lookup, ConceptMap/$translate',
    from: 'fetch',
    state: stateOf(answers),
    resources: answers.filter(({ answer }) => answer.state === 'known').length,
    ms: Math.round(ms),
    ...(first?.state === 'failed' ? { because: first.because } : {}),
  }
}

const within = async (answer: Promise<CodeAnswer>, late: Promise<CodeAnswer>): Promise<CodeAnswer> => Promise.race([answer, late])

/** Keep one for the life of the process: it holds the cache, and remembers whether the server answers. */
export const makeTerminologyServer = (
  outbound: Pick<Outbound, 'get'>,
  settings: TerminologySettings,
  now: () => number = () => performance.now(),
): TerminologyServer => {
  const { url, timeoutMs, conceptMap, maxBytes } = settings
  const breaker = makeBreaker(now)
  const cache = makeCache(settings.cacheEntries, settings.cacheMinutes * 60_000, now)
  const open = new Map<string, Promise<CodeAnswer>>()
  const systems = new Set(settings.systems)

  const ask = async ({ system, code }: AskedCode, signal: AbortSignal): Promise<{ answer: CodeAnswer; heard: boolean }> => {
    const get = (operation: string, parameters: Readonly<Record<string, string>>): Promise<Received> =>
      outbound.get(urlOf(url, operation, parameters), { headers: { accept: 'application/fhir+json' }, signal, budget: { bytes: maxBytes } })
    const map = conceptMap === undefined ? {} : { url: conceptMap }
    const [lookup, translate] = await Promise.all([
      get('CodeSystem/$lookup', { system, code }),
      system === RXNORM ? null : get('ConceptMap/$translate', { ...map, system, code, targetsystem: RXNORM }),
    ])
    const received = translate === null ? [lookup] : [lookup, translate]
    const answers = translate === null ? [readLookup(lookup)] : [readLookup(lookup), readTranslate(translate)]
    return { answer: combine(answers), heard: received.some(isAnswer) }
  }

  /** Asks for one code once, however many calls want it; keeps what came of it. */
  const fetchOne = (asked: AskedCode): Promise<CodeAnswer> => {
    const key = keyOf(asked)
    if (open.size >= MOST_OPEN) return Promise.resolve(failed(TOO_MANY))
    const since = now()
    const fetched = ask(asked, AbortSignal.timeout(timeoutMs * LATE_FACTOR)).then(
      ({ answer, heard }) => {
        if (heard) breaker.hear(url)
        breaker.report(url, heard, since)
        if (answer.state !== 'failed') cache.set(key, answer)
        return answer
      },
      () => failed('the terminology server could not be asked'),
    )
    const whole = fetched.finally(() => open.delete(key))
    open.set(key, whole)
    return whole
  }

  const answerOne = (asked: AskedCode): Promise<CodeAnswer> => {
    const key = keyOf(asked)
    const cached = cache.get(key)
    if (cached !== null) return Promise.resolve(cached)
    const waiting = open.get(key)
    if (waiting !== undefined) return waiting
    return breaker.mayTry(url) ? fetchOne(asked) : Promise.resolve(failed(RESTING))
  }

  const mayAsk = (asked: AskedCode): boolean => systems.has(asked.system) && CODE.test(asked.code)

  return {
    async resolve(codes) {
      const asked = [...new Map(codes.filter(mayAsk).map((one) => [keyOf(one), one])).values()].slice(0, MOST_CODES)
      if (asked.length === 0) return null
      const started = now()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<CodeAnswer>((resolve) => {
        timer = setTimeout(() => resolve(failed(LATE)), timeoutMs)
      })
      const answers = await Promise.all(asked.map(async (one) => ({ asked: one, answer: await within(answerOne(one), late) })))
      clearTimeout(timer)
      return { answers, question: questionOf(answers, now() - started) }
    },
    resting: () => breaker.resting() > 0,
  }
}
