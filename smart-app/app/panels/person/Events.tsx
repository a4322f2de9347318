import type { Encounter, Procedure } from '../../../../src/contract/facts.ts'
import type { Immunization } from '../../../../src/contract/person.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { dateWords } from '../../words/dates.ts'
import { Fact } from '../Facts.tsx'
import { statusWords } from './record-words.ts'
import { TEXT } from './texts.ts'

const SHORT = { rows: 8, more: TEXT.more }

type Happened = Procedure | Immunization

export const Happenings = ({ caption, rows }: { readonly caption: string; readonly rows: readonly Happened[] }) => (
  <DataTable<Happened>
    caption={caption}
    rows={rows}
    rowKey={({ ref }) => ref}
    short={SHORT}
    columns={[
      { key: 'name', title: TEXT.name, namesRow: true, cell: ({ name }) => name },
      { key: 'state', title: TEXT.state, cell: ({ status }) => statusWords(status) },
      { key: 'date', title: TEXT.date, cell: ({ date }) => (date ? dateWords(date) : '') },
      { key: 'source', title: TEXT.source, cell: ({ lineage }) => <Fact fact={lineage} /> },
    ]}
  />
)

const kindsOf = ({ kinds }: Encounter): string => [...new Set(kinds.map(({ display, code }) => display ?? code))].join(', ')

export const Encounters = ({ encounters }: { readonly encounters: readonly Encounter[] }) => (
  <DataTable<Encounter>
    caption={TEXT.encounters}
    rows={encounters}
    rowKey={({ ref }) => ref}
    short={SHORT}
    columns={[
      { key: 'kind', title: TEXT.kind, namesRow: true, cell: (one) => kindsOf(one) || one.ref },
      { key: 'state', title: TEXT.state, cell: ({ status }) => statusWords(status) },
      { key: 'start', title: TEXT.since, cell: ({ start }) => (start ? dateWords(start) : '') },
      { key: 'end', title: TEXT.until, cell: ({ end }) => (end ? dateWords(end) : '') },
      { key: 'source', title: TEXT.source, cell: ({ lineage }) => <Fact fact={lineage} /> },
    ]}
  />
)
