import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')

/** Test files that the page names, each with the titles in quotation marks that stand behind it. */
const PROOFS = [...page.matchAll(/`(test\/[^`]+)`((?:,? "[^"]+")*)/g)].map(([, file = '', titles = '']) => ({
  file,
  titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
}))

const threats = page
  .slice(page.indexOf('## Threats'), page.indexOf('## Why there is no CSRF'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Threat') && !line.startsWith('| ---'))

/** In code a quotation mark may be escaped. */
const readTest = (file: string): string => readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'")

describe('The proofs in SECURITY.md', () => {
  it('are there: every threat names a test file and at least one title in it', () => {
    expect(threats.length).toBeGreaterThan(20)
    expect(threats.filter((line) => !/`test\/[^`]+\.tsx?` "[^"]+"/.test(line))).toEqual([])
  })

  it('name only files that exist', () => {
    expect(PROOFS.length).toBeGreaterThan(40)
    expect(PROOFS.map(({ file }) => file).filter((file) => !/\.tsx?$/.test(file) || !existsSync(join(root, file)))).toEqual([])
  })

  it('quote only titles that stand in the file, each as the title of a test or a group', () => {
    const missing = PROOFS.flatMap(({ file, titles }) => {
      const text = readTest(file)
      return titles
        .filter((title) => ![`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => text.includes(quoted)))
        .map((title) => `${file}: ${title}`)
    })
    expect(missing).toEqual([])
  })
})
