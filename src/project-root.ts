import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const climb = (folder: string): string =>
  existsSync(join(folder, 'rules')) && existsSync(join(folder, 'package.json')) ? folder : climb(dirname(folder))

/** Folder that holds `rules/` and `models/`, found from this file: the same from the source and from `dist/`. */
export const projectRoot = climb(dirname(fileURLToPath(import.meta.url)))
