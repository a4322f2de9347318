import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

const climb = (folder: string): string =>
  existsSync(join(folder, 'rules')) && existsSync(join(folder, 'package.json')) ? folder : climb(dirname(folder))

/** Folder that holds `rules/` and `models/`, found from this file: the same from the source, from `dist/src` and from `dist/server`. */
export const projectRoot = climb(here)

const bundle = join(projectRoot, 'dist/server')

/** A file that the build has made with the bundle, of the same code; null for who is not bundled. */
export const besideBundle = (name: string): string | null => (here === bundle ? join(bundle, name) : null)

/**
 * One of our programs that run in a thread or process of their own (bin/bundle.mjs lists them): the bundled one for who is bundled, else
 * what tsc has made. Threads of Node 20 take JavaScript only, so the source, too, starts the compiled one.
 * @param path under `src/`, without its ending
 */
export const programOf = (path: string): string => besideBundle(`${basename(path)}.js`) ?? join(projectRoot, 'dist/src', `${path}.js`)
