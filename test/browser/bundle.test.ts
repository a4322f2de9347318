import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPages } from './built-pages.ts'

/** One entry of Vite's manifest. */
type Chunk = {
  readonly file: string
  readonly src?: string
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
  readonly css?: readonly string[]
  readonly assets?: readonly string[]
}

let pages: Awaited<ReturnType<typeof buildPages>>
let manifest: Readonly<Record<string, Chunk>>

beforeAll(async () => {
  pages = await buildPages()
  manifest = JSON.parse(readFileSync(join(pages.folder, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
})
afterAll(() => pages?.remove())

const chunkOf = (key: string): Chunk => {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`the manifest has no ${key}`)
  return chunk
}

/** Every file that a browser must have before a chunk runs: itself, what it imports, their styles. */
const filesOf = (key: string, seen = new Set<string>()): Set<string> => {
  const chunk = chunkOf(key)
  if (seen.has(chunk.file)) return seen
  seen.add(chunk.file)
  for (const style of chunk.css ?? []) seen.add(style)
  for (const other of chunk.imports ?? []) filesOf(other, seen)
  return seen
}

const zipped = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(pages.folder, file))).length, 0)

/** What opening the app at a drug loads: the page, the session with the EHR, and the view of the order. */
const firstLoad = (): Set<string> => {
  const files = filesOf('app/index.html')
  for (const key of ['app/panels/order/OrderPanel.tsx', 'app/session/smart-session.ts']) if (manifest[key]) filesOf(key, files)
  return files.add('app/index.html')
}

const viewKeys = (): string[] =>
  Object.keys(manifest)
    .filter((key) => /^app\/panels\/[^/]+\/\w+Panel\.tsx$/.test(key))
    .sort()

test('the first load, the view of the order and the sign-in with it, is at most 190 KB compressed', () => {
  expect(firstLoad().size).toBeGreaterThan(5)
  expect(zipped(firstLoad())).toBeLessThanOrEqual(190_000)
})

test('each further view brings at most 40 KB compressed, its charts with it', () => {
  const first = firstLoad()
  const sizes = Object.fromEntries(viewKeys().map((key) => [key, zipped([...filesOf(key)].filter((file) => !first.has(file)))]))
  console.info('first load', zipped(first), 'further', sizes)
  expect(viewKeys().length).toBeGreaterThan(4)
  expect(Object.entries(sizes).filter(([, size]) => size > 40_000)).toEqual([])
})

/** Addresses in the bundle that nothing is loaded from: names of code systems and namespaces, pages that people may open, error texts of libraries. */
const NAMES_ONLY: ReadonlySet<string> = new Set([
  'www.w3.org',
  'hl7.org',
  'terminology.hl7.org',
  'loinc.org',
  'snomed.info',
  'unitsofmeasure.org',
  'www.nlm.nih.gov',
  'fhir-registry.smarthealthit.org', // fhirclient: name of an extension
  'docs.smarthealthit.org', // fhirclient: in the text of an error
  'developer.mozilla.org', // in the text of an error
  'react.dev',
  'reactjs.org',
  'react-aria.adobe.com',
])

test('the bundle names no third-party host to load from', () => {
  const scripts = readdirSync(join(pages.folder, 'assets')).map((file) => join('assets', file))
  const html = ['index.html', 'app/index.html', 'app/launch.html', 'models/index.html', 'monitoring/index.html']
  const named = [...html, ...scripts].flatMap((file) =>
    [...readFileSync(join(pages.folder, file), 'utf8').matchAll(/(?:https?:)?\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)].map(
      (match) => match[1] ?? '',
    ),
  )
  expect([...new Set(named)].filter((host) => !NAMES_ONLY.has(host)).sort()).toEqual([])
})
