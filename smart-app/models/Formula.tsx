import type { ModelDetail, OutputDescription, VariantDescription } from '../../src/contract/models.ts'
import { DataTable } from '../ui/DataTable.tsx'
import { KeyValue, type Pair } from '../ui/KeyValue.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import styles from './Formula.module.css'
import { TEXT } from './texts.ts'

const nameOf = (inputs: ModelDetail['inputs'], name: string): string => inputs.find((input) => input.name === name)?.label ?? name

/** Inputs beyond these are counted only. */
const SHOWN = 24

const inputWords = (names: readonly string[], inputs: ModelDetail['inputs']): string => {
  const shown = names.slice(0, SHOWN).map((name) => nameOf(inputs, name))
  const more = names.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` + ${more}` : ''}`
}

type Terms = NonNullable<OutputDescription['terms']>
type Row = { readonly key: string; readonly name: string; readonly coefficient: string }

const rowsOf = ({ intercept, rows }: Terms): Row[] => [
  ...(Number(intercept) === 0 ? [] : [{ key: 'start', name: TEXT.intercept, coefficient: intercept }]),
  ...rows.map((row, n) => ({ key: `${n}`, ...row })),
]

const Table = ({ output, terms }: { readonly output: string; readonly terms: Terms }) => (
  <details className={styles.terms}>
    <summary>{TEXT.terms(rowsOf(terms).length)}</summary>
    <DataTable
      caption={`${output}: ${TEXT.terms(terms.rows.length)}`}
      rows={rowsOf(terms)}
      rowKey={({ key }) => key}
      short={{ rows: 60, more: (all) => TEXT.terms(all) }}
      columns={[
        { key: 'term', title: TEXT.term, namesRow: true, cell: ({ name }) => <code className={styles.formula}>{name}</code> },
        { key: 'coefficient', title: TEXT.coefficient, align: 'end', cell: ({ coefficient }) => <code>{coefficient}</code> },
      ]}
    />
  </details>
)

const pairsOf = ({ value, scale, unit, bands, recalibration }: OutputDescription): Pair[] => [
  {
    term: TEXT.scale,
    value: (
      <>
        <code>raw</code>, {scale}
      </>
    ),
  },
  ...(value === null
    ? []
    : [{ term: TEXT.value, value: <code className={styles.formula}>{`${value}${unit === '' ? '' : ` ${unit}`}`}</code> }]),
  ...(recalibration === null ? [] : [{ term: TEXT.recalibration, value: recalibration }]),
  ...(bands.length === 0 ? [] : [{ term: TEXT.bands, value: bands.join('; ') }]),
]

const Output = ({ output, external }: { readonly output: OutputDescription; readonly external: boolean }) => (
  <section className={styles.output}>
    <h4>{output.label}</h4>
    <KeyValue pairs={pairsOf(output)} />
    {output.terms ? (
      <Table output={output.label} terms={output.terms} />
    ) : (
      <p className={styles.note}>{external ? TEXT.noTermsExternal : TEXT.noTerms}</p>
    )}
  </section>
)

const Variant = ({ variant, detail }: { readonly variant: VariantDescription; readonly detail: ModelDetail }) => (
  <Panel title={variant.label} heading="h3">
    {variant.off === null ? null : (
      <Notice level="caution" title={TEXT.isOff}>
        {variant.off}
      </Notice>
    )}
    <KeyValue
      pairs={[
        { term: TEXT.question, value: variant.question },
        { term: TEXT.uses, value: inputWords(variant.inputs, detail.inputs) },
      ]}
    />
    <div className={styles.outputs}>
      {variant.outputs.map((output) => (
        <Output key={output.label} output={output} external={detail.summary.kind === 'external'} />
      ))}
    </div>
  </Panel>
)

/** The forms of a model, with every coefficient. */
export const Formula = ({ detail }: { readonly detail: ModelDetail }) => (
  <>
    <Panel title={TEXT.tabs.formula} lead={TEXT.variantsLead} />
    {detail.variants.map((variant) => (
      <Variant key={variant.id} variant={variant} detail={detail} />
    ))}
  </>
)
