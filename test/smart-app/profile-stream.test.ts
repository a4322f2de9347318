import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readProfileEvent } from '../../smart-app/app/profile/profile-event.ts'
import { advance, NOTHING_YET, type ProfileState } from '../../smart-app/app/profile/profile-state.ts'
import { readLines } from '../../smart-app/app/profile/read-lines.ts'
import { events, facts } from './sample-profile.ts'

const streamOf = (bytes: Uint8Array, cuts: readonly number[]): ReadableStream<Uint8Array> => {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return new ReadableStream({
    start: (controller) => {
      for (const [at, place] of places.entries()) controller.enqueue(bytes.slice(place, places[at + 1] ?? bytes.length))
      controller.close()
    },
  })
}

const linesOf = async (text: string, cuts: readonly number[]): Promise<string[]> => {
  const lines: string[] = []
  for await (const line of readLines(streamOf(new TextEncoder().encode(text), cuts))) lines.push(line)
  return lines
}

const replay = (steps: readonly Parameters<typeof advance>[1][], from: ProfileState = NOTHING_YET): ProfileState =>
  steps.reduce(advance, from)

describe('lines of the answer', () => {
  test('come out the same wherever the bytes are cut, also within a character', async () => {
    const LINE = fc.string({ unit: fc.constantFrom('a', 'é', '√', '😀', '"', '\\', ' x'), minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(fc.array(LINE, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), async (lines, cuts) => {
        const kept = lines.filter((line) => line.trim() !== '')
        expect(await linesOf(lines.map((line) => `${line}\n`).join(''), cuts)).toEqual(kept)
      }),
    )
  })

  test('a last line without an end counts', async () => {
    expect(await linesOf('{"a":1}\n{"b":2}', [3])).toEqual(['{"a":1}', '{"b":2}'])
  })

  test('whole events survive the way through the stream', async () => {
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 30 }), async (cuts) => {
        expect((await linesOf(text, cuts)).map(readProfileEvent)).toEqual(events)
      }),
      { numRuns: 20 },
    )
  })
})

test('a line that is no event of this release is passed over, never thrown', () => {
  const LINES = [
    '',
    'null',
    '[]',
    '{',
    '"facts"',
    '{"event":"facts"}',
    '{"event":"later","x":1}',
    '{"event":"constructor"}',
    '{"event":7}',
    '{"__proto__":{"event":"done"}}',
  ]
  expect(LINES.map(readProfileEvent)).toEqual(LINES.map(() => null))
  fc.assert(fc.property(fc.json(), (line) => readProfileEvent(line) === null))
})

describe('the state of the profile', () => {
  test('the whole answer fills every part and ends as done', () => {
    const { progress, ...parts } = replay(events)
    expect(progress.kind).toBe('done')
    expect(parts).toMatchObject({ facts, before: null })
    expect(parts.assessment?.geneCalls.length).toBeGreaterThan(0)
    expect(parts.estimates?.length).toBe(2)
  })

  test('parts that did not come stay unknown, whatever else came', () => {
    fc.assert(
      fc.property(fc.subarray([...events]), (some) => {
        const state = replay(some)
        const came = new Set(some.map((event) => event.event))
        expect([state.facts === null, state.assessment === null, state.estimates === null]).toEqual([
          !came.has('facts'),
          !came.has('assessment'),
          !came.has('estimates'),
        ])
        expect(state.progress.kind === 'done').toBe(came.has('done'))
      }),
    )
  })

  test('nothing is added to an answer that has ended', () => {
    const ended = replay([...events, { event: 'facts', facts: { ...facts, labs: [] } }])
    expect(ended.facts).toBe(facts)
  })

  test('an error of the server names its kind of failure; an unknown code is a failure all the same', () => {
    const failureOf = (code: string) => replay([{ event: 'error', code, text: '' }]).progress
    expect(['token-refused', 'fhir-server-untrusted', 'overloaded', 'unexpected', 'something-new'].map(failureOf)).toEqual(
      ['expired', 'refused', 'busy', 'failed', 'failed'].map((failure) => ({ kind: 'failed', failure })),
    )
  })

  test('reading again keeps what was open when it fails before it brings anything', () => {
    const again = replay([...events, { event: 'begin' }])
    expect(again.facts).toBeNull()
    const failed = advance(again, { event: 'end', failure: 'expired' })
    expect(failed).toMatchObject({ facts, progress: { kind: 'failed', failure: 'expired' } })
  })

  test('reading again never mixes the new facts with the old assessment', () => {
    const mixed = replay([
      ...events,
      { event: 'begin' },
      { event: 'facts', facts: { ...facts, labs: [] } },
      { event: 'end', failure: 'cut-off' },
    ])
    expect(mixed.facts?.labs).toEqual([])
    expect(mixed.assessment).toBeNull()
  })
})
