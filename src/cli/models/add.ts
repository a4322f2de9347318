import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeCardMarkdown } from '../../risk/governance/card-markdown.ts'
import { cardSchema, featuresSchema, type Manifest, manifestSchema, vectorsSchema } from '../../risk/model-folder.ts'
import { printJson, progress, say, UsageError } from '../verb.ts'
import type { Action } from './action.ts'
import { type Checked, checkModelFolder, filesOf, type Problem, requireFolder } from './check-folder.ts'
import { modelsFolder } from './open-models.ts'

/** The three numbers; what follows them (a site's recalibration) does not make a version newer. */
const parts = (version: string): number[] => (version.match(/^\d+\.\d+\.\d+/)?.[0] ?? '0.0.0').split('.').map(Number)

/** Below zero when `one` is the older version. */
const compareVersions = (one: string, other: string): number => {
  const [a, b] = [parts(one), parts(other)]
  return a.map((part, n) => part - (b[n] ?? 0)).find((difference) => difference !== 0) ?? 0
}

const jsonOf = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

const sameFiles = (folder: string, there: string, manifest: Manifest): boolean =>
  filesOf(manifest).every(
    (file) => existsSync(join(there, file)) && readFileSync(join(folder, file)).equals(readFileSync(join(there, file))),
  )

type Standing = 'new' | 'same' | 'replaces'

/** What this installation already has under that id. The same version always means the same files. */
const compareWithInstalled = (folder: string, modelsDir: string, manifest: Manifest): { standing: Standing; problems: Problem[] } => {
  const there = join(modelsDir, manifest.id)
  if (!existsSync(there)) return { standing: 'new', problems: [] }
  if (sameFiles(folder, there, manifest)) return { standing: 'same', problems: [] }
  const installed = manifestSchema.safeParse(jsonOf(join(there, 'manifest.json')))
  const before = installed.success ? installed.data.version : '0.0.0'
  if (compareVersions(manifest.version, before) > 0) return { standing: 'replaces', problems: [] }
  return {
    standing: 'replaces',
    problems: [
      {
        where: 'manifest.json version',
        what: `${manifest.id} ${before} is already here with other files, and ${manifest.version} is not newer`,
        fix: 'raise the version in manifest.json and in card.json; decisions refer to a version and must find what it was',
      },
    ],
  }
}

/** The card for people is made here, so that it always fits the files. */
const writeCard = (folder: string): void => {
  const source = {
    manifest: manifestSchema.parse(jsonOf(join(folder, 'manifest.json'))),
    inputs: featuresSchema.parse(jsonOf(join(folder, 'features.json'))).inputs,
    card: cardSchema.parse(jsonOf(join(folder, 'card.json'))),
    vectors: vectorsSchema.parse(jsonOf(join(folder, 'vectors.json'))).vectors.length,
  }
  writeFileSync(join(folder, 'card.md'), writeCardMarkdown(source))
}

/** Beside its place first, then in one step: whoever reads the folder meanwhile finds a whole model. */
const install = (folder: string, modelsDir: string, manifest: Manifest): void => {
  const place = join(modelsDir, manifest.id)
  const [fresh, old] = [join(modelsDir, `.${manifest.id}.new`), join(modelsDir, `.${manifest.id}.old`)]
  for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  for (const file of filesOf(manifest)) cpSync(join(folder, file), join(fresh, file))
  writeCard(fresh)
  if (existsSync(place)) renameSync(place, old)
  renameSync(fresh, place)
  rmSync(old, { recursive: true, force: true })
}

const sayProblems = (name: string, problems: readonly Problem[]): void => {
  say(`${name} is not added: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`)
  for (const { where, what, fix } of problems) say(`\n  ${where}\n    ${what}\n    to do: ${fix}`)
}

const WORDS: { readonly [S in Standing]: string } = {
  new: 'added',
  same: 'already here, unchanged',
  replaces: 'added, in place of an older version',
}

const report = (name: string, { manifest, health }: Checked, standing: Standing, dry: boolean): void => {
  say(
    `${manifest?.id} ${manifest?.version}: ${dry ? 'complete; nothing was copied' : WORDS[standing]}. SHA-256 ${health?.sha256}, ${health?.vectors} vectors right.`,
  )
  if (!dry && standing !== 'same') say('Served from the next start of the server. Card: /models, and GET /api/models/ID/card')
  if (dry) say(`Without --dry-run: attune models add ${name}`)
}

export const add: Action = {
  summary: "Check a model's folder and, when it is complete, copy it to the models of this installation",
  usage: 'attune models add FOLDER [--dry-run] [--json]',
  options: { 'dry-run': { type: 'boolean' } },
  run: async ({ values, positionals: [name, ...more] }) => {
    if (name === undefined || more.length > 0) throw new UsageError('Name one folder.')
    const [folder, modelsDir, dry] = [resolve(name), modelsFolder(), values['dry-run'] === true]
    requireFolder(folder)
    progress('Reading the files, loading the graph, running its test vectors …')
    const checked = await checkModelFolder(folder, modelsDir)
    const installed = checked.manifest ? compareWithInstalled(folder, modelsDir, checked.manifest) : null
    const problems = [...checked.problems, ...(checked.problems.length === 0 ? (installed?.problems ?? []) : [])]
    const standing = installed?.standing ?? 'new'
    const done = problems.length === 0 && checked.manifest !== null
    if (done && !dry && standing !== 'same') install(folder, modelsDir, checked.manifest)
    if (values.json === true)
      printJson({
        ok: done,
        id: checked.manifest?.id ?? null,
        version: checked.manifest?.version ?? null,
        sha256: checked.health?.sha256 ?? null,
        standing: done ? standing : null,
        copied: done && !dry && standing !== 'same',
        problems,
      })
    else if (done) report(name, checked, standing, dry)
    else sayProblems(name, problems)
    return done ? 0 : 1
  },
}
