import { useEffect, useState } from 'react'
import type { FhirResource } from '../../src/contract/facts.ts'
import { KeyValue } from '../ui/KeyValue.tsx'
import { Panel, type PanelState } from '../ui/Panel.tsx'
import { type Ehr, readFhir, resourcesOf, type StoryPatient } from './ehr.ts'
import styles from './Sandbox.module.css'
import { TEXTS } from './texts.ts'

type Loose = { readonly [member: string]: unknown }
const loose = (value: unknown): Loose => (value !== null && typeof value === 'object' ? (value as Loose) : {})

/** The words of a CodeableConcept. */
const words = (concept: unknown): string => {
  const { text, coding } = loose(concept)
  if (typeof text === 'string') return text
  const display = loose(Array.isArray(coding) ? coding[0] : undefined).display
  return typeof display === 'string' ? display : ''
}

const isStatus = (value: unknown, codes: readonly string[]): boolean => {
  const coding = loose(value).coding
  return Array.isArray(coding) && coding.some((entry) => codes.includes(String(loose(entry).code)))
}

const list = (names: readonly string[], empty: string): string => (names.length > 0 ? [...new Set(names)].join(' · ') : empty)

type Summary = { readonly patient: FhirResource; readonly problems: string; readonly medicines: string; readonly allergies: string }

const summarise = async (ehr: Ehr, id: string): Promise<Summary> => {
  const [patient, conditions, medicines, allergies] = await Promise.all([
    readFhir(ehr, `Patient/${id}`),
    readFhir(ehr, `Condition?patient=${id}&_count=100`),
    readFhir(ehr, `MedicationRequest?patient=${id}&status=active&_count=100`),
    readFhir(ehr, `AllergyIntolerance?patient=${id}`),
  ])
  return {
    patient,
    problems: list(
      resourcesOf(conditions)
        .filter(
          (condition) => isStatus(condition.clinicalStatus, ['active', 'recurrence', 'relapse']) || condition.clinicalStatus === undefined,
        )
        .map((condition) => words(condition.code)),
      'none recorded',
    ),
    medicines: list(
      resourcesOf(medicines).map((medicine) => words(medicine.medicationCodeableConcept)),
      'none active',
    ),
    allergies: list(
      resourcesOf(allergies).map((allergy) => words(allergy.code)),
      'none recorded',
    ),
  }
}

/** The chart's front page, read from the record with the EHR's own token. */
export const Chart = ({ ehr, patient }: { readonly ehr: Ehr; readonly patient: StoryPatient }) => {
  const [summary, setSummary] = useState<Summary | null>(null)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    summarise(ehr, patient.id).then(setSummary, () => setFailed(true))
  }, [ehr, patient.id])
  const state: PanelState = failed
    ? { kind: 'error', text: TEXTS.noServer }
    : summary
      ? { kind: 'ready' }
      : { kind: 'loading', text: TEXTS.loadingChart }
  return (
    <Panel title={patient.name} state={state} lead={patient.story}>
      {summary ? (
        <KeyValue
          pairs={[
            { term: 'Born', value: `${String(summary.patient.birthDate ?? 'unknown')}, ${String(summary.patient.gender ?? 'unknown')}` },
            { term: 'Problems', value: summary.problems },
            { term: 'Medicines', value: summary.medicines },
            { term: 'Allergies', value: summary.allergies },
          ]}
        />
      ) : null}
      {patient.expected ? (
        <p className={styles.expected}>
          <strong>What to expect:</strong> {patient.expected}
        </p>
      ) : null}
    </Panel>
  )
}
