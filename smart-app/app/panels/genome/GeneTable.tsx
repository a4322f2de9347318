import { Fragment, useState } from 'react'
import type { Genotype } from '../../../../src/contract/genes.ts'
import type { GeneSites } from '../../../../src/contract/variants.ts'
import { Severity, SeverityShape } from '../../../ui/Severity.tsx'
import { useFit } from '../../../ui/use-fit.ts'
import { Said } from '../../words/Said.tsx'
import { flagWords } from './flag-words.ts'
import { GeneDetail } from './GeneDetail.tsx'
import styles from './genome.module.css'
import { Origin } from './Origin.tsx'
import type { GeneAdvice, ResultCall } from './relevance.ts'
import { Today } from './Today.tsx'
import { TEXT } from './texts.ts'

const T = TEXT.genes

/** The genotypes that a call leaves open: one when called, several as candidates, none when indeterminate. */
const genotypesOf = (call: ResultCall): readonly Genotype[] =>
  call.state === 'called' ? [call.genetic] : call.state === 'candidates' ? call.candidates.map(({ genetic }) => genetic) : []

/** Open alternatives joined by "or", so that none reads as the result. */
const either = (call: ResultCall, words: (genotype: Genotype) => string | null): string =>
  [...new Set(genotypesOf(call).map((genotype) => words(genotype) ?? T.notStated))].join(` ${T.or} `)

/** A diplotype may break between its two alleles and nowhere else. */
const Broken = ({ text }: { readonly text: string }) => (
  <span className={styles.genotype}>
    {text.split('/').map((part, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, never reordered
      <Fragment key={index}>
        {index > 0 ? (
          <>
            /<wbr />
          </>
        ) : null}
        {part}
      </Fragment>
    ))}
  </span>
)

const Result = ({ call }: { readonly call: ResultCall }) => {
  const genotypes = genotypesOf(call)
  if (genotypes.length === 0) return <span className={styles.quiet}>{T.notStated}</span>
  const scored = genotypes.some(({ activityScore }) => activityScore !== null)
  return (
    <>
      <Broken text={either(call, ({ diplotype }) => diplotype)} />
      {scored ? <span className={styles.note}>{T.score(either(call, ({ activityScore }) => activityScore?.text ?? null))}</span> : null}
    </>
  )
}

const Advice = ({ advice }: { readonly advice: readonly GeneAdvice[] }) =>
  advice.length === 0 ? (
    <span className={styles.quiet}>{T.noAdvice}</span>
  ) : (
    <ul className={styles.advice}>
      {advice.map((one) => (
        <li key={one.drug} className={one.inHand ? styles.inHand : undefined}>
          <SeverityShape level={one.level} />
          <span>
            <strong>{one.drug}</strong> {one.word}
          </span>
        </li>
      ))}
    </ul>
  )

/** The reading that a call rests on: the first that is used, else the first there is. */
const basisOf = (call: ResultCall) => call.readings.find(({ use }) => use === 'act' || use === 'candidates') ?? call.readings[0]

const Source = ({ call }: { readonly call: ResultCall }) => {
  const basis = basisOf(call)
  return basis ? <Origin lineage={basis.lineage} method={basis.coverage?.text ?? null} brief /> : null
}

const Confidence = ({ call }: { readonly call: ResultCall }) => (
  <>
    {call.state === 'called' ? <span>{TEXT.confidences[call.confidence]}</span> : <Severity level="unknown">{T.notUsable}</Severity>}
    {call.flags.length > 0 ? <span className={styles.note}>{call.flags.map(flagWords).join(', ')}</span> : null}
    {call.state === 'called' ? null : (
      <span className={styles.note}>
        <Said>{call.because}</Said>
      </span>
    )}
  </>
)

type RowProps = {
  readonly call: ResultCall
  readonly advice: readonly GeneAdvice[]
  readonly asked: boolean
  readonly sites: GeneSites | null
}

const Row = ({ call, advice, asked, sites }: RowProps) => {
  const [open, setOpen] = useState(false)
  const id = `gene-${call.gene}`
  return (
    <Fragment>
      {/* biome-ignore-start lint/a11y/noRedundantRoles: display:block takes the roles away from table elements on a narrow page */}
      <tr role="row" className={asked ? styles.asked : undefined}>
        <th role="rowheader" scope="row" className={styles.name}>
          <button
            type="button"
            className={styles.opener}
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            <span className={styles.caret} aria-hidden="true" />
            {call.gene}
            <span className="visually-hidden"> {T.details}</span>
          </button>
          {asked ? <span className={styles.tag}>{T.inHand}</span> : null}
        </th>
        <td role="cell" data-title={T.advice}>
          <Advice advice={advice} />
        </td>
        <td role="cell" data-title={T.today}>
          <Today call={call} />
        </td>
        <td role="cell" data-title={T.result}>
          <Result call={call} />
        </td>
        <td role="cell" data-title={T.source}>
          <Source call={call} />
        </td>
        <td role="cell" data-title={T.confidence}>
          <Confidence call={call} />
        </td>
      </tr>
      {open ? (
        <tr role="row" id={id}>
          <td role="cell" colSpan={6} className={styles.detailCell}>
            <GeneDetail call={call} sites={sites} />
          </td>
        </tr>
      ) : null}
      {/* biome-ignore-end lint/a11y/noRedundantRoles: as above */}
    </Fragment>
  )
}

/** One row per gene with a result; opening a row shows every reading and the gene's positions. */
export const GeneTable = ({
  calls,
  advice,
  asked,
  sites,
}: {
  readonly calls: readonly ResultCall[]
  readonly advice: ReadonlyMap<string, readonly GeneAdvice[]>
  readonly asked: ReadonlySet<string>
  readonly sites: readonly GeneSites[]
}) => {
  const table = useFit()
  return (
    <div className={styles.frame}>
      {/* biome-ignore-start lint/a11y/noRedundantRoles: as above */}
      <table ref={table} className={`${styles.table} ${styles.genes}`} role="table">
        <caption className="visually-hidden">{T.caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {[T.gene, T.advice, T.today, T.result, T.source, T.confidence].map((title) => (
              <th key={title} role="columnheader" scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {calls.map((call) => (
            <Row
              key={call.gene}
              call={call}
              advice={advice.get(call.gene) ?? []}
              asked={asked.has(call.gene)}
              sites={sites.find(({ gene }) => gene === call.gene) ?? null}
            />
          ))}
        </tbody>
      </table>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: as above */}
    </div>
  )
}
