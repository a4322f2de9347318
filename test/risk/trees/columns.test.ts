import { describe, expect, it } from 'vitest'
import { encodeRow } from '../../../src/risk/encode.ts'
import type { Column } from '../../../src/risk/model-folder.ts'

const COLUMNS: Column[] = [
  { term: 'class', input: 'hba1c', as: 'steps', above: [7, 8], ifMissing: 'nan' },
  { term: 'home', input: 'to', as: 'indicator', equals: ['home'], ifMissing: 'nan' },
  { term: 'days', input: 'days', as: 'number', ifMissing: 0 },
]

describe('columns of inputs that may be missing', () => {
  it.each([
    [6.9, 0],
    [7, 0],
    [7.1, 1],
    [8, 1],
    [8.1, 2],
  ])('%d is above %d of the limits; a value on a limit is not above it', (hba1c, wanted) => {
    expect(encodeRow(COLUMNS, { hba1c, to: 'home', days: 3 })).toEqual([wanted, 1, 3])
  })

  it('what is missing is NaN or the stated number, never a class, a no or a guess', () => {
    expect(encodeRow(COLUMNS, { hba1c: null, to: null, days: null })).toEqual([Number.NaN, Number.NaN, 0])
  })

  it('an input that is not given at all is an error', () => {
    expect(() => encodeRow(COLUMNS, { hba1c: 7, to: 'home' })).toThrow(expect.objectContaining({ code: 'model-failed' }))
  })
})
