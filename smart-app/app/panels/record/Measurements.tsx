import type { Measurement } from '../../../../src/contract/facts.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { TEXT } from '../../text.ts'
import { dateWords } from '../../words/dates.ts'
import { rangeWords, valueWords } from '../../words/values.ts'
import { type Latest, latestOfEach } from './latest.ts'

const words = TEXT.record

/** The newest value of each kind with unit, range, date and source. */
export const Measurements = ({ caption, measurements }: { readonly caption: string; readonly measurements: readonly Measurement[] }) => (
  <DataTable<Latest>
    caption={caption}
    rows={latestOfEach(measurements)}
    short={{ rows: 12, more: words.more }}
    rowKey={({ measurement }) => measurement.ref}
    columns={[
      { key: 'name', title: words.name, namesRow: true, cell: ({ measurement }) => measurement.name },
      { key: 'latest', title: words.latest, cell: ({ measurement }) => valueWords(measurement.value) },
      { key: 'range', title: words.range, cell: ({ measurement }) => rangeWords(measurement.range) ?? '' },
      { key: 'flag', title: words.flag, cell: ({ measurement }) => measurement.interpretation.join(', ') },
      {
        key: 'date',
        title: words.date,
        cell: ({ measurement }) => (measurement.lineage.date ? dateWords(measurement.lineage.date) : TEXT.fact.undated),
      },
      { key: 'source', title: words.source, cell: ({ measurement }) => measurement.lineage.source ?? <code>{measurement.ref}</code> },
      { key: 'earlier', title: words.earlierColumn, cell: ({ earlier }) => words.earlier(earlier) },
    ]}
  />
)
