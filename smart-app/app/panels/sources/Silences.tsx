import type { Background } from '../../../../src/contract/background.ts'
import type { Explained, RowConsidered } from '../../../../src/contract/explained.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { Said } from '../../words/Said.tsx'
import { panelState } from '../panel-state.ts'
import { Shortened } from '../Shortened.tsx'
import styles from './SourcesPanel.module.css'
import { TEXT } from './texts.ts'

type Silence = Background['silences'][number]

/** One line for each silence; the same drug listed twice in the chart is said once. */
const distinct = (silences: readonly Silence[]): Silence[] => [
  ...new Map(silences.map((one) => [`${one.about} ${one.code} ${one.because}`, one])).values(),
]

/** Why there is no card for what was looked at, and every rule row behind each drug. */
export const Silences = ({ profile }: { readonly profile: ProfileState }) => {
  const { background } = profile
  if (background === 'failed') return null
  if (background === null) return <Panel title={TEXT.silences} state={panelState(profile, false, null)} />
  const silences = distinct(background.silences)
  return (
    <>
      <Panel
        title={TEXT.silences}
        lead={TEXT.silencesLead}
        state={silences.length > 0 ? { kind: 'ready' } : { kind: 'empty', text: TEXT.noSilences }}
      >
        <Shortened
          items={silences}
          first={12}
          more={TEXT.more}
          show={(shown) => (
            <ul className={styles.lines}>
              {shown.map((silence) => (
                <li key={`${silence.about} ${silence.code} ${silence.because}`}>
                  <Said>
                    <strong>{silence.about}</strong>: {silence.because}
                  </Said>{' '}
                  <code className={styles.code}>{silence.code}</code>
                </li>
              ))}
            </ul>
          )}
        />
        <p className={styles.note}>{TEXT.repeats}</p>
      </Panel>
      <Panel title={TEXT.considered} lead={TEXT.consideredLead}>
        <Shortened
          items={background.considered}
          more={TEXT.more}
          show={(shown) => (
            <div>
              {shown.map((one) => (
                <Considered key={`${one.ref} ${one.drug ?? one.text}`} one={one} />
              ))}
            </div>
          )}
        />
      </Panel>
    </>
  )
}

const Considered = ({ one }: { readonly one: Explained }) => {
  const name = one.drug ?? one.text
  const fired = one.rows.filter(({ outcome }) => outcome === 'fired').length
  return (
    <details className={styles.fold}>
      <summary>
        <strong>{name === '' ? one.ref : name}</strong>{' '}
        <span className={styles.note}>
          {[TEXT.about[one.about], TEXT.shown[one.fate.shown], TEXT.rows(one.rows.length), `${fired} × ${TEXT.outcomes.fired}`].join(' · ')}
        </span>
      </summary>
      {one.fate.shown === 'silent' ? (
        <p className={styles.note}>
          <Said>{one.fate.because}</Said> <code className={styles.code}>{one.fate.code}</code>
        </p>
      ) : null}
      {one.rows.length === 0 ? <p className={styles.note}>{TEXT.noRows}</p> : <Rows name={name} rows={one.rows} />}
    </details>
  )
}

const Rows = ({ name, rows }: { readonly name: string; readonly rows: readonly RowConsidered[] }) => (
  <DataTable
    caption={TEXT.rowsCaption(name)}
    rows={rows}
    rowKey={({ row, kind }) => `${kind} ${row}`}
    columns={[
      { key: 'row', title: TEXT.row, namesRow: true, cell: ({ row }) => <code className={styles.code}>{row}</code> },
      { key: 'source', title: TEXT.source, cell: ({ source, year }) => [source, year].filter(Boolean).join(' ') },
      { key: 'outcome', title: TEXT.outcome, cell: ({ outcome }) => TEXT.outcomes[outcome] ?? outcome },
      { key: 'because', title: TEXT.because, cell: ({ because }) => <Said>{because}</Said> },
    ]}
  />
)
