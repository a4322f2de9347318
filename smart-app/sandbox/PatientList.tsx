import type { StoryPatient } from './ehr.ts'
import styles from './Sandbox.module.css'
import { TEXTS } from './texts.ts'

export const PatientList = ({
  patients,
  selected,
  ready,
  onSelect,
}: {
  readonly patients: readonly StoryPatient[]
  readonly selected: string | null
  readonly ready: boolean
  readonly onSelect: (patient: StoryPatient) => void
}) => (
  <nav className={styles.patients} aria-label={TEXTS.patients}>
    <h2>{TEXTS.patients}</h2>
    {patients.length === 0 ? <p className={styles.hint}>{TEXTS.loadingPatients}</p> : null}
    <ul>
      {patients.map((patient) => (
        <li key={patient.id}>
          <button
            type="button"
            disabled={!ready}
            aria-current={patient.id === selected ? 'true' : undefined}
            onClick={() => onSelect(patient)}
          >
            <span className={styles.patientName}>{patient.name}</span>
            <span className={styles.patientTitle}>{patient.title}</span>
          </button>
        </li>
      ))}
    </ul>
  </nav>
)
