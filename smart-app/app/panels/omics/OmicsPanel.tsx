import { useMemo, useState } from 'react'
import type { Laboratory, OmicsKind, PatientFacts } from '../../../../src/contract/facts.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import { LANGUAGE } from '../../language.ts'
import type { ViewProps } from '../../screen/views.tsx'
import { gapsAbout } from '../gaps-about.ts'
import { RowTable } from '../labs/RowTable.tsx'
import { byRowName, laboratoryOf, rowsOf } from '../labs/rows.ts'
import { panelState } from '../panel-state.ts'
import styles from './Omics.module.css'
import { TEXT } from './texts.ts'

/** Proteomics, metabolomics and other omics results; where there are none, that, and what would have been found. */
export default function OmicsPanel({ profile }: ViewProps) {
  const { facts } = profile
  const laboratory = useMemo(() => (facts ? laboratoryOf(facts) : null), [facts])
  const some = laboratory?.analytes.some(({ omics }) => omics !== undefined) ?? false
  const state = panelState(profile, facts !== null, some ? null : TEXT.empty, gapsAbout(facts, ['labs']))
  return (
    <>
      <Panel title={TEXT.title} lead={TEXT.lead} state={state}>
        {facts && !some ? <p className={styles.empty}>{TEXT.empty}</p> : null}
      </Panel>
      {facts && laboratory && some ? <Kinds facts={facts} laboratory={laboratory} /> : null}
      {laboratory && !some && laboratory.omics.length > 0 ? <Recognised kinds={laboratory.omics} /> : null}
    </>
  )
}

const Kinds = ({ facts, laboratory }: { readonly facts: PatientFacts; readonly laboratory: Laboratory }) => {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => rowsOf(facts, laboratory), [facts, laboratory])
  const toggle = (id: string): void => setOpened((ids) => new Set(ids.has(id) ? [...ids].filter((one) => one !== id) : [...ids, id]))
  return (
    <>
      {laboratory.omics.map((kind) => {
        const own = rows.filter(({ analyte }) => analyte.omics === kind.id).toSorted(byRowName)
        const title = kind.title[LANGUAGE]
        return own.length === 0 ? null : (
          <Panel key={kind.id} title={title} lead={howMade(own.map(({ newest }) => newest.measurement))}>
            <RowTable caption={TEXT.caption(title)} rows={own} now={facts.now} opened={opened} toggle={toggle} />
          </Panel>
        )
      })}
    </>
  )
}

type Made = { readonly method?: string; readonly specimen?: string; readonly device?: string }

/** Method, specimen and device of a panel, each once: a number without its method says little here. */
const howMade = (all: readonly Made[]): string =>
  [...new Set(all.flatMap(({ method, specimen, device }) => [method, specimen, device]))].filter((part) => part !== undefined).join(' · ')

const Recognised = ({ kinds }: { readonly kinds: readonly OmicsKind[] }) => (
  <Panel title={TEXT.recognised} lead={TEXT.recognisedLead}>
    <DataTable<OmicsKind>
      caption={TEXT.tableCaption}
      rows={kinds}
      rowKey={({ id }) => id}
      columns={[
        { key: 'kind', title: TEXT.kind, namesRow: true, cell: ({ title }) => title[LANGUAGE] },
        {
          key: 'codes',
          title: TEXT.codes,
          cell: ({ codes }) => codes.map(({ code, display }) => (display === undefined ? code : `${code} ${display}`)).join('; '),
        },
        { key: 'words', title: TEXT.words, cell: ({ words }) => words.join(', ') },
      ]}
    />
  </Panel>
)
