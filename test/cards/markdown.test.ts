import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMarkdown } from '../../smart-app/ui/markdown/parse-markdown.ts'
import { asClause, clip, escapeText, listWords, table } from '../../src/cards/markdown.ts'

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![x](https://evil.example/p.png)',
  'https://evil.example/steal',
  '**bold** _it_ `code` ~~gone~~',
  '| a | b |',
  '# heading',
  'a\n\n- list\n1. list',
  '&lt;script&gt;',
  '\\[x](y)',
]

/** Kinds of nodes in a parsed text, at any depth. */
const kinds = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(kinds)
  if (value === null || typeof value !== 'object') return []
  const { kind } = value as { kind?: string }
  return [...(kind ? [kind] : []), ...Object.values(value).flatMap(kinds)]
}

describe('Text of the chart in a card', () => {
  it.each(HOSTILE)('stays inert: %s', (text) => {
    expect(new Set(kinds(parseMarkdown(escapeText(text))))).toEqual(new Set(['paragraph', 'text']))
    expect(escapeText(text)).not.toMatch(/<|>/)
  })

  it('stays inert whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>[]()!*_`~|#\\&:/-. \nhtpsjavcri1'.split('')), maxLength: 60 }), (text) => {
        const inside = kinds(parseMarkdown(`x ${escapeText(text)}`))
        expect(inside.filter((kind) => kind !== 'paragraph' && kind !== 'text')).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it('never breaks a table row', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const [parsed] = parseMarkdown(table(['A', 'B'], [[escapeText(`x${a}`), escapeText(`y${b}`)]]))
        expect(parsed?.kind).toBe('table')
        if (parsed?.kind === 'table') expect(parsed.rows.map((row) => row.length)).toEqual([2])
      }),
    )
  })
})

describe('A summary', () => {
  it('is never longer than its limit and keeps short texts whole', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        const clipped = clip(text, 139)
        expect(clipped.length).toBeLessThanOrEqual(139)
        if (text.length <= 139) expect(clipped).toBe(text)
      }),
    )
  })

  it('lists words as people do', () => {
    expect([listWords([]), listWords(['a']), listWords(['a', 'b']), listWords(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c'])
  })

  it('takes a reason as a clause, but leaves names and abbreviations as they are', () => {
    expect([asClause('The FHIR server did not answer.'), asClause('DPYD has no result.'), asClause('it was not sent')]).toEqual([
      'the FHIR server did not answer',
      'DPYD has no result',
      'it was not sent',
    ])
  })
})
