import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import type { PolygenicScore } from '../../../../src/contract/variants.ts'
import { Button } from '../../../ui/Button.tsx'
import { KeyValue } from '../../../ui/KeyValue.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import styles from './genome.module.css'
import { Origin } from './Origin.tsx'
import { TEXT } from './texts.ts'

const T = TEXT.polygenic

const Score = ({ score }: { readonly score: PolygenicScore }) => (
  <li className={styles.reading}>
    <strong>
      <Said>{score.title}</Said>
    </strong>
    {score.because ? (
      <Severity level="none">
        {T.notUsed}: <Said>{score.because}</Said>
      </Severity>
    ) : null}
    <KeyValue
      pairs={[
        ...score.values.filter(({ text }) => text !== score.ancestry).map(({ name, text }) => ({ term: name, value: <Said>{text}</Said> })),
        {
          term: T.ancestry,
          value: score.ancestry === null ? <Severity level="unknown">{T.ancestryMissing}</Severity> : <Said>{score.ancestry}</Said>,
        },
      ]}
    />
    {score.notes.map((note) => (
      <span key={note} className={styles.note}>
        <Said>{note}</Said>
      </span>
    ))}
    <Origin lineage={score.lineage} method={score.method} />
  </li>
)

const isPolygenic = ({ title }: RiskEstimate): boolean => /polygenic/i.test(title)

/** Scores of the record as their laboratories stated them, and where those computed here stand. */
export const Polygenic = ({
  scores,
  estimates,
  open,
}: {
  readonly scores: readonly PolygenicScore[]
  readonly estimates: readonly RiskEstimate[]
  readonly open: (view: string) => void
}) => {
  const own = estimates.filter(isPolygenic)
  const computed = own.filter(({ state }) => state === 'estimated')
  return (
    <>
      {scores.length === 0 ? <p className={styles.quiet}>{T.empty}</p> : null}
      <ul className={styles.readings}>
        {scores.map((score) => (
          <Score key={score.ref} score={score} />
        ))}
      </ul>
      {own.length === 0 ? null : (
        <p className={styles.note}>
          {computed.length > 0 ? `${T.models}: ${computed.map(({ title }) => title).join('; ')}. ` : `${T.modelsNone} `}
          <Button look="quiet" onClick={() => open('risks')}>
            {T.openRisks}
          </Button>
        </p>
      )}
    </>
  )
}
