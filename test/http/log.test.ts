import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { describeError, makeLog } from '../../src/http/log.ts'

type Line = { readonly level: number; readonly msg: string; readonly code?: string; readonly repeated?: number; readonly id?: string }

const listening = (spellMs: number) => {
  const lines: Line[] = []
  const log = makeLog('info', { write: (text: string) => void lines.push(JSON.parse(text)) }, spellMs)
  return { log, lines, said: () => lines.map(({ msg, code, repeated }) => [msg, code, repeated]) }
}

// Whatever time a busy machine takes between two lines, none of it counts.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('The log, of trouble that comes again and again', () => {
  it('tells it once at once, and what follows within the time in one line with its count', () => {
    const { log, said, lines } = listening(300)
    const trouble = describeError(new AttuneError('ledger-failed', 'the database is away'))
    for (let n = 0; n < 1000; n += 1) log.error({ id: `${n}`, ...trouble }, 'refused')
    expect(said()).toEqual([['refused', 'ledger-failed', undefined]])
    vi.advanceTimersByTime(450)
    expect(said()).toEqual([
      ['refused', 'ledger-failed', undefined],
      ['refused', 'ledger-failed', 999],
    ])
    expect(lines.map(({ id }) => id)).toEqual(['0', '999'])
    vi.advanceTimersByTime(450)
    log.error(trouble, 'refused')
    expect(said().at(-1)).toEqual(['refused', 'ledger-failed', undefined])
  })

  it('keeps other codes, other places and other messages apart', () => {
    const { log, lines } = listening(60_000)
    for (const code of ['ledger-failed', 'fhir-failed'])
      for (const route of ['/a', '/b']) for (const message of ['refused', 'broke off']) log.warn({ code, route }, message)
    expect(lines).toHaveLength(8)
    const faults = [new TypeError('x'), new RangeError('y')]
    for (const error of [...faults, ...faults]) log.error({ service: 's', error }, 'a call was not assessed because of a fault')
    expect(lines).toHaveLength(10)
  })

  it('leaves out nothing that is news by itself: answers, refusals of callers, switches and alarms', () => {
    const { log, lines } = listening(60_000)
    for (let n = 0; n < 3; n += 1) {
      log.info({ id: `${n}`, status: 200 }, 'answered')
      log.info({ id: `${n}`, code: 'token-expired' }, 'refused')
      log.warn({ kind: 'rule', subject: 'r', use: 'off' }, 'something was switched')
      log.error({ figure: 'zero', subject: 'r', state: 'act' }, 'monitoring of services: a figure has changed its state')
    }
    expect(lines).toHaveLength(12)
  })
})
