import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { besideBundle } from '../project-root.ts'

/** Files of models that fitted their schema, read by the code of this bundle when it was built: name and hash of the bytes -> what was read. */
export const KEPT_PARTS = 'kept-models.json'

type Parts = Map<string, unknown>

const readKept = (path: string | null): Parts => {
  if (path === null) return new Map()
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8'))))
  } catch {
    return new Map() // nothing was kept: every file is read and checked
  }
}

/** @param path of what a build kept; null for nothing */
export const makeKeptParts = (path: string | null) => {
  let kept: Parts | null = null
  let fresh: Parts | null = null
  return {
    /**
     * What `parse` gives for these bytes: as the build kept it, else made now. Each kept part is given away once, so that no two models
     * share one.
     * @param key file name and SHA-256 of the bytes
     * @throws what `parse` throws
     */
    parse: <T>(key: string, parse: () => T): T => {
      kept ??= readKept(path)
      const found = kept.get(key)
      if (found === undefined) {
        const parsed = parse()
        fresh?.set(key, parsed)
        return parsed
      }
      kept.delete(key)
      return found as T // the same bytes, read by the same code
    },
    /** From now on what is made is noted; the function gives all of it as text. What a text cannot give back is left out. */
    note: (): (() => string) => {
      const noted: Parts = new Map()
      fresh = noted
      const isWhole = ([, part]: [string, unknown]): boolean => isDeepStrictEqual(JSON.parse(JSON.stringify(part)), part)
      return () => JSON.stringify(Object.fromEntries([...noted].filter(isWhole).sort(([a], [b]) => (a < b ? -1 : 1)))) // models load side by side
    },
  }
}

/** Of this process. */
export const keptParts = makeKeptParts(besideBundle(KEPT_PARTS))
