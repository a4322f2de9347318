import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Of a link that leads nowhere, or to itself: nothing is there. */
const NOTHING: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ELOOP'])

const whatIsAt = (path: string): Promise<BigIntStats | null> =>
  stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (NOTHING.has(error.code)) return null
    throw error
  })

/** Exact: some file systems have numbers that a double cannot tell from their neighbours. */
const nameOf = ({ dev, ino }: BigIntStats): string => `${dev} ${ino}`

/** @param above folders that it lies in: what leads back to one of them has no file of its own */
const filesIn = async (folder: string, inside: string, above: readonly string[]): Promise<string[]> => {
  const names = (await readdir(join(folder, inside))).filter((name) => !name.startsWith('.'))
  const found = await Promise.all(
    names.map(async (name) => {
      const path = inside === '' ? name : `${inside}/${name}`
      const entry = await whatIsAt(join(folder, path))
      if (entry?.isDirectory()) return above.includes(nameOf(entry)) ? [] : filesIn(folder, path, [...above, nameOf(entry)])
      return entry?.isFile() ? [path] : []
    }),
  )
  return found.flat()
}

/** Every visible file below a folder, links followed (a volume of Kubernetes is made of them), in code-unit order. */
export const visibleFiles = async (folder: string): Promise<string[]> =>
  (await filesIn(folder, '', [nameOf(await stat(folder, { bigint: true }))])).sort()
