import type { EnzymeModifier } from '../../../../src/contract/genes.ts'
import { Said } from '../../words/Said.tsx'
import styles from './MedicinesPanel.module.css'
import { TEXT } from './texts.ts'

/** What a medicine does to a gene's product: shape, strength, gene, and on whose word. */
export const RoleLine = ({ gene, modifier }: { readonly gene: string; readonly modifier: EnzymeModifier }) => (
  <p className={styles.role}>
    <span aria-hidden="true">{modifier.kind === 'inhibitor' ? '▼' : '▲'}</span>{' '}
    {TEXT.role(TEXT.strengths[modifier.strength], gene, TEXT.kinds[modifier.kind])}{' '}
    <span className={styles.note}>
      (<Said>{modifier.basis}</Said>)
    </span>
  </p>
)
