import { createHash, randomUUID } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AttuneError } from '../errors.ts'

/** Rules that were used, in the data folder by their content, so that a step back needs nobody's backup. */
const homeIn = (dataDir: string): string => join(dataDir, 'rules-kept')

/** Kept at most, those used last; one takes some 3 MB. */
export const MOST_KEPT = 5

const NAMED = /^kept:([0-9a-f]{16})$/
const ID = /^[0-9a-f]{16}$/

/** The folder that an order means: `kept:ID` is one of the kept, in the data folder of whoever reads it. */
export const folderMeant = (folder: string, dataDir: string): string => {
  const [, id] = NAMED.exec(folder) ?? []
  return id === undefined ? folder : join(homeIn(dataDir), id)
}

export type KeptRules = { readonly name: string; readonly folder: string; readonly used: Date }

/** The time of a copy that no process has used yet: its rules may be refused, and who refuses them may be killed before it says so. */
const NEVER = new Date(0)

/** Most recently used first: the first are those that answer, the second those that answered before. */
export const keptRules = async (dataDir: string): Promise<readonly KeptRules[]> => {
  const names = await readdir(homeIn(dataDir)).catch(() => [])
  const kept = names.filter((name) => ID.test(name)).map((name) => join(homeIn(dataDir), name))
  const found = await Promise.all(
    kept.map((folder) =>
      stat(folder).then(
        ({ mtime }) => [{ name: `kept:${basename(folder)}`, folder, used: mtime }],
        () => [], // another process has let it go
      ),
    ),
  )
  return found
    .flat()
    .filter(({ used }) => used.getTime() > NEVER.getTime())
    .sort((one, other) => other.used.getTime() - one.used.getTime() || (one.name < other.name ? -1 : 1))
}

const isVisible = (path: string): boolean => !path.split('/').some((part) => part.startsWith('.'))

/** Digest of names and contents. */
const contentOf = async (folder: string): Promise<string> =>
  digestOf(
    folder,
    (await entriesIn(folder)).filter((entry) => entry.isFile()),
  )

const entriesIn = (folder: string): Promise<Dirent[]> => readdir(folder, { recursive: true, withFileTypes: true })

const digestOf = async (folder: string, files: readonly Dirent[]): Promise<string> => {
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  const digest = createHash('sha256')
  for (const path of paths.sort())
    digest
      .update(`${path.slice(folder.length)}\0`)
      .update(await readFile(path))
      .update('\0')
  return digest.digest('hex').slice(0, 16)
}

/** Whether it holds all that was kept, and nothing else: a folder with a file less may pass every check of rules. */
const isWhole = (kept: string): Promise<boolean> =>
  contentOf(kept).then(
    (content) => content === basename(kept),
    () => false,
  )

/** Gone in one step: a removal that is cut short leaves nothing under the name. */
export const letGo = async (kept: string): Promise<void> => {
  const gone = join(dirname(kept), `.${randomUUID()}`)
  await rename(kept, gone).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error // another process was quicker
  })
  await rm(gone, { recursive: true, force: true })
}

/** Where the name is taken by what is not whole, it is taken back. */
const moveTo = async (kept: string, fresh: string): Promise<void> => {
  const isMoved = await rename(fresh, kept).then(
    () => true,
    () => false,
  )
  if (isMoved || (await isWhole(kept))) return
  await letGo(kept)
  await rename(fresh, kept).catch(() => stat(kept)) // another process was quicker
}

/** @throws AttuneError `rules-invalid` for one of the kept that is not what was kept */
export const checkKept = async (folder: string, dataDir: string): Promise<void> => {
  if (dirname(folder) === homeIn(dataDir) && !(await isWhole(folder)))
    throw new AttuneError('rules-invalid', `${folder} is not what was kept: files are missing or were changed`)
}

/** Where what lies in a folder is kept already, whole; null where it is not, and where there is a link, which a copy follows. */
const findKept = async (folder: string, home: string): Promise<string | null> => {
  const entries = await entriesIn(folder)
  if (!entries.every((entry) => entry.isFile() || entry.isDirectory())) return null
  const isPart = ({ parentPath, name }: Dirent): boolean => isVisible(join(parentPath, name).slice(folder.length + 1))
  const files = entries.filter((entry) => entry.isFile() && isPart(entry))
  const kept = join(home, await digestOf(folder, files))
  return (await isWhole(kept)) ? kept : null
}

/**
 * A copy of a folder of rules that nobody changes any more. The same content is there once, also when several processes keep it at once.
 * @returns its folder
 */
export const copyRules = async (folder: string, dataDir: string): Promise<string> => {
  const home = homeIn(dataDir)
  if (dirname(folder) === home) return folder
  const known = await findKept(folder, home)
  if (known !== null) return known
  const fresh = join(home, `.${randomUUID()}`)
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    const filter = (path: string): boolean => isVisible(path.slice(folder.length + 1))
    await cp(folder, fresh, { recursive: true, dereference: true, filter })
    const kept = join(home, await contentOf(fresh))
    await utimes(fresh, NEVER, NEVER)
    await moveTo(kept, fresh)
    return kept
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

/** A copy and a check take seconds: what is older and was never used was cut short. */
const LEFT_MS = 3_600_000

/** Removes what processes that were killed have left: half a copy, and copies that nobody has used. */
export const removeLeft = async (dataDir: string, now = Date.now()): Promise<void> => {
  const names = await readdir(homeIn(dataDir)).catch(() => [])
  for (const path of names.map((name) => join(homeIn(dataDir), name))) {
    const found = await stat(path).catch(() => null) // another process was quicker
    const wasUsed = isVisible(basename(path)) && found !== null && found.mtimeMs > NEVER.getTime()
    if (found !== null && !wasUsed && now - found.ctimeMs > LEFT_MS) await letGo(path)
  }
}

/** These rules answer now; of the others the oldest are let go. */
export const markUsed = async (kept: string, dataDir: string): Promise<void> => {
  const now = new Date()
  await utimes(kept, now, now)
  for (const { folder } of (await keptRules(dataDir)).slice(MOST_KEPT)) await letGo(folder)
}
