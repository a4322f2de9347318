import type { DrugAssessment } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Severity } from '../../../ui/Severity.tsx'
import { TEXT } from '../../text.ts'
import { dateWords } from '../../words/dates.ts'
import { drugSeverity, headOf } from '../../words/severity.ts'
import type { MedicineEntry } from './bins.ts'
import styles from './MedicinesPanel.module.css'

/** One medicine: what it is, what guidance asks, what it does to genes, what could not be assessed. */
export const MedicineItem = ({ entry, words }: { readonly entry: MedicineEntry; readonly words: PanelWords }) => {
  const { medicine, drugs, roles } = entry
  const since = medicine.start ? TEXT.medicines.since(dateWords(medicine.start)) : null
  return (
    <div className={styles.item}>
      <div>
        <p>
          <strong>{medicine.drug.text}</strong>
        </p>
        <p className={styles.note}>
          {[medicine.dose.text ?? TEXT.medicines.noDose, since, medicine.lineage.source].filter(Boolean).join(' · ')}
        </p>
      </div>
      <div>
        {drugs.map((drug) => (
          <Advice key={drug.drug.name} drug={drug} words={words} />
        ))}
        {medicine.drug.unmapped ? <p className={styles.note}>{medicine.drug.unmapped}</p> : null}
        {roles.map(({ gene, modifier }) => (
          <p key={`${gene} ${modifier.kind}`} className={styles.role}>
            <span aria-hidden="true">{modifier.kind === 'inhibitor' ? '▼' : '▲'}</span>{' '}
            {TEXT.medicines.changes(modifier.strength, TEXT.genome.kinds[modifier.kind], gene)}{' '}
            <span className={styles.note}>({modifier.basis})</span>
          </p>
        ))}
      </div>
    </div>
  )
}

/** Advice that no card speaks of, with its source. */
const quietWords = (drug: DrugAssessment, words: PanelWords): string | null => {
  const finding = drug.findings.find((candidate) => candidate.kind === 'guidance')
  const sentences = finding ? (words.sentences[finding.id] ?? []) : []
  return finding && sentences.length > 0 ? `${finding.source}: ${sentences.join(' ')}` : null
}

const Advice = ({ drug, words }: { readonly drug: DrugAssessment; readonly words: PanelWords }) => {
  const head = headOf(drug, words)
  const severity = drugSeverity(drug, words)
  const gaps = drug.gaps.map((gap) => `${gap.about}: ${gap.because}`)
  if (drug.state === 'no-guidance') return null
  return (
    <>
      {head || drug.state === 'not-assessed' || drug.findings.length > 0 ? (
        <p className={styles.advice}>
          <Severity level={severity.level}>{severity.word}</Severity>
          <span>{head ? `${head.headline}: ${head.basis.join(', ')}` : quietWords(drug, words)}</span>
        </p>
      ) : null}
      {gaps.length > 0 ? <p className={styles.note}>{[...new Set(gaps)].join('; ')}</p> : null}
    </>
  )
}
