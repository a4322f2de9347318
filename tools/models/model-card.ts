import type { IntervalRow, Manifest, ModelCard } from '../../src/risk/model-folder.ts'

/** Renders `card.json` (the 31 source attributes) and the performance rows of the manifest as Markdown for people. */
const GROUPS: readonly (readonly [string, string])[] = [
  ['details_and_output', 'Details and output'],
  ['purpose', 'Purpose'],
  ['out_of_scope', 'Cautioned and out-of-scope use'],
  ['development_and_inputs', 'Development and inputs'],
  ['fairness_process', 'Fairness in development'],
  ['external_validation_process', 'External validation process'],
  ['quantitative_performance', 'Quantitative performance'],
  ['ongoing_maintenance', 'Ongoing maintenance'],
  ['update_schedule', 'Update schedule'],
]

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const table = (label: string, rows: readonly IntervalRow[]): string =>
  [
    `### ${label}`,
    '',
    '| group | people | mean absolute error, mg/week | bias, mg/week | within 20 % | R² |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(
      (row) => `| ${row.label} | ${row.n} | ${row.maePerWeek} | ${row.biasPerWeek} | ${percent(row.within20Percent)} | ${row.r2} |`,
    ),
  ].join('\n')

const figures = ({ variants, intervals }: Manifest): string[] =>
  intervals ? ['## Figures by group', ...variants.map(({ id, label }) => table(label, intervals.variants[id] ?? []))] : []

export const writeModelCard = (card: ModelCard, manifest: Manifest): string =>
  `${[
    `# ${manifest.title}: ${manifest.name}`,
    `Version ${card.version}, as of ${card.asOf}. Made from card.json and manifest.json by the build; do not edit here.`,
    manifest.citation,
    `Checked: ${manifest.verified.says}`,
    ...manifest.variants.flatMap(({ label, off }) => (off ? [`Off: ${label}. ${off}`] : [])),
    ...GROUPS.map(([group, title]) =>
      [
        `## ${title}`,
        ...card.attributes.filter(({ id }) => id.startsWith(`${group}.`)).map(({ label, text }) => `**${label}.** ${text}`),
      ].join('\n\n'),
    ),
    ...figures(manifest),
    '## Files',
    manifest.graphs.map(({ file, sha256 }) => `- \`${file}\` SHA-256 \`${sha256}\``).join('\n'),
  ].join('\n\n')}\n`
