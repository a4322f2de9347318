import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const table = readFileSync(join(import.meta.dirname, '../../smart-app/app/screen/views.tsx'), 'utf8')

/** Ids of every view of the app, in the order of its navigation, as its table has them. */
export const VIEW_IDS: readonly string[] = [...table.matchAll(/^\s*(?:\{ )?id: '([\w-]+)'/gm)].map((match) => match[1] ?? '')
