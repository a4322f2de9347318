import { getHeapSnapshot } from 'node:v8'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codings } from '../../src/facts/accessors.ts'
import { codingsOf, textOf } from '../../src/facts/genomics/fhir-fields.ts'
import { readCode } from '../../src/facts/genomics/read-code.ts'
import { sameForSame } from '../../src/facts/same-concepts.ts'

/** A reader of concepts, and how often it had to read. */
const counted = (readsText = true) => {
  const seen = { times: 0 }
  const read = sameForSame((concept) => {
    seen.times += 1
    return { said: JSON.stringify(concept) }
  }, readsText)
  return { seen, read }
}

const concept = (display: string, text?: string) => ({
  ...(text === undefined ? {} : { text }),
  coding: [{ system: 's', code: '1', display }],
})

test('a concept that says the same is read once, whatever stands beside its words', () => {
  const { seen, read } = counted()
  const first = read(concept('One', 'x'))
  expect(read({ ...concept('One', 'x'), id: 'other', extension: [{}] })).toBe(first)
  expect(seen.times).toBe(1)
})

test('concepts that differ in one word, in one coding or in its place are read apart', () => {
  const { seen, read } = counted()
  const [one, two] = [concept('One').coding, concept('Two').coding]
  const all = [{ coding: one }, { coding: two }, { coding: one, text: '' }, { coding: [...one, ...two] }, { coding: [...two, ...one] }]
  for (const each of [...all, ...all]) expect(read(each).said).toBe(JSON.stringify(each))
  expect(seen.times).toBe(5)
})

test('where the text is not read, whatever somebody wrote into it neither tells concepts apart nor is kept', async () => {
  const { seen, read } = counted(false)
  const first = read(concept('One', 'x'))
  for (const text of ['father, J. Smith', 'y'.repeat(300), undefined]) expect(read(concept('One', text))).toBe(first)
  expect(seen.times).toBe(1)
  const mark = ['Qz', 'feather'].join('')
  readWith(mark)
  expect(await heapHolds(mark)).toBe(false)
})

test('free text without a coding and long words are read each time and not kept', () => {
  const { seen, read } = counted()
  const all = [
    { text: 'seen with her daughter' },
    concept('One', 'x'.repeat(300)),
    'x',
    null,
    { coding: [{ code: 1 }] },
    { coding: [null] },
  ]
  for (const each of [...all, ...all]) read(each)
  expect(seen.times).toBe(12)
})

test('neither thousands of codes nor thousands of displays of one code are kept', () => {
  const { seen, read } = counted()
  for (let n = 0; n < 5000; n += 1) read({ coding: [{ code: String(n) }] })
  read({ coding: [{ code: '0' }] })
  for (let n = 0; n < 100; n += 1) read(concept(String(n)))
  read(concept('99'))
  expect(seen.times).toBe(5001 + 101)
})

/** As it comes: one text, not two put together. In a function of its own, because one that goes on holds what it had in hand. */
const readWith = (mark: string): void => {
  codings(concept('One', Buffer.from(`${mark} of Tim`).toString()))
}

/** Whether a text stands anywhere in the memory of this process. Asked with a text that is put together when it is needed. */
const heapHolds = async (mark: string): Promise<boolean> => {
  let [rest, found] = ['', false]
  for await (const chunk of getHeapSnapshot()) {
    found ||= `${rest}${chunk}`.includes(`${mark} of`)
    rest = String(chunk).slice(-50)
  }
  return found
}

const word = fc.constantFrom(undefined, null, '', ' a', 'a', 'b\u202e', 1)
const anyCoding = fc.oneof({ weight: 9, arbitrary: fc.record({ system: word, code: word, display: word }) }, fc.constant(null))
const anyConcept = fc.record({ text: word, coding: fc.oneof(fc.array(anyCoding, { maxLength: 5 }), anyCoding) })

test('law: what is read of a concept depends on itself alone, not on what was read before', () => {
  fc.assert(
    fc.property(fc.array(anyConcept, { maxLength: 20 }), (all) => {
      for (const each of [...all, ...structuredClone(all)]) {
        expect(readCode(each).codings).toEqual(codingsOf(each))
        expect(readCode(each).text).toBe(textOf((each as { text?: unknown }).text))
        expect(codings(each)).toEqual(codings([each])) // of a list nothing is kept
      }
    }),
  )
})
