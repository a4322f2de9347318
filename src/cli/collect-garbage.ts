import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * One full collection, now: what a start leaves behind (texts and tables that rules and models were made of) would lie there until the
 * heap has grown by as much again. Node gives the collector away by a flag only; the flag is taken back, for contexts that come later.
 */
export const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  collect()
}
