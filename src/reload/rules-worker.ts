import { parentPort, workerData } from 'node:worker_threads'
import { AttuneError } from '../errors.ts'
import { indexKnowledge, readKnowledge } from '../guidance/load-knowledge.ts'
import type { ReadRules } from './read-rules.ts'
import { checkRooms } from './rooms.ts'

/** Entry of the thread that reads and checks rules: most of a second of work that no call waits for. */
const { rulesDir, drugMap } = workerData as { readonly rulesDir: string; readonly drugMap: string | null }

const read = (): ReadRules => {
  try {
    const rules = readKnowledge(rulesDir, drugMap)
    checkRooms(indexKnowledge(rules))
    return { rules }
  } catch (error) {
    if (error instanceof AttuneError) return { code: error.code, detail: error.detail }
    return { code: 'rules-invalid', detail: error instanceof Error ? error.message : 'the rules cannot be read' }
  }
}

parentPort?.postMessage(read())
