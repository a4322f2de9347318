import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { projectRoot } from '../../src/project-root.ts'

const page = readFileSync(join(projectRoot, 'docs/operations.md'), 'utf8')
const RULES = join(projectRoot, 'deploy/prometheus-alerts.yaml')

/** Alarms of the rules that ship; none while there is no such file. */
const alarms = (): string[] => {
  if (!existsSync(RULES)) return []
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: { alert?: string }[] }[] }
  return groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert])))
}

it('every alarm that ships has its paragraph on what to do, and no paragraph is about an alarm that does not', () => {
  const told = [...page.matchAll(/^### (Attune\w+)$/gm)].map(([, name]) => name)
  expect(told.length).toBeGreaterThan(10)
  if (existsSync(RULES)) expect(told.sort()).toEqual(alarms().sort())
})

it.each(['doctor', 'ledger verify', 'rules reload', 'rules off', 'models off', 'simulate', 'explain', 'rules diff'])(
  'names the command `attune %s`',
  (command) => {
    expect(page).toContain(`npx attune ${command}`)
  },
)
