import { randomUUID } from 'node:crypto'
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AttuneError } from '../errors.ts'
import { sha256 } from './canonical.ts'
import { visibleFiles } from './visible-files.ts'

/** Rules and models by their content, so that a decision can be made again with those of its time. Null where a site has no such file. */
export type ArchiveRefs = { readonly rules: string; readonly models: string; readonly drugMap: string | null }

type Tree = readonly (readonly [path: string, sha256: string])[]

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Whole or not there, whoever else writes the same content at the same time. */
const writeOnce = async (path: string, content: Uint8Array | string): Promise<void> => {
  if (await isThere(path)) return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.${randomUUID()}`
  await writeFile(fresh, content, { mode: 0o600 })
  await rename(fresh, path)
}

const fileIn = (archive: string, hash: string): string => join(archive, 'files', hash)
const treeIn = (archive: string, hash: string): string => join(archive, 'trees', `${hash}.json`)

const archiveFile = async (path: string, archive: string): Promise<string> => {
  const content = await readFile(path)
  const hash = sha256(content)
  await writeOnce(fileIn(archive, hash), content)
  return hash
}

/** Keeps a folder by its content; what is there already is not written again. @returns its hash */
const archiveFolder = async (folder: string, archive: string): Promise<string> => {
  const tree: [string, string][] = []
  for (const path of await visibleFiles(folder)) tree.push([path, await archiveFile(join(folder, path), archive)])
  const text = JSON.stringify(tree)
  const hash = sha256(text)
  await writeOnce(treeIn(archive, hash), text)
  return hash
}

export type Knowledge = { readonly rulesDir: string; readonly modelsDir: string; readonly drugMap: string | null }

/** Keeps the knowledge that a server loads. @throws AttuneError `ledger-failed` */
export const archiveKnowledge = async ({ rulesDir, modelsDir, drugMap }: Knowledge, archive: string): Promise<ArchiveRefs> => {
  try {
    return {
      rules: await archiveFolder(rulesDir, archive),
      models: await archiveFolder(modelsDir, archive),
      drugMap: drugMap === null ? null : await archiveFile(drugMap, archive),
    }
  } catch (cause) {
    throw new AttuneError('ledger-failed', `rules and models cannot be kept in ${archive}`, { cause })
  }
}

const readArchived = async (archive: string, hash: string): Promise<Buffer> => {
  const content = await readFile(fileIn(archive, hash)).catch(() => null)
  if (content === null || sha256(content) !== hash) throw new AttuneError('input-unreadable', `the archive has not the file ${hash}`)
  return content
}

const restoreFolder = async (archive: string, hash: string, into: string): Promise<string> => {
  const text = await readFile(treeIn(archive, hash), 'utf8').catch(() => null)
  if (text === null || sha256(text) !== hash) throw new AttuneError('input-unreadable', `the archive has not the folder ${hash}`)
  for (const [path, file] of JSON.parse(text) as Tree) {
    const to = join(into, path)
    await mkdir(dirname(to), { recursive: true })
    await writeFile(to, await readArchived(archive, file))
  }
  return into
}

/**
 * Puts archived knowledge into a folder, checked file by file.
 * @throws AttuneError `input-unreadable` when something of it is not in the archive, or was changed there
 */
export const restoreKnowledge = async (archive: string, refs: ArchiveRefs, into: string): Promise<Knowledge> => {
  const rulesDir = await restoreFolder(archive, refs.rules, join(into, 'rules'))
  const modelsDir = await restoreFolder(archive, refs.models, join(into, 'models'))
  if (refs.drugMap === null) return { rulesDir, modelsDir, drugMap: null }
  const drugMap = join(into, 'drug-map.json')
  await writeFile(drugMap, await readArchived(archive, refs.drugMap))
  return { rulesDir, modelsDir, drugMap }
}
