import { describe, expect, test } from 'vitest'
import { type Colour, contrast, judgeStyle, type OwnColours, readColour } from '../../smart-app/app/session/ehr-style.ts'

const colour = (text: string): Colour => readColour(text) ?? [1, 2, 3, 1]

const LIGHT: OwnColours = {
  surface: colour('#ffffff'),
  ink: colour('#13211f'),
  inkMuted: colour('#4a5a57'),
  inks: [colour('#8f0f17'), colour('#853c06'), colour('#5f5000')],
}

describe('colours', () => {
  test.each([
    ['#fff', [255, 255, 255, 1]],
    ['#0A5A63', [10, 90, 99, 1]],
    ['#00000080', [0, 0, 0, 128 / 255]],
    ['rgb(1, 2, 3)', [1, 2, 3, 1]],
    ['rgba(1,2,3,.5)', [1, 2, 3, 0.5]],
    ['rgb(1 2 3 / 50%)', [1, 2, 3, 0.5]],
  ])('%s is read', (text, parts) => {
    expect(readColour(text)).toEqual(parts)
  })

  test.each([
    'red',
    'url(x)',
    '#12',
    '#ggg',
    'rgb(300,0,0)',
    'var(--ink)',
    'color-mix(in srgb, red, blue)',
    '',
    '#fff;x:y',
    'currentColor',
  ])('%j is not', (text) => {
    expect(readColour(text)).toBeNull()
  })

  test('contrast is that of WCAG: 21 for black on white, 1 for the same', () => {
    expect(contrast(colour('#000'), colour('#fff'))).toBeCloseTo(21, 5)
    expect(contrast(colour('#767676'), colour('#fff'))).toBeCloseTo(4.54, 2)
    expect(contrast(colour('#123456'), colour('#123456'))).toBe(1)
  })
})

describe('the EHR’s style', () => {
  test('what can be read is taken', () => {
    expect(
      judgeStyle({ color_background: '#fafafa', color_text: '#111', color_highlight: '#0b57d0', dim_border_radius: '4px' }, LIGHT),
    ).toEqual({
      properties: {
        '--page': 'rgb(250 250 250)',
        '--rail': 'rgb(250 250 250)',
        '--accent': 'rgb(11 87 208)',
        '--accent-strong': 'rgb(11 87 208)',
        '--focus': 'rgb(11 87 208)',
        '--on-accent': 'rgb(255 255 255)',
        '--ink': 'rgb(17 17 17)',
        '--radius': '4px',
        '--radius-s': '2px',
      },
      taken: ['color_background', 'color_highlight', 'color_text', 'dim_border_radius'],
      refused: [],
    })
  })

  const REFUSED: readonly (readonly [string, object, string])[] = [
    ['grey text', { color_text: '#999999' }, 'contrast'],
    ['light text for a light page', { color_text: '#ffffff' }, 'scheme'],
    ['a dark ground for a light page', { color_background: '#111111' }, 'scheme'],
    ['a ground on which the severities could not be read', { color_background: '#cfa0a0' }, 'contrast'],
    ['a yellow highlight', { color_highlight: '#ffe600' }, 'contrast'],
    ['colours of meaning', { color_error: '#00aa00' }, 'meaning'],
    ['a see-through ground', { color_background: 'rgba(255,255,255,0.1)' }, 'unreadable'],
    ['an address', { color_background: 'url(https://x.example)' }, 'unreadable'],
    ['huge type', { dim_font_size: '90px' }, 'bounds'],
    ['a computed length', { dim_border_radius: 'calc(1px + 100vw)' }, 'unreadable'],
    ['a font with a bracket', { font_family_body: 'url(x)' }, 'unreadable'],
    ['a number where text belongs', { color_text: 7 }, 'unreadable'],
  ]
  test.each(REFUSED)('%s is refused, with the reason', (_title, style, because) => {
    const judged = judgeStyle(style, LIGHT)
    expect(judged.refused.map((one) => one.because)).toEqual([because])
    expect(judged.properties).toEqual({})
  })

  test.each([null, [], 'x', 7, { '--ink': 'red', constructor: 'x' }])('of anything else nothing is taken: %j', (value) => {
    expect(judgeStyle(value, LIGHT)).toEqual({ properties: {}, taken: [], refused: [] })
  })
})
