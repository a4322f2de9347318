import { useState } from 'react'
import type { SourceAttributes } from '../../../../src/contract/models.ts'
import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { KeyValue } from '../../../ui/KeyValue.tsx'
import { Said } from '../../words/Said.tsx'
import styles from './Provenance.module.css'
import { TEXT } from './texts.ts'

/** What stands behind the number, folded; a hash is shown by its beginning, the whole stands in its title. */
export const Provenance = ({ estimate }: { readonly estimate: RiskEstimate }) => {
  const { model } = estimate
  const run = estimate.state === 'estimated' ? estimate : null
  return (
    <details className={styles.about}>
      <summary>
        {TEXT.about}: <Said>{model.name}</Said> {model.version}
      </summary>
      <KeyValue
        pairs={[
          ...(run ? [{ term: TEXT.variant, value: <Said>{run.variant}</Said> }] : []),
          { term: TEXT.version, value: model.version },
          { term: TEXT.citation, value: <Said>{model.citation}</Said> },
          { term: TEXT.hash, value: <code title={model.sha256}>{model.sha256.slice(0, 16)}…</code> },
          ...(run ? [{ term: TEXT.execution, value: run.execution.toUpperCase() }] : []),
        ]}
      />
      <p>
        <a href={`/models/#/${model.id}`} target="_blank" rel="noopener noreferrer">
          {TEXT.card}
          <span className="visually-hidden"> ({TEXT.newTab})</span>
        </a>
      </p>
      <Attributes model={model.id} />
    </details>
  )
}

type Read = SourceAttributes | 'failed' | 'reading' | null

const readAttributes = async (model: string): Promise<Read> => {
  const answer = await fetch(`/api/models/${encodeURIComponent(model)}/source-attributes`, { headers: { accept: 'application/json' } })
  return answer.ok ? ((await answer.json()) as SourceAttributes) : 'failed' // our own server; a test holds its answers to the contract
}

/** Read when first opened; they hold no patient data. */
const Attributes = ({ model }: { readonly model: string }) => {
  const [read, setRead] = useState<Read>(null)
  const open = (isOpen: boolean): void => {
    if (!isOpen || (read !== null && read !== 'failed')) return
    setRead('reading')
    readAttributes(model)
      .catch((): Read => 'failed')
      .then(setRead)
  }
  return (
    <details className={styles.about} onToggle={(event) => open(event.currentTarget.open)}>
      <summary>{TEXT.attributes}</summary>
      {read === 'reading' ? <p role="status">{TEXT.attributesLoading}</p> : null}
      {read === 'failed' ? <p role="alert">{TEXT.failures.failed}</p> : null}
      {read !== null && typeof read === 'object' ? <Groups attributes={read} /> : null}
    </details>
  )
}

const Groups = ({ attributes }: { readonly attributes: SourceAttributes }) => (
  <div lang="en" className={styles.groups}>
    {attributes.predictive.map(({ id, title, attributes: rows }) => (
      <section key={id}>
        <h5>{title}</h5>
        <dl>
          {rows.map((row) => (
            <div key={row.id}>
              <dt>{row.label}</dt>
              <dd>{row.text}</dd>
            </div>
          ))}
        </dl>
      </section>
    ))}
  </div>
)
