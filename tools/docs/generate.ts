import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import { ERROR_CATALOGUE } from '../../src/errors.ts'
import { projectRoot } from '../../src/project-root.ts'
import { riskSources } from './risk-sources.ts'

type JsonSchema = {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly minimum?: number
  readonly maximum?: number
  readonly allOf?: readonly JsonSchema[]
}

const schemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema

const kindOf = (schema: JsonSchema): string => {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.type === 'array') return `list of ${schema.items?.enum ? kindOf(schema.items) : (schema.items?.type ?? 'objects')}`
  return schema.type ?? 'text'
}

const defaultOf = (schema: JsonSchema): string =>
  schema.default === undefined || schema.type === 'object' ? '' : `\`${JSON.stringify(schema.default)}\``

const rowsOf = (schema: JsonSchema, prefix: string): string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const row = `| \`${prefix}${key}\` | ${member.description ?? ''} | ${kindOf(member)} | ${defaultOf(member)} |`
    return member.properties ? [row, ...rowsOf(member, `${prefix}${key}.`)] : [row]
  })

const table = (schema: JsonSchema, prefix = ''): string =>
  ['| Key | Meaning | Kind | Default |', '| --- | --- | --- | --- |', ...rowsOf(schema, prefix)].join('\n')

const errorTable = (): string =>
  [
    '| Code | Status | What the caller reads |',
    '| --- | --- | --- |',
    ...Object.entries(ERROR_CATALOGUE).map(([code, { status, text }]) => `| \`${code}\` | ${status} | ${text} |`),
  ].join('\n')

const configuration = (): string => `# Configuration

Generated from \`src/config.ts\` by \`npm run docs\`; do not edit by hand.

Without any setting Attune starts in **sandbox mode**: synthetic patients, open to callers on this machine, and it says so on every page and card. Production needs a config file, named by \`ATTUNE_CONFIG\`.

## Environment

${table(schemaOf(CONFIG_SCHEMAS.environment))}

## Config file

JSON or YAML. Unknown keys are errors; every problem is named at start.

${table(schemaOf(CONFIG_SCHEMAS.file))}

### \`clients[]\`: one entry per EHR

${table(schemaOf(CONFIG_SCHEMAS.client), 'clients[].')}

### \`models\`: settings of one model, under its id

${table(schemaOf(CONFIG_SCHEMAS.model), 'models.ID.')}

## Errors

Every 4xx and 5xx but 401 carries an OperationOutcome with one of these codes in \`details.text\`.

${errorTable()}
`

const FILES: readonly (readonly [string, () => string])[] = [
  ['docs/configuration.md', configuration],
  ['docs/risk-sources.md', () => riskSources(join(projectRoot, 'models'))],
]

const checkOnly = process.argv.includes('--check')
for (const [path, make] of FILES) {
  const full = join(projectRoot, path)
  const text = make()
  if (!checkOnly) writeFileSync(full, text)
  else if (readFileSync(full, 'utf8') !== text) {
    process.stderr.write(`${path} is not what the code says; run npm run docs\n`)
    process.exitCode = 1
  }
}
