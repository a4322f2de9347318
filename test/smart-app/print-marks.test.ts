import { describe, expect, test } from 'vitest'
import { NOTHING_YET } from '../../smart-app/app/profile/profile-state.ts'
import { cssString, pageRule } from '../../smart-app/app/screen/print-marks.ts'
import { facts as sampleFacts } from './sample-profile.ts'

describe('words in the margins of a sheet', () => {
  test('plain words stay as they are', () => {
    expect(cssString('Müller, Jörg · 5 Mar 1961 (65)')).toBe('"Müller, Jörg · 5 Mar 1961 (65)"')
  })

  test.each(['"', '\\', '\n', '} @import url(x);', "'", '</style>', 'url("x")', '\u0000'])('%j cannot end the string', (text) => {
    expect(cssString(text)).toMatch(/^"(?:[^"\\\n]|\\[0-9a-f]+ )*"$/)
  })

  test('an answer that is not complete is told on the sheet', () => {
    expect(pageRule(NOTHING_YET, 'Order', false)).toContain('not assessed to the end')
    expect(pageRule({ ...NOTHING_YET, facts: sampleFacts }, 'Order', false)).toContain('not assessed to the end')
  })
})
