import type { DrugAssessment } from '../../../../src/contract/findings.ts'
import type { EnzymeModifier, GeneCall, Genotype } from '../../../../src/contract/genes.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { dateWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import styles from './MedicinesPanel.module.css'
import { TEXT } from './texts.ts'

type Changed = Exclude<GeneCall, { readonly state: 'not-tested' | 'indeterminate' }>

const isChanged = (call: GeneCall): call is Changed => 'phenoconversion' in call && call.phenoconversion.state !== 'none'

/** Since when it acts, or why that is not known. */
const whenWords = ({ ordered, stopped, stoppedUndated, unsure, lineage }: EnzymeModifier): string | null => {
  if (ordered) return TEXT.beingOrdered
  if (stopped !== undefined) return TEXT.stoppedOn(dateWords(stopped))
  if (stoppedUndated) return TEXT.stoppedUndated
  if (unsure) return TEXT.unsure
  return lineage.date ? TEXT.since(dateWords(lineage.date)) : null
}

const drugWords = (modifier: EnzymeModifier): string =>
  `${modifier.drug} (${[`${TEXT.strengths[modifier.strength]} ${TEXT.kinds[modifier.kind]}`, whenWords(modifier)].filter(Boolean).join(', ')})`

const phenotypes = (genotypes: readonly Genotype[]): string =>
  [...new Set(genotypes.map(({ phenotype, diplotype }) => phenotype?.term ?? diplotype ?? ''))].filter(Boolean).join(' / ')

const ofCall = (call: Changed, side: 'genetic' | 'clinical'): string =>
  phenotypes(call.state === 'called' ? [call[side]] : call.candidates.map((candidate) => candidate[side]))

/** Each gene whose product a medicine changes: who does it, from what to what, and which medicines that concerns. */
export const Acting = ({ calls, medicines }: { readonly calls: readonly GeneCall[]; readonly medicines: readonly DrugAssessment[] }) => {
  const changed = calls.filter(isChanged)
  if (changed.length === 0) return null
  return (
    <Panel title={TEXT.acting} lead={TEXT.actingLead}>
      <ul className={styles.acting}>
        {changed.map((call) => (
          <li key={call.gene}>
            <Line call={call} concerned={medicines.filter(({ genes }) => genes.includes(call.gene)).map(({ drug }) => drug.name)} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

const Line = ({ call, concerned }: { readonly call: Changed; readonly concerned: readonly string[] }) => {
  const { phenoconversion, gene } = call
  if (phenoconversion.state === 'none') return null
  const drugs = phenoconversion.by.map(drugWords).join(', ')
  const converted = phenoconversion.state === 'converted'
  return (
    <>
      <p>
        <strong>{converted ? TEXT.makes(drugs, gene, ofCall(call, 'clinical')) : TEXT.mayChange(drugs, gene)}</strong>
      </p>
      {converted ? (
        <p className={styles.conversion}>
          <span className={styles.state}>
            {ofCall(call, 'genetic')} <span className={styles.note}>{TEXT.byGenes}</span>
          </span>
          <span aria-hidden="true" className={styles.arrow}>
            {phenoconversion.by.some(({ kind }) => kind === 'inhibitor') ? '▼' : '▲'} →
          </span>
          <span className={styles.state}>
            <strong>{ofCall(call, 'clinical')}</strong>
          </span>
        </p>
      ) : null}
      <p className={styles.note}>
        <Said>{phenoconversion.note}</Said>
      </p>
      {concerned.length > 0 ? (
        <p className={styles.note}>
          {TEXT.concerns}: {[...new Set(concerned)].join(', ')}
        </p>
      ) : null}
    </>
  )
}
