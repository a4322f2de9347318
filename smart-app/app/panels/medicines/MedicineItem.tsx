import type { DrugAssessment } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Severity } from '../../../ui/Severity.tsx'
import { dateWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import { drugSeverity, headOf } from '../../words/severity.ts'
import type { MedicineEntry } from './bins.ts'
import styles from './MedicinesPanel.module.css'
import { RoleLine } from './RoleLine.tsx'
import { TEXT } from './texts.ts'

/** One medicine: what it is, since when and by whom, what guidance asks, what it does to genes, what could not be assessed. */
export const MedicineItem = ({ entry, words }: { readonly entry: MedicineEntry; readonly words: PanelWords }) => {
  const { medicine, drugs, roles } = entry
  const { drug, dose, start, lineage } = medicine
  const flags = [...new Set([...drug.flags, ...dose.flags])]
  return (
    <div className={styles.item}>
      <div>
        <p>
          <strong>{drug.text === '' ? medicine.ref : drug.text}</strong>
        </p>
        <p className={styles.note}>
          {[dose.text ?? TEXT.noDose, start ? TEXT.since(dateWords(start)) : TEXT.noStart, lineage.source ?? TEXT.noSource].join(' · ')}
        </p>
        {flags.length > 0 ? <p className={styles.note}>{flags.map((flag) => TEXT.marks[flag] ?? flag).join(' · ')}</p> : null}
      </div>
      <div className={styles.says}>
        {drugs.map((one) => (
          <Advice key={one.drug.name} drug={one} words={words} />
        ))}
        {drug.unmapped ? (
          <p className={styles.note}>
            <Said>{drug.unmapped}</Said>
          </p>
        ) : null}
        {roles.map(({ gene, modifier }) => (
          <RoleLine key={`${gene} ${modifier.kind}`} gene={gene} modifier={modifier} />
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
  const gaps = [...new Set(drug.gaps.map((gap) => `${gap.about}: ${gap.because}`))]
  if (drug.state === 'no-guidance') return null
  return (
    <>
      {head || drug.state === 'not-assessed' || drug.findings.length > 0 ? (
        <p className={styles.advice}>
          <Severity level={severity.level}>{severity.word}</Severity>
          <span>
            <Said>{head ? `${head.headline}: ${head.basis.join(', ')}` : quietWords(drug, words)}</Said>
          </span>
        </p>
      ) : null}
      {gaps.length > 0 ? (
        <p className={styles.note}>
          <Said>{gaps.join('; ')}</Said>
        </p>
      ) : null}
    </>
  )
}
