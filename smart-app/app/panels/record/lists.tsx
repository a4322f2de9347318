import type {
  Allergy,
  Condition,
  DeviceSeries,
  DocumentEntry,
  FamilyMember,
  ImagingStudy,
  Procedure,
} from '../../../../src/contract/facts.ts'
import type { PartialDate } from '../../../../src/contract/lineage.ts'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { TEXT } from '../../text.ts'
import { dateWords } from '../../words/dates.ts'
import { quantityWords } from '../../words/values.ts'
import { Fact } from '../Facts.tsx'

const words = TEXT.record

/** Rows of a list before the rest is asked for. */
const SHORT = { rows: 8, more: words.more }

const when = (date: PartialDate | null | undefined): string => (date ? dateWords(date) : '')

const source = <Row extends { readonly lineage: Parameters<typeof Fact>[0]['fact'] }>(): Column<Row> => ({
  key: 'source',
  title: words.source,
  cell: (row) => <Fact fact={row.lineage} />,
})

export const Conditions = ({ conditions }: { readonly conditions: readonly Condition[] }) => (
  <DataTable
    short={SHORT}
    caption={words.conditions}
    rows={conditions}
    rowKey={(condition) => condition.ref}
    columns={[
      { key: 'name', title: words.name, namesRow: true, cell: (condition) => condition.name },
      {
        key: 'state',
        title: words.state,
        cell: (condition) => [condition.clinicalStatus, condition.verificationStatus].filter(Boolean).join(', '),
      },
      { key: 'since', title: words.since, cell: (condition) => when(condition.onset) },
      source(),
    ]}
  />
)

export const Allergies = ({ allergies }: { readonly allergies: readonly Allergy[] }) => (
  <DataTable
    short={SHORT}
    caption={words.allergies}
    rows={allergies}
    rowKey={(allergy) => allergy.ref}
    columns={[
      { key: 'name', title: words.name, namesRow: true, cell: (allergy) => allergy.name },
      { key: 'reactions', title: words.reactions, cell: (allergy) => allergy.reactions.join(', ') },
      {
        key: 'state',
        title: words.state,
        cell: (allergy) => [allergy.clinicalStatus, allergy.verificationStatus].filter(Boolean).join(', '),
      },
      source(),
    ]}
  />
)

export const Imaging = ({ studies }: { readonly studies: readonly ImagingStudy[] }) => (
  <DataTable
    short={SHORT}
    caption={words.imaging}
    rows={studies}
    rowKey={(study) => study.ref}
    columns={[
      { key: 'name', title: words.name, namesRow: true, cell: (study) => study.description },
      { key: 'modality', title: words.modality, cell: (study) => study.modalities.join(', ') },
      { key: 'date', title: words.date, cell: (study) => when(study.started) },
      { key: 'images', title: words.images, cell: (study) => words.seriesWords(study.series, study.instances) },
      source(),
    ]}
  />
)

const lastOf = (series: DeviceSeries): string => {
  const last = series.points.findLast((point) => point.value !== null)
  return last?.value == null ? '' : quantityWords(last.value, series.unit)
}

const periodOf = (series: DeviceSeries): string => {
  const ends = [series.points[0]?.at, series.points.at(-1)?.at].filter((at) => at !== undefined).map(dateWords)
  return [...new Set(ends)].join(' to ')
}

export const Devices = ({ series }: { readonly series: readonly DeviceSeries[] }) => (
  <DataTable
    short={SHORT}
    caption={words.devices}
    rows={series}
    rowKey={(one) => one.ref + one.name}
    columns={[
      { key: 'name', title: words.name, namesRow: true, cell: (one) => one.name },
      { key: 'latest', title: words.latest, cell: lastOf },
      { key: 'points', title: words.earlierColumn, cell: (one) => words.points(one.points.length) },
      { key: 'period', title: words.period, cell: periodOf },
      source(),
    ]}
  />
)

export const Procedures = ({ procedures }: { readonly procedures: readonly Procedure[] }) => (
  <DataTable
    short={SHORT}
    caption={words.procedures}
    rows={procedures}
    rowKey={(procedure) => procedure.ref}
    columns={[
      { key: 'name', title: words.name, namesRow: true, cell: (procedure) => procedure.name },
      { key: 'state', title: words.state, cell: (procedure) => procedure.status ?? '' },
      { key: 'date', title: words.date, cell: (procedure) => when(procedure.date) },
      source(),
    ]}
  />
)

export const Family = ({ members }: { readonly members: readonly FamilyMember[] }) => (
  <DataTable
    short={SHORT}
    caption={words.family}
    rows={members}
    rowKey={(member) => member.ref}
    columns={[
      { key: 'name', title: words.name, namesRow: true, cell: (member) => member.relationship },
      {
        key: 'conditions',
        title: words.conditions,
        cell: (member) => member.conditions.map((condition) => [condition.name, condition.onsetAge].filter(Boolean).join(', ')).join('; '),
      },
      source(),
    ]}
  />
)

export const Documents = ({ documents }: { readonly documents: readonly DocumentEntry[] }) => (
  <DataTable
    short={SHORT}
    caption={words.documents}
    rows={documents}
    rowKey={(document) => document.ref}
    columns={[
      { key: 'name', title: words.name, namesRow: true, cell: (document) => document.title },
      {
        key: 'state',
        title: words.state,
        cell: (document) => [document.status, document.geneticUnread ? TEXT.genome.unread : null].filter(Boolean).join('. '),
      },
      source(),
    ]}
  />
)
