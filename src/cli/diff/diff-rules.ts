import { resolve } from 'node:path'
import { readConfig } from '../../config.ts'
import { loadThinking, type Thinking } from '../../engine.ts'
import { AttuneError } from '../../errors.ts'
import { readRuleFiles } from '../../guidance/read-rule-files.ts'
import { projectRoot } from '../../project-root.ts'
import { progress } from '../verb.ts'
import { gridCohort, sandboxCohort } from './cohort.ts'
import { diffCards } from './diff-cards.ts'
import { diffItems } from './diff-items.ts'
import { gridOf } from './grid.ts'
import { ruleItems } from './rule-items.ts'
import type { RulesDiff } from './say-diff.ts'

/** Everything but the rules is the same on both sides: models, alert policy, precedence. */
const thinkWith = (rulesDir: string): Promise<Thinking> =>
  loadThinking({ ...readConfig(process.env, projectRoot), rulesDir: resolve(rulesDir) })

/** @throws AttuneError `input-unreadable` naming folder, file, row and reason when one of the two cannot be loaded */
const open = async (folder: string): Promise<Thinking> => {
  try {
    return await thinkWith(folder)
  } catch (cause) {
    if (cause instanceof AttuneError && cause.code === 'rules-invalid')
      throw new AttuneError('input-unreadable', `${folder}: ${cause.detail}`, { cause })
    throw cause
  }
}

const EVERY = 500

/**
 * Two folders of rules against each other: what changed in them, and what it changes for the patients of the sandbox and for a grid
 * of made-up patients. Both must load with this version of Attune.
 * @throws AttuneError `input-unreadable`
 */
export const diffRules = async (before: string, after: string): Promise<RulesDiff> => {
  const [old, now] = [await open(before), await open(after)]
  try {
    const rules = diffItems(ruleItems(readRuleFiles(resolve(before))), ruleItems(readRuleFiles(resolve(after))))
    const versions = { before: old.kit.knowledge.version, after: now.kit.knowledge.version }
    if (versions.before === versions.after) return { ...versions, rules, sandbox: null, grid: null }
    const tell = (what: string, total: number) => (done: number) => {
      if (done % EVERY === 0 || done === total) progress(`${what}: ${done} of ${total}`)
    }
    const patients = sandboxCohort()
    const grid = gridCohort(gridOf(old.kit.knowledge, now.kit.knowledge))
    return {
      ...versions,
      rules,
      sandbox: await diffCards(patients, old, now, tell('Sandbox patients', patients.length)),
      grid: await diffCards(grid, old, now, tell('Grid', grid.length)),
    }
  } finally {
    await Promise.all([old, now].map(({ kit }) => kit.models.close()))
  }
}

/** Whether anything at all differs. */
export const hasChanges = ({ rules, sandbox, grid }: RulesDiff): boolean =>
  rules.length + (sandbox?.changes.length ?? 0) + (grid?.changes.length ?? 0) > 0
