import { lazy, type Ref, Suspense, useState } from 'react'
import type { VariantFacts } from '../../../../src/contract/variants.ts'
import { Button } from '../../../ui/Button.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import { useFocusBack } from '../../../ui/use-focus-back.ts'
import type { ViewProps } from '../../screen/views.tsx'
import { gapsAbout, wholeGapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import { Attention } from './Attention.tsx'
import { GeneTable } from './GeneTable.tsx'
import styles from './genome.module.css'
import { Hereditary } from './Hereditary.tsx'
import { Polygenic } from './Polygenic.tsx'
import { adviceByGene, genesInHand, inOrder, type ResultCall } from './relevance.ts'
import { Screened } from './Screened.tsx'
import { Somatic } from './Somatic.tsx'
import { TEXT } from './texts.ts'

const PassportView = lazy(() => import('./passport/PassportView.tsx').then(({ PassportView: view }) => ({ default: view })))

const ABOUT = ['genomics', 'genotypes', 'reports', 'labs', 'conditions']

/** Pharmacogenes: what is known, in the order of what it is needed for, and what is not tested. */
const Pharmacogenes = ({
  profile,
  session: { context },
  opener,
  onPassport,
}: ViewProps & { readonly opener: Ref<HTMLButtonElement>; readonly onPassport: () => void }) => {
  const { assessment, facts } = profile
  const calls = assessment?.geneCalls ?? []
  const asked = assessment ? genesInHand(assessment, context) : new Set<string>()
  const advice = assessment ? adviceByGene(assessment, context) : new Map()
  const results = inOrder(
    calls.filter((call): call is ResultCall => call.state !== 'not-tested'),
    asked,
    advice,
  )
  const untested = calls.filter(({ state }) => state === 'not-tested').map(({ gene }) => gene)
  const state = panelState(profile, assessment !== null, results.length === 0 ? TEXT.genes.empty : null, wholeGapsAbout(facts, ABOUT))
  return (
    <>
      <Panel
        title={TEXT.genes.title}
        state={state}
        lead={TEXT.genes.lead}
        actions={
          results.length > 0 ? (
            <Button ref={opener} onClick={onPassport}>
              {TEXT.passport.open}
            </Button>
          ) : null
        }
      >
        {results.length > 0 ? <GeneTable calls={results} advice={advice} asked={asked} sites={facts?.variants?.sites ?? []} /> : null}
      </Panel>
      {assessment === null ? null : (
        <Panel title={TEXT.untested.title} lead={untested.length > 0 ? TEXT.untested.lead : TEXT.untested.none}>
          <ul className={styles.chips}>
            {untested
              .toSorted((a, b) => Number(asked.has(b)) - Number(asked.has(a)))
              .map((gene) => (
                <li key={gene} className={asked.has(gene) ? styles.wanted : undefined}>
                  {gene}
                  {asked.has(gene) ? ` (${TEXT.genes.inHand})` : ''}
                </li>
              ))}
          </ul>
        </Panel>
      )}
    </>
  )
}

const Variants = ({ props, variants }: { readonly props: ViewProps; readonly variants: VariantFacts | null }) => {
  const { profile } = props
  const gaps = wholeGapsAbout(profile.facts, ['genomics', 'genotypes', 'reports', 'labs'])
  const lost = profile.facts !== null && variants === null ? gapsAbout(profile.facts, ['genomics']) : []
  const state = (empty: string | null) => panelState(profile, profile.facts !== null, empty, [...new Set([...gaps, ...lost])])
  return (
    <>
      <Panel
        title={TEXT.hereditary.title}
        lead={TEXT.hereditary.lead}
        state={state(variants?.hereditary.length === 0 ? TEXT.hereditary.empty : null)}
      >
        {variants ? <Hereditary findings={variants.hereditary} /> : null}
      </Panel>
      <Panel title={TEXT.screened.title} state={state(null)}>
        {variants ? <Screened variants={variants} /> : null}
      </Panel>
      <Panel title={TEXT.somatic.title} lead={TEXT.somatic.lead} state={state(variants?.somatic.length === 0 ? TEXT.somatic.empty : null)}>
        {variants ? <Somatic findings={variants.somatic} /> : null}
      </Panel>
      <Panel title={TEXT.polygenic.title} lead={TEXT.polygenic.lead} state={state(null)}>
        {variants ? <Polygenic scores={variants.polygenic} estimates={profile.estimates ?? []} open={props.open} /> : null}
      </Panel>
    </>
  )
}

/** Everything genetic: pharmacogenes, hereditary findings, tumour findings apart, polygenic scores, and what could not be read. */
export default function GenomePanel(props: ViewProps) {
  const { facts, assessment } = props.profile
  const [passport, setPassport] = useState(false)
  const opener = useFocusBack<HTMLButtonElement>(passport)
  if (passport)
    return (
      <Suspense fallback={<p role="status">{TEXT.passport.making}</p>}>
        <PassportView session={props.session} patient={props.patient} onBack={() => setPassport(false)} />
      </Suspense>
    )
  return (
    <>
      {facts ? <Attention facts={facts} calls={assessment?.geneCalls ?? []} /> : null}
      <Pharmacogenes {...props} opener={opener} onPassport={() => setPassport(true)} />
      <Variants props={props} variants={facts?.variants ?? null} />
    </>
  )
}
