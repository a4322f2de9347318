// @vitest-environment happy-dom
import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Markdown } from '../../smart-app/ui/markdown/Markdown.tsx'

const html = (text: string): string => {
  const whole = renderToStaticMarkup(<Markdown text={text} />)
  return whole.replace(/^<div[^>]*>/, '').replace(/<\/div>$/, '')
}

const parsed = (text: string): HTMLElement => {
  const host = document.createElement('div')
  host.innerHTML = renderToStaticMarkup(<Markdown text={text} />)
  return host
}

describe('what cards write is shown as meant', () => {
  const MEANT: readonly (readonly [string, string, string])[] = [
    ['bold words', 'Do **not** use', '<p>Do <strong>not</strong> use</p>'],
    ['star alleles are no emphasis', 'CYP2C19 *2/*17 and *1/*4', '<p>CYP2C19 *2/*17 and *1/*4</p>'],
    ['escaped star alleles lose their backslashes', 'CYP2C19 \\*2/\\*2', '<p>CYP2C19 *2/*2</p>'],
    ['star alleles within bold', '**CYP2D6 \\*4/\\*4**', '<p><strong>CYP2D6 *4/*4</strong></p>'],
    ['a remark in single asterisks', '*Not for care.*', '<p><em>Not for care.</em></p>'],
    ['entities that cards write for angle brackets', 'score &lt; 1 &amp; stable', '<p>score &lt; 1 &amp; stable</p>'],
    ['lines of a paragraph stay lines', 'one\ntwo', '<p>one<br/>two</p>'],
    ['bullet lists', '- a\n- **b**', '<ul><li>a</li><li><strong>b</strong></li></ul>'],
    ['numbered lists', '1. a\n2. b', '<ol><li>a</li><li>b</li></ol>'],
    ['lists within lists', '- a\n  - b\n- c', '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>'],
    ['a list right after its title', '**Why**\n- a', '<p><strong>Why</strong></p><ul><li>a</li></ul>'],
    ['code', '`Observation/1`', '<p><code>Observation/1</code></p>'],
    [
      'tables, with a bar within a cell',
      '| Source | Advice |\n| --- | --- |\n| CPIC | a \\| b |',
      '<table><thead><tr><th scope="col">Source</th><th scope="col">Advice</th></tr></thead><tbody><tr><td>CPIC</td><td>a | b</td></tr></tbody></table>',
    ],
    [
      'links to guidelines',
      '[CPIC 2022](https://cpicpgx.org/x)',
      '<p><a href="https://cpicpgx.org/x" target="_blank" rel="noopener noreferrer">CPIC 2022</a></p>',
    ],
  ]
  test.each(MEANT)('%s', (_title, text, expected) => {
    expect(html(text)).toBe(expected)
  })

  test('a heading is bold text, so that a card cannot upset the outline of the page', () => {
    const shown = parsed('## What to do')
    expect(shown.querySelector('h1,h2,h3,h4,h5,h6')).toBeNull()
    expect(shown.textContent).toBe('What to do')
  })
})

describe('hostile text stays text', () => {
  const HOSTILE: readonly string[] = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '**<svg/onload=alert(1)>**',
    '[click](javascript:alert(1))',
    '[click]( java\tscript:alert(1))',
    '[click](data:text/html,<script>alert(1)</script>)',
    '[click](vbscript:x)',
    '[click](//evil.example/x)',
    '[click](https://user:secret@evil.example/)',
    '![image](https://evil.example/track.png)',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '| <b>x</b> | y |\n| --- | --- |\n| <i>a</i> | <iframe src="https://evil.example"> |',
    '`<style>*{display:none}</style>`',
  ]
  test.each(HOSTILE)('%s', (text) => {
    const shown = parsed(text)
    expect(shown.querySelector('script,img,svg,iframe,style,object,embed,form,input,b,i')).toBeNull()
    for (const link of shown.querySelectorAll('a')) expect(link.getAttribute('href')).toMatch(/^https?:\/\/(?!.*@)/)
  })

  const MARKS = fc.string({
    unit: fc.constantFrom(
      '*',
      '**',
      '_',
      '`',
      '[',
      '](',
      ')',
      'https://a.b/',
      'javascript:',
      '<',
      '>',
      '&',
      '&lt;',
      '|',
      '\n',
      '- ',
      '1. ',
      '#',
      '\\',
      '---',
      ' ',
      'x',
      '2',
    ),
    maxLength: 120,
  })

  test('no mixture of marks makes another element, attribute or address than the allowed ones', () => {
    const ALLOWED = new Set([
      'DIV',
      'P',
      'BR',
      'UL',
      'OL',
      'LI',
      'STRONG',
      'EM',
      'CODE',
      'A',
      'HR',
      'TABLE',
      'THEAD',
      'TBODY',
      'TR',
      'TH',
      'TD',
    ])
    const ATTRIBUTES = new Set(['class', 'href', 'target', 'rel', 'scope'])
    fc.assert(
      fc.property(MARKS, (text) => {
        for (const element of parsed(text).querySelectorAll('*')) {
          expect(ALLOWED).toContain(element.tagName)
          for (const { name } of element.attributes) expect(ATTRIBUTES).toContain(name)
          expect(element.getAttribute('href') ?? 'https://').toMatch(/^https?:\/\//)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('words survive whatever marks stand around them', () => {
    const WORDS = fc.array(fc.constantFrom('avoid', 'clopidogrel', 'ticagrelor'), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(WORDS, fc.constantFrom('**', '*', '_', '- ', '# ', '| ', '> ', '[', '`'), (words, mark) => {
        const text = parsed(words.map((word) => `${mark}${word}`).join(' ')).textContent ?? ''
        for (const word of words) expect(text).toContain(word)
      }),
    )
  })

  test('a text made to be slow costs less than two seconds of computing and loses nothing', () => {
    for (const mark of ['[', '**', '_', '`', '&', '- ', '|', '\\', '*x', '](']) {
      const text = mark.repeat(30_000)
      const started = process.cpuUsage()
      html(text)
      expect(process.cpuUsage(started).user / 1000, mark).toBeLessThan(2000)
    }
  })
})
