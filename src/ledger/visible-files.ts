import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Every visible file below a folder, links followed (a volume of Kubernetes is made of them), in code-unit order. */
export const visibleFiles = async (folder: string, inside = ''): Promise<string[]> => {
  const names = (await readdir(join(folder, inside))).filter((name) => !name.startsWith('.'))
  const found = await Promise.all(
    names.map(async (name) => {
      const path = inside === '' ? name : `${inside}/${name}`
      const entry = await stat(join(folder, path))
      if (entry.isDirectory()) return visibleFiles(folder, path)
      return entry.isFile() ? [path] : []
    }),
  )
  return found.flat().sort()
}
