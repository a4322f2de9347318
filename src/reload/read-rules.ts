import { Worker } from 'node:worker_threads'
import type { Config } from '../config.ts'
import { AttuneError, type ErrorCode } from '../errors.ts'
import type { CheckedRules } from '../guidance/load-knowledge.ts'
import { programOf } from '../project-root.ts'

/** What the thread gives back: rules that passed every check, or why they did not. */
export type ReadRules = { readonly rules: CheckedRules } | { readonly code: ErrorCode; readonly detail: string }

/**
 * Reads and checks a folder of rules in a thread of its own: beside calls it would hold them up for 0.2 to 0.7 seconds.
 * @throws AttuneError `rules-invalid`, `config-invalid` that lists every problem
 */
export const readRules = (rulesDir: string, { drugMap }: Pick<Config, 'drugMap'>): Promise<CheckedRules> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(programOf('reload/rules-worker'), { workerData: { rulesDir, drugMap } })
    worker.unref()
    worker.once('message', (read: ReadRules) => ('rules' in read ? resolve(read.rules) : reject(new AttuneError(read.code, read.detail))))
    worker.once('error', (cause) => reject(new AttuneError('rules-invalid', 'the rules could not be read to their end', { cause })))
    worker.once('exit', () => reject(new AttuneError('rules-invalid', 'the rules could not be read to their end')))
  })
