import { createHash } from 'node:crypto'
import { consult } from '../../../cds-services/pgx/consult.ts'
import { PGX_PREFETCH } from '../../../cds-services/pgx/prefetch.ts'
import { type Config, readConfig } from '../../config.ts'
import { loadApproved } from '../../engine.ts'
import { projectRoot } from '../../project-root.ts'
import type { ScreeningKit } from '../../screening/kit.ts'
import { understandRecord } from '../../understand-record.ts'

/** What models take beside what the services ask for. */
const MORE: Readonly<Record<string, string>> = {
  family: 'FamilyMemberHistory?patient={patient}',
  encounters: 'Encounter?patient={patient}',
}

const questions: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(PGX_PREFETCH).map(([key, query]) => [key, query.replaceAll('{{context.patientId}}', '{patient}')])),
  ...MORE,
}

/** What of the configuration decides what is said. */
const settingsOf = ({ country, precedence, alertPolicy, models }: Config): string =>
  createHash('sha256').update(JSON.stringify({ country, precedence, alertPolicy, models })).digest('hex').slice(0, 16)

/** The engine as the configuration has it, for many records in files. No server, no outside call, no ledger. */
export const loadScreening = async (environment: Readonly<Record<string, string | undefined>>) => {
  const config = readConfig(environment, projectRoot)
  const thinking = await loadApproved(config)
  const { knowledge, models, wording, policy, precedence } = thinking.kit
  const kit: ScreeningKit = {
    knowledge,
    models,
    wording,
    policy,
    precedence,
    questions,
    understand: (record) => understandRecord(record, { terms: thinking.terms, terminology: null }),
    consult: (facts) => consult(facts, thinking.kit),
  }
  return { kit, versions: thinking.versions, settings: settingsOf(config) }
}

/** Where it happened, and nothing of what it happened to: a message may quote a record. */
export const reportFault = (fault: unknown): void => {
  const stack = fault instanceof Error ? (fault.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : []
  const name = fault instanceof Error ? fault.name : typeof fault
  process.stderr.write(`fault: ${name}\n${stack.slice(0, 8).join('\n')}\n`)
}
