/** Renders `card.json` (the 31 source attributes) and the performance rows of the manifest as Markdown for people. */
type Card = {
  readonly version: string
  readonly asOf: string
  readonly attributes: readonly { readonly id: string; readonly label: string; readonly text: string }[]
}
type Row = {
  readonly label: string
  readonly n: number
  readonly maePerWeek: number
  readonly biasPerWeek: number
  readonly within20Percent: number
  readonly r2: number
}
type Manifest = {
  readonly name: string
  readonly title: string
  readonly citation: string
  readonly variants: readonly { readonly id: string; readonly label: string; readonly file: string; readonly sha256: string }[]
  readonly intervals: { readonly variants: { readonly [id: string]: readonly Row[] } }
}

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

const table = (label: string, rows: readonly Row[]): string =>
  [
    `### ${label}`,
    '',
    '| group | people | mean absolute error, mg/week | bias, mg/week | within 20 % | R² |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(
      (row) => `| ${row.label} | ${row.n} | ${row.maePerWeek} | ${row.biasPerWeek} | ${percent(row.within20Percent)} | ${row.r2} |`,
    ),
  ].join('\n')

export const writeModelCard = (card: Card, manifest: Manifest): string =>
  `${[
    `# ${manifest.title}: ${manifest.name}`,
    `Version ${card.version}, as of ${card.asOf}. Made from card.json and manifest.json by the build; do not edit here.`,
    manifest.citation,
    ...GROUPS.map(([group, title]) =>
      [
        `## ${title}`,
        ...card.attributes.filter(({ id }) => id.startsWith(`${group}.`)).map(({ label, text }) => `**${label}.** ${text}`),
      ].join('\n\n'),
    ),
    '## Figures by group',
    ...manifest.variants.map(({ id, label }) => table(label, manifest.intervals.variants[id] ?? [])),
    '## Files',
    manifest.variants.map(({ file, sha256 }) => `- \`${file}\` SHA-256 \`${sha256}\``).join('\n'),
  ].join('\n\n')}\n`
