import { stat } from 'node:fs/promises'
import { rethink } from '../engine.ts'
import { AttuneError } from '../errors.ts'
import type { Practice, PracticeKit } from './practice.ts'
import { readRules } from './read-rules.ts'

/** How the last reload ended. `problems`: why the rules that were asked for are not used; the old ones are. */
export type ReloadState = { readonly at: string; readonly folder: string; readonly problems: string | null }

export type Reloading = {
  /** One after the other; resolves when the rules of the folder are used or refused. Never throws. */
  reload(folder: string): Promise<ReloadState>
  /** Null while the rules are those of the start. */
  readonly last: ReloadState | null
  /** Where the rules that are used come from. */
  readonly folder: string
}

export type ReloadingKit = {
  readonly config: PracticeKit['config']
  readonly practice: Practice
  /** `before` and `after` are versions; the same when the folder holds what is used already, or was refused. */
  readonly onEnd: (state: ReloadState, before: string, after: string) => void
}

const problemsOf = (error: unknown): string => (error instanceof AttuneError ? error.detail : 'the rules could not be loaded')

export const makeReloading = ({ config, practice, onEnd }: ReloadingKit): Reloading => {
  let last: ReloadState | null = null
  let { rulesDir: folder } = config
  let queue: Promise<unknown> = Promise.resolve()

  const load = async (asked: string): Promise<ReloadState> => {
    const before = practice.thinking.versions.rules
    let problems: string | null = null
    try {
      await stat(asked)
      practice.swap(await rethink({ ...config, rulesDir: asked }, await readRules(asked, config), practice.thinking))
      folder = asked
    } catch (error) {
      problems = (error as NodeJS.ErrnoException).code === 'ENOENT' ? `there is no folder ${asked}` : problemsOf(error)
    }
    last = { at: new Date().toISOString(), folder: asked, problems }
    onEnd(last, before, practice.thinking.versions.rules)
    return last
  }

  return {
    reload: (asked) => {
      const turn = queue.then(() => load(asked))
      queue = turn
      return turn
    },
    get last() {
      return last
    },
    get folder() {
      return folder
    },
  }
}
