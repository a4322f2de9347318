import type { ClassComparison, Classmate } from '../../../../src/contract/findings.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { safeHref } from '../../../ui/markdown/parse-inline.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import { BIN_LEVELS, BIN_WORDS } from '../medicines/bin-words.ts'
import styles from './OrderPanel.module.css'
import { TEXT } from './texts.ts'

const Drug = ({ mate, inHand }: { readonly mate: Classmate; readonly inHand: boolean }) => (
  <>
    {mate.drug.name}
    {inHand ? <span className={styles.tag}>{TEXT.classInHand}</span> : null}
    {mate.taken ? <span className={styles.tag}>{TEXT.classTaken}</span> : null}
  </>
)

const Sources = ({ mate }: { readonly mate: Classmate }) => (
  <span className={styles.links}>
    {mate.guidelines.map(({ source, year, url }) => {
      const href = safeHref(url)
      const words = [source, year].filter(Boolean).join(' ')
      return href ? (
        <a key={`${source} ${year} ${url}`} href={href} target="_blank" rel="noopener noreferrer">
          {words}
        </a>
      ) : (
        <span key={`${source} ${year} ${url}`}>{words}</span>
      )
    })}
  </span>
)

/** The drugs of the class by this patient's genes: what to look at next, never what to order. */
export const ClassTable = ({ comparison, inHand }: { readonly comparison: ClassComparison; readonly inHand: string }) => {
  const href = safeHref(comparison.url)
  return (
    <Panel title={TEXT.classTitle(comparison.label)} lead={TEXT.classLead}>
      <DataTable
        caption={TEXT.classCaption}
        rows={comparison.members}
        rowKey={({ drug }) => drug.name}
        columns={[
          {
            key: 'drug',
            title: TEXT.classDrug,
            namesRow: true,
            cell: (mate) => <Drug mate={mate} inHand={mate.drug.name === inHand} />,
          },
          {
            key: 'says',
            title: TEXT.classSays,
            cell: ({ bin, headline }) => (
              <span className={styles.bin}>
                <Severity level={BIN_LEVELS[bin]}>{BIN_WORDS[bin]}</Severity>
                {headline === null ? null : <Said>{headline}</Said>}
              </span>
            ),
          },
          { key: 'why', title: TEXT.classWhy, cell: ({ because }) => <Said>{because.join(' · ')}</Said> },
          { key: 'sources', title: TEXT.classSources, cell: (mate) => <Sources mate={mate} /> },
        ]}
      />
      <p className={styles.note}>
        {href ? (
          <a href={href} target="_blank" rel="noopener noreferrer">
            <Said>{TEXT.classOf(comparison.source)}</Said>
          </a>
        ) : (
          <Said>{TEXT.classOf(comparison.source)}</Said>
        )}
      </p>
    </Panel>
  )
}
