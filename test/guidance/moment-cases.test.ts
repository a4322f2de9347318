import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isMomentFile, verifyMoments } from '../../src/cli/verify-moments.ts'
import { readConfig } from '../../src/config.ts'
import { loadThinking } from '../../src/engine.ts'
import { projectRoot } from '../../src/project-root.ts'

const folder = new URL('../../rules/cases/', import.meta.url)
const contents = readdirSync(folder).map((file): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
const rows: { id: string }[] = JSON.parse(readFileSync(new URL('../../rules/moments.json', import.meta.url), 'utf8')).moments

type File = { readonly cases: readonly { readonly expect: Readonly<Record<string, { readonly state?: string }>> }[] }
const files = contents.filter(isMomentFile) as File[]

it('cases of moments kept as data hold on the real models', { timeout: 600_000 }, async () => {
  const { kit } = await loadThinking(readConfig({}, projectRoot))
  try {
    const results = (await Promise.all(files.map((file) => verifyMoments(file, kit)))).flat()
    expect(results.filter(({ passed }) => !passed)).toEqual([])
    expect(results.length).toBeGreaterThanOrEqual(90)
  } finally {
    await kit.models.close()
  }
})

it('every moment has cases in which it says something and cases in which it does not', () => {
  const statesOf = (id: string): (string | undefined)[] => files.flatMap(({ cases }) => cases.flatMap((one) => one.expect[id]?.state ?? []))
  const speaks = (state: string | undefined) => state === 'speaks' || state === 'beside'
  const lacking = rows.filter(({ id }) => !statesOf(id).some(speaks) || statesOf(id).every(speaks))
  expect(lacking.map(({ id }) => id)).toEqual([])
})
