import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import { ERROR_CATALOGUE } from '../../src/errors.ts'
import { makeMetrics } from '../../src/http/metrics.ts'
import { projectRoot } from '../../src/project-root.ts'
import { ERROR_WORDS } from './error-words.ts'
import { prefetchStrings, templatesTable } from './prefetch-strings.ts'
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

const wordsOf = (code: string): { readonly happened: string; readonly todo: string } => {
  const words = ERROR_WORDS[code]
  if (words === undefined) throw new Error(`tools/docs/error-words.ts has no words for the error ${code}: say what happened and what to do`)
  return words
}

const errors = (): string => `# Errors

Generated from \`src/errors.ts\` and \`tools/docs/error-words.ts\` by \`npm run docs\`; do not edit by hand.

Every 4xx and 5xx but 401 on the hook endpoints carries an OperationOutcome with the code in \`details.text\`; a 401 has an empty body on purpose. The answer's \`x-request-id\` is the \`id\` in the log, which gives the reason without patient data. On the command line the code stands before the reason.

| Code | Status | What the caller reads | What happened | What to do |
| --- | --- | --- | --- | --- |
${Object.entries(ERROR_CATALOGUE)
  .map(([code, { status, text }]) => `| \`${code}\` | ${status} | ${text} | ${wordsOf(code).happened} | ${wordsOf(code).todo} |`)
  .join('\n')}
`

/** A page that people write, with a part between two marks that is made from the code. */
const withPart = (path: string, name: string, part: string): string => {
  const [begin, end] = [`<!-- ${name}: made by npm run docs -->`, `<!-- end of ${name} -->`]
  const text = readFileSync(join(projectRoot, path), 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${path} has lost its marks of the part "${name}"`)
  return `${text.slice(0, from + begin.length)}\n${part}\n${text.slice(to)}`
}

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

Every code, what happened and what to do: [errors.md](errors.md).
`

const metrics = (): string => `# Metrics

Generated from \`src/http/metrics.ts\` by \`npm run docs\`; do not edit by hand.

\`GET /metrics\` in the Prometheus text format. Each process tells its own numbers. Labels are names of ours, of the configuration, of models and of rules; none comes from a patient or from a caller's text, so their number is bounded. Times are in seconds. Alert rules: \`deploy/prometheus-alerts.yaml\`.

Metrics of the process (\`process_*\`, \`nodejs_*\`) are those of prom-client: \`process_resident_memory_bytes\` is the memory, \`nodejs_eventloop_lag_p99_seconds\` the delay of the event loop.

| Metric | Type | Labels | Meaning |
| --- | --- | --- | --- |
${makeMetrics()
  .list()
  .filter(({ name }) => name.startsWith('attune_'))
  .map(({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`)
  .sort()
  .join('\n')}
`

const FILES: readonly (readonly [string, () => string])[] = [
  ['docs/configuration.md', configuration],
  ['docs/errors.md', errors],
  ['docs/registration.md', () => withPart('docs/registration.md', 'prefetch strings', prefetchStrings())],
  ['deploy/samples/prefetch.tsv', templatesTable],
  ['docs/metrics.md', metrics],
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
