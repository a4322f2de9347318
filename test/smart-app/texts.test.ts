import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const PANELS = join(import.meta.dirname, '../../smart-app/app/panels')
const withTexts = readdirSync(PANELS).filter((panel) => existsSync(join(PANELS, panel, 'texts.ts')))

const keysOf = (source: string): string[] => {
  const english = source.slice(source.search(/^const EN\b/m))
  return [...english.slice(0, english.search(/^\}/m)).matchAll(/^ {2}(\w+):/gm)].map(([, key]) => key ?? '')
}

describe('Every text of a view', () => {
  test.each(withTexts)('%s: is shown somewhere', (panel) => {
    const files = readdirSync(join(PANELS, panel), { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
    const code = files.map((file) => readFileSync(join(PANELS, panel, file), 'utf8')).join('\n')
    const keys = keysOf(readFileSync(join(PANELS, panel, 'texts.ts'), 'utf8'))
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.filter((key) => !new RegExp(`\\.${key}\\b|'${key}'|\\bTEXT\\[`).test(code))).toEqual([])
  })
})
