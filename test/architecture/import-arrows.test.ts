import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** Who may import whom (docs/architecture.md). A room may always import itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'src/contract': [],
  'src/errors.ts': ['src/contract'],
  'src/config.ts': ['src/end-slashes.ts', 'src/contract', 'src/errors.ts'],
  'src/project-root.ts': [],
  'src/slices.ts': [],
  'src/long-json.ts': ['src/slices.ts'],
  'src/once-per.ts': [],
  'src/end-slashes.ts': [],
  'src/cut-text.ts': [],
  'src/places.ts': [],
  'src/terminology': ['src/contract', 'src/errors.ts'],
  'src/pgx': ['src/once-per.ts', 'src/contract', 'src/errors.ts'],
  'src/cards': ['src/cut-text.ts', 'src/once-per.ts', 'src/slices.ts', 'src/terminology', 'src/contract', 'src/errors.ts'],
  'src/vcf': ['src/contract', 'src/errors.ts', 'src/pgx'],
  'src/exporters': ['src/contract', 'src/errors.ts', 'src/pgx'],
  'src/facts': ['src/cut-text.ts', 'src/contract', 'src/errors.ts', 'src/slices.ts', 'src/terminology', 'src/pgx'],
  'src/devices': ['src/contract', 'src/errors.ts', 'src/terminology'],
  'src/notes': ['src/cut-text.ts', 'src/contract', 'src/errors.ts', 'src/slices.ts'],
  'src/guidance': [
    'src/once-per.ts',
    'src/slices.ts',
    'src/project-root.ts',
    'src/pgx',
    'src/terminology',
    'src/contract',
    'src/errors.ts',
  ],
  'src/risk': [
    'src/end-slashes.ts',
    'src/once-per.ts',
    'src/contract',
    'src/errors.ts',
    'src/config.ts',
    'src/project-root.ts',
    'src/terminology',
  ],
  'src/validation': ['src/risk', 'src/terminology', 'src/contract', 'src/errors.ts'],
  'src/monitoring': ['src/contract', 'src/errors.ts', 'src/config.ts', 'src/risk', 'src/validation', 'src/ledger'],
  'src/tracing': ['src/contract', 'src/errors.ts'],
  'src/fhir': ['src/end-slashes.ts', 'src/tracing', 'src/contract', 'src/errors.ts', 'src/config.ts'],
  'src/hooks': ['src/slices.ts', 'src/tracing', 'src/fhir', 'src/contract', 'src/errors.ts', 'src/config.ts'],
  'src/review': ['src/fhir', 'src/ledger', 'src/terminology', 'src/contract', 'src/errors.ts', 'src/config.ts'],
  'src/screening': ['src/facts', 'src/guidance', 'src/cards', 'src/risk', 'src/contract', 'src/errors.ts', 'src/project-root.ts'],
  'src/ledger': [
    'src/end-slashes.ts',
    'src/places.ts',
    'src/slices.ts',
    'src/long-json.ts',
    'src/contract',
    'src/errors.ts',
    'src/config.ts',
    'src/project-root.ts',
  ],
  'src/approvals': ['src/ledger', 'src/contract', 'src/errors.ts', 'src/config.ts'],
  'cds-services': ['src/slices.ts', 'src/hooks', 'src/pgx', 'src/guidance', 'src/risk', 'src/cards', 'src/contract'],
  'src/line': [
    'src/tracing',
    'src/hooks',
    'src/fhir',
    'src/facts',
    'src/notes',
    'src/cards',
    'src/review',
    'src/ledger',
    'src/contract',
    'src/errors.ts',
    'src/slices.ts',
    'src/config.ts',
  ],
  'src/http': [
    'src/end-slashes.ts',
    'src/line',
    'src/places.ts',
    'src/slices.ts',
    'src/long-json.ts',
    'src/tracing',
    'src/review',
    'src/hooks',
    'src/ledger',
    'src/contract',
    'src/errors.ts',
    'src/config.ts',
  ],
  'src/sandbox': ['src/end-slashes.ts', 'src/contract', 'src/errors.ts', 'src/config.ts'],
  'smart-app': ['src/contract'],
}

/** run-service.ts and run-profile.ts are the straight line; main and cli plug everything together. */
const ROOM_OF_FILE: Readonly<Record<string, string>> = {
  'src/run-service.ts': 'src/line',
  'src/run-profile.ts': 'src/line',
  'src/profile-parts.ts': 'src/line',
  'src/as-they-end.ts': 'src/line',
  'src/decide.ts': 'src/line',
  'src/collect-notes.ts': 'src/line',
  'src/draft-in-hand.ts': 'src/line',
  'src/understand-record.ts': 'src/line',
  'src/recall-overrides.ts': 'src/line',
  'src/look-back.ts': 'src/line',
  'src/kept-inputs.ts': 'src/line',
  'src/request-digest.ts': 'src/line',
  'src/uuids-of.ts': 'src/line',
}
const ANYTHING = new Set([
  'src/main.ts',
  'src/engine.ts',
  'src/watch-models.ts',
  'src/watch-services.ts',
  'src/insight-door.ts',
  'src/health.ts',
  'src/listen.ts',
  'src/reload',
  'src/canary',
  'src/watch-canary.ts',
  'src/cli',
])

