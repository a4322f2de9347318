import { describe, expect, it } from 'vitest'
import { casesOf, noteTables, told } from './tables.ts'

const tables = noteTables()
const cases = casesOf('rules/cases/notes.json')

describe('Sentences of notes', () => {
  it('are at least 150', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150)
  })

  it.each(cases.map((one) => [one.text.slice(0, 80).replaceAll('\n', ' / '), one] as const))('%s', (_title, one) => {
    expect(told(one, tables)).toEqual(one.expect)
  })
})
