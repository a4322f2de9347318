import type { GapEffect } from '../../../../src/contract/background.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { Said } from '../../words/Said.tsx'
import { panelState } from '../panel-state.ts'
import { Shortened } from '../Shortened.tsx'
import styles from './SourcesPanel.module.css'
import { TEXT } from './texts.ts'

type Row = Omit<GapEffect, 'drugs' | 'genes' | 'models'> & Partial<GapEffect>

/** The server's account of gaps and effects; until it is there, the gaps alone, so that none is held back. */
const rowsOf = ({ background, facts, assessment }: ProfileState): Row[] => {
  if (background !== null && background !== 'failed') return [...background.gaps]
  const gaps = [...(facts?.gaps ?? []), ...(assessment?.gaps ?? [])]
  return [...new Map(gaps.map((gap) => [`${gap.about} ${gap.because} ${gap.resource ?? ''}`, gap])).values()]
}

const Affects = ({ row: { drugs, genes = [], models = [] } }: { readonly row: Row }) => {
  if (drugs === undefined) return <span className={styles.note}>{TEXT.affectsUnknown}</span>
  const parts = [
    [TEXT.drugs, drugs],
    [TEXT.genes, genes],
    [TEXT.models, models],
  ] as const
  const told = parts.filter(([, names]) => names.length > 0)
  if (told.length === 0) return <span className={styles.note}>{TEXT.affectsNothing}</span>
  return (
    <ul className={styles.plain}>
      {told.map(([word, names]) => (
        <li key={word}>
          <span className={styles.note}>{word}</span> <Said>{names.join(', ')}</Said>
        </li>
      ))}
    </ul>
  )
}

/** What is missing beside what it does. */
export const Gaps = ({ profile }: { readonly profile: ProfileState }) => {
  const rows = rowsOf(profile)
  const state = panelState(profile, profile.facts !== null, rows.length === 0 ? TEXT.noGaps : null)
  return (
    <Panel title={TEXT.gaps} lead={TEXT.gapsLead} state={state}>
      <Shortened
        items={rows}
        first={12}
        more={TEXT.more}
        show={(shown) => (
          <DataTable
            caption={TEXT.gapsCaption}
            rows={shown}
            rowKey={({ about, code, because, resource }) => `${about} ${code} ${because} ${resource ?? ''}`}
            columns={[
              { key: 'about', title: TEXT.missing, namesRow: true, cell: ({ about }) => <Said>{about}</Said> },
              {
                key: 'because',
                title: TEXT.because,
                cell: ({ because, resource }) => (
                  <>
                    <Said>{because}</Said>
                    {resource === undefined ? null : (
                      <>
                        {' '}
                        <code className={styles.code}>{resource}</code>
                      </>
                    )}
                  </>
                ),
              },
              { key: 'affects', title: TEXT.affects, cell: (row) => <Affects row={row} /> },
            ]}
          />
        )}
      />
    </Panel>
  )
}