const roomOf = (path: string): string => {
  const posix = path.split(sep).join('/')
  if (ROOM_OF_FILE[posix]) return ROOM_OF_FILE[posix]
  const [top, second] = posix.split('/')
  if (top === 'src') return `src/${second}`
  return top ?? ''
}

const sourcesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(join(root, path)).isDirectory()) return sourcesUnder(path)
    return /\.tsx?$/.test(name) ? [path] : []
  })

const importsOf = (path: string): string[] => {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) =>
    relative(root, resolve(root, dirname(path), target ?? '')),
  )
}

const sources = ['src', 'cds-services', 'smart-app'].flatMap(sourcesUnder)

describe('The import arrows of docs/architecture.md', () => {
  it('are looked at on a real tree', () => {
    expect(sources.length).toBeGreaterThan(100)
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(200)
  })

  it('hold in every file', () => {
    const broken = sources.flatMap((path) => {
      const room = roomOf(path)
      if (ANYTHING.has(room)) return []
      const allowed = ARROWS[room]
      if (!allowed) return [`${path}: the room ${room} is not in the table`]
      return importsOf(path)
        .filter((target) => /\.(ts|tsx)$/.test(target))
        .map(roomOf)
        .filter((target) => target !== room && !allowed.includes(target))
        .map((target) => `${path} imports ${target}`)
    })
    expect(broken).toEqual([])
  })
})

/** One wall round each outside library: the only files that may name it. */
const WALLS: Readonly<Record<string, RegExp>> = {
  'onnxruntime-node': /^src\/risk\/onnx\.ts$/,
  jose: /^src\/http\/client-jwt\.ts$/,
  'node-cache': /^src\/(http|fhir)\//,
  bullmq: /^src\/screening\/crew-queue\.ts$/,
  ioredis: /^src\/(http|main)/,
  '@electric-sql/pglite': /^src\/ledger\//,
  pg: /^src\/ledger\//,
  '@noble/post-quantum': /^src\/ledger\/post-quantum\.ts$/,
  '@lhncbc/ucum-lhc': /^src\/terminology\/units/,
  'oidc-provider': /^src\/sandbox\//,
  'prom-client': /^src\/http\//,
  yaml: /^src\/(config|cli\/models\/)/, // the config file; MLflow's MLmodel
  fhirclient: /^smart-app\/app\//,
}

describe('Walls round outside libraries', () => {
  it.each(Object.entries(WALLS))('%s is imported in one place only', (library, place) => {
    const users = sources.filter((path) =>
      new RegExp(`(?:from|import(?:\\.meta\\.resolve)?)\\s*\\(?\\s*'${library}(?:/[^']*)?'`).test(readFileSync(join(root, path), 'utf8')),
    )
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter((path) => !place.test(path.split(sep).join('/')))).toEqual([])
    expect(users.length).toBeLessThanOrEqual(2)
  })

  it('only config.ts reads the environment, apart from the entry points', () => {
    const readers = sources.filter((path) => /process\.env/.test(readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')))
    expect(readers.filter((path) => !/^src\/(cli|main\.ts)/.test(path.split(sep).join('/')))).toEqual([])
  })
})

/** Gene symbols and drug names are data. Read from the rules themselves, so that the list can not go stale. */
describe('Knowledge is data', () => {
  const genes = readdirSync(join(root, 'rules/genes')).map((file) => file.split('.')[0] ?? '')
  const drugs = readdirSync(join(root, 'rules/guidance'))
    .map((file) => file.replace('.json', ''))
    .filter((name) => name.length > 4)

  it('no gene symbol stands in code under src, cds-services or smart-app', () => {
    expect(genes.length).toBeGreaterThan(20)
    const pattern = new RegExp(`['"\`](${genes.join('|')})['"\`*]`)
    const found = sources.filter((path) => pattern.test(withoutComments(path)))
    expect(found).toEqual([])
  })

  it('no drug name stands in code under src, cds-services or smart-app', () => {
    expect(drugs.length).toBeGreaterThan(100)
    const pattern = new RegExp(`['"\`](${drugs.join('|')})['"\`]`, 'i')
    expect(sources.filter((path) => pattern.test(withoutComments(path)))).toEqual([])
  })
})

const withoutComments = (path: string): string =>
  readFileSync(join(root, path), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
