import type { GeneCall } from '../../../../src/contract/genes.ts'
import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import type { AppContext } from '../../session/app-context.ts'
import { TEXT } from '../../text.ts'
import { wholeGapsAbout } from '../gaps-about.ts'
import { drugsInHand } from '../order/drugs-in-hand.ts'
import { panelState } from '../panel-state.ts'
import { Attention } from './Attention.tsx'
import styles from './GenomePanel.module.css'
import { GenomeTable, type ResultCall } from './GenomeTable.tsx'

const hasResult = (call: GeneCall): call is ResultCall => call.state !== 'not-tested'

/** What is known of each gene, and which genes are not known. */
export const GenomePanel = ({ profile, context }: { readonly profile: ProfileState; readonly context: AppContext }) => {
  const { assessment, facts } = profile
  const calls = assessment?.geneCalls ?? []
  const asked = new Set(assessment === null ? [] : drugsInHand(assessment, context).flatMap(({ drug }) => drug.genes))
  const results = calls.filter(hasResult).toSorted((a, b) => Number(asked.has(b.gene)) - Number(asked.has(a.gene)))
  const untested = calls.filter((call) => call.state === 'not-tested').map((call) => call.gene)
  const gaps = wholeGapsAbout(facts, ['genomics', 'genotypes', 'reports', 'labs', 'conditions'])
  const state = panelState(profile, assessment !== null, results.length === 0 ? TEXT.genome.empty : null, gaps)
  return (
    <>
      {facts ? <Attention facts={facts} calls={calls} /> : null}
      <Panel title={TEXT.genome.title} state={state}>
        {results.length > 0 ? <GenomeTable calls={results} asked={asked} /> : null}
      </Panel>
      {assessment !== null ? (
        <Panel title={TEXT.genome.notTested} lead={untested.length > 0 ? TEXT.genome.notTestedLead : TEXT.genome.noneUntested}>
          <ul className={styles.untested}>
            {untested.map((gene) => (
              <li key={gene} className={asked.has(gene) ? styles.asked : undefined}>
                {gene}
                {asked.has(gene) ? <span> ({TEXT.genome.inHand})</span> : null}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
    </>
  )
}
