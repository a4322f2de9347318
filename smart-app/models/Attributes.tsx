import type { SourceAttribute, SourceAttributes } from '../../src/contract/models.ts'
import { Panel } from '../ui/Panel.tsx'
import styles from './Attributes.module.css'
import { TEXT } from './texts.ts'

const Rows = ({ rows }: { readonly rows: readonly SourceAttribute[] }) => (
  <dl className={styles.rows}>
    {rows.map(({ id, label, text }) => (
      <div key={id} className={styles.row}>
        <dt>{label}</dt>
        <dd>{text}</dd>
      </div>
    ))}
  </dl>
)

/** The 31 and the 13 source attributes of the rule. */
export const Attributes = ({ attributes }: { readonly attributes: SourceAttributes }) => (
  <>
    <Panel title={TEXT.predictive} lead={TEXT.rule}>
      {attributes.predictive.map(({ id, title, attributes: rows }) => (
        <section key={id} className={styles.group}>
          <h3>{title}</h3>
          <Rows rows={rows} />
        </section>
      ))}
    </Panel>
    <Panel title={TEXT.evidence}>
      <Rows rows={attributes.evidenceBased} />
    </Panel>
  </>
)
