import { stat } from 'node:fs/promises'
import { requireApproved } from '../approvals/require-approved.ts'
import { rethink } from '../engine.ts'
import { AttuneError } from '../errors.ts'
import { checkKept, copyRules, keptRules, letGo, markUsed, removeLeft } from './kept-rules.ts'
import type { Practice, PracticeKit } from './practice.ts'
import { readRules } from './read-rules.ts'

/** How the last reload ended. `problems`: why the rules that were asked for are not used; the old ones are. */
export type ReloadState = { readonly at: string; readonly folder: string; readonly problems: string | null }

export type Reloading = {
  /** Keeps a copy of the rules that are used, for a step back, and removes what killed processes have left of copies. Never throws. */
  keep(): Promise<void>
  /** One after the other; resolves when the rules of the folder are used or refused. Never throws. */
  reload(folder: string): Promise<ReloadState>
  /** Loads once more what was refused last, where the site's approvals have changed since: it may have been approved. Never throws. */
  reloadApproved(): Promise<void>
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
  readonly onTrouble: (what: string, error: unknown) => void
}

const problemsOf = (error: unknown): string => (error instanceof AttuneError ? error.detail : 'the rules could not be loaded')

const NOT_KEPT = 'the rules that are used could not be kept for a step back'

/** Another one after each change; empty where there is no such file. */
const stateOf = (path: string | undefined): Promise<string> =>
  stat(path ?? '').then(
    ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
    () => '',
  )

export const makeReloading = ({ config, practice, onEnd, onTrouble }: ReloadingKit): Reloading => {
  const { dataDir, approvals } = config
  let last: ReloadState | null = null
  /** As it was before the last reload read it. */
  let approvalsThen = ''
  let { rulesDir: folder } = config
  let queue: Promise<unknown> = Promise.resolve()

  const copy = (asked: string): Promise<string | null> =>
    copyRules(asked, dataDir).catch((error: unknown) => {
      onTrouble(NOT_KEPT, error)
      return null
    })

  const mark = (kept: string | null): Promise<void> =>
    kept === null ? Promise.resolve() : markUsed(kept, dataDir).catch((error: unknown) => onTrouble(NOT_KEPT, error))

  /** What is read is the copy: what is kept is what was used. */
  const load = async (asked: string): Promise<ReloadState> => {
    const before = practice.thinking.versions.rules
    const known = new Set((await keptRules(dataDir)).map((one) => one.folder))
    let problems: string | null = null
    let kept: string | null = null
    approvalsThen = await stateOf(approvals.file)
    try {
      await stat(asked)
      await checkKept(asked, dataDir)
      kept = await copy(asked)
      const rulesDir = kept ?? asked
      const thinking = await rethink({ ...config, rulesDir }, await readRules(rulesDir, config), practice.thinking)
      await requireApproved(config, 'rules', thinking.versions.rules)
      practice.swap(thinking)
      folder = asked
      await mark(kept)
    } catch (error) {
      if (kept !== null && !known.has(kept)) await letGo(kept).catch((cause: unknown) => onTrouble(NOT_KEPT, cause))
      problems = (error as NodeJS.ErrnoException).code === 'ENOENT' ? `there is no folder ${asked}` : problemsOf(error)
    }
    last = { at: new Date().toISOString(), folder: asked, problems }
    onEnd(last, before, practice.thinking.versions.rules)
    return last
  }

  const reload = (asked: string): Promise<ReloadState> => {
    const turn = queue.then(() => load(asked))
    queue = turn.catch(() => {}) // whatever happens to one, the next has its turn
    return turn
  }

  return {
    keep: async () => {
      await removeLeft(dataDir).catch((error: unknown) => onTrouble(NOT_KEPT, error))
      await mark(await copy(folder))
    },
    reload,
    reloadApproved: async () => {
      if (last === null || last.problems === null || (await stateOf(approvals.file)) === approvalsThen) return
      await reload(last.folder)
    },
    get last() {
      return last
    },
    get folder() {
      return folder
    },
  }
}
