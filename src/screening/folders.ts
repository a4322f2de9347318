import { join } from 'node:path'

/** Where the work of a run lies, under the folder of its results. */
const WORK = '.work'

const padded = (number: number): string => String(number).padStart(6, '0')

export const foldersOf = (out: string) => {
  const work = join(out, WORK)
  return {
    work,
    plan: join(work, 'plan.json'),
    spreads: join(work, 'spread'),
    parts: join(work, 'parts'),
    merging: join(work, 'merging'),
    spread: (file: number): string => join(work, 'spread', padded(file)),
    part: (part: number): string => join(work, 'parts', padded(part)),
  }
}

export type Folders = ReturnType<typeof foldersOf>
