import type { FuzzedServer } from './server.ts'

/** One request, ready to be sent. */
export type Case = {
  /** In words, without anything of a patient. */
  readonly told: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly mayFail?: readonly number[]
}

/** An event loop that stands still longer than this holds up every other caller. */
export const MOST_STALL_MS = 200
/** Of larger bodies the stall is told and does not fail the run: reading them takes as long as they are (docs/reliability.md, F30). */
export const LARGE_BYTES = 1_000_000
const TRIES = 4

/** Words of a stack, of a library or of a place of the file system. */
const TELLTALES = /node_modules|\n\s+at \S+ \(|\.[cm]?[jt]s:\d+|\bzod\b|body-parser|SyntaxError|TypeError|RangeError|\/dist\/|Quillfeather/

export type Verdict = { readonly status: number; readonly ms: number; readonly stallMs: number; readonly faults: readonly string[] }

const send = async (base: string, { method, path, headers, body }: Case) => {
  const started = performance.now()
  const answer = await fetch(base + path, {
    method,
    headers,
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined ? {} : { body: body as string }),
  })
  const text = await answer.text()
  return { status: answer.status, text, ms: performance.now() - started }
}

export const makeJudge = (server: FuzzedServer, patientWords: readonly string[]) => {
  const words = new RegExp(`\\b(?:${patientWords.join('|')})\\b`)

  const faultsOf = (asked: Case, status: number, text: string, log: string, polluted: readonly string[]): string[] => {
    const fine = (status >= 200 && status < 500) || (asked.mayFail ?? []).includes(status)
    const told = TELLTALES.exec(status >= 400 ? text : text.replaceAll('Quillfeather', ''))?.[0]
    return [
      ...(fine ? [] : [`status ${status}`]),
      ...(/Attune failed|"code":"fault"/.test(text) ? ['something in it threw: the answer is the card of a fault'] : []),
      ...(told === undefined ? [] : [`the answer tells ${JSON.stringify(told)}`]),
      ...(status >= 400 && words.test(text) ? ['the error names a patient'] : []),
      ...(log === '' ? [] : [`the server wrote ${log.slice(0, 600)}`]),
      ...(words.test(log) || log.includes('Quillfeather') ? ['the log holds what was sent'] : []),
      ...(polluted.length === 0 ? [] : [`Object.prototype has ${polluted.join(', ')}`]),
    ]
  }

  /** Sends it, and looks at the answer, the log, the prototype and the event loop. */
  const once = async (asked: Case): Promise<Verdict> => {
    try {
      const { status, text, ms } = await send(server.base, asked)
      const { stallMs, polluted } = await server.look()
      return { status, ms, stallMs, faults: faultsOf(asked, status, text, server.said(), polluted) }
    } catch (error) {
      return { status: 0, ms: 0, stallMs: 0, faults: [`no answer: ${(error as Error).message} ${server.said().slice(0, 600)}`] }
    }
  }

  /**
   * A stall counts when the same request brings it each time: on a machine with other work, a process that waits for a processor stands
   * still, too. The least of some tries is told.
   */
  return async (asked: Case): Promise<Verdict> => {
    let verdict = await once(asked)
    for (let tries = 1; tries < TRIES && verdict.stallMs > MOST_STALL_MS && verdict.faults.length === 0; tries += 1) {
      const again = await once(asked)
      verdict = { ...again, ms: Math.min(verdict.ms, again.ms), stallMs: Math.min(verdict.stallMs, again.stallMs) }
    }
    const stalled =
      verdict.stallMs > MOST_STALL_MS && (asked.body?.length ?? 0) <= LARGE_BYTES
        ? [`the event loop stood still for ${Math.round(verdict.stallMs)} ms, ${TRIES} times of ${TRIES}`]
        : []
    return { ...verdict, faults: [...verdict.faults, ...stalled] }
  }
}
