import { useState } from 'react'
import { Button } from '../ui/Button.tsx'
import styles from './PatientList.module.css'
import { ageAndSexShort, type StoryPatient } from './story.ts'
import { TEXTS } from './texts.ts'

const fits = ({ name, title, story }: StoryPatient, typed: string): boolean =>
  typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => `${name} ${title} ${story}`.toLowerCase().includes(word))

/** The patients with their stories. On a narrow page the list folds once a chart is open. */
export const PatientList = ({
  patients,
  selected,
  ready,
  onSelect,
}: {
  readonly patients: readonly StoryPatient[]
  readonly selected: StoryPatient | null
  readonly ready: boolean
  readonly onSelect: (patient: StoryPatient) => void
}) => {
  const [typed, setTyped] = useState('')
  const [unfolded, setUnfolded] = useState(false)
  const shown = patients.filter((patient) => fits(patient, typed.trim()))
  return (
    <nav className={styles.patients} aria-label={TEXTS.patients}>
      <div className={styles.head}>
        <h2>{TEXTS.patients}</h2>
        {selected ? (
          <span className={styles.fold}>
            <Button look="secondary" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
              {TEXTS.otherPatients}
            </Button>
          </span>
        ) : null}
      </div>
      <div className={selected && !unfolded ? styles.folded : styles.list}>
        <input
          type="search"
          className={styles.find}
          aria-label={TEXTS.findPatient}
          placeholder={TEXTS.findPatient}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {patients.length === 0 ? <p className={styles.hint}>{TEXTS.loadingPatients}</p> : null}
        {patients.length > 0 && shown.length === 0 ? <p className={styles.hint}>{TEXTS.noPatient}</p> : null}
        <ul>
          {shown.map((patient) => (
            <li key={patient.id}>
              <button
                type="button"
                disabled={!ready}
                aria-current={patient.id === selected?.id ? 'true' : undefined}
                onClick={() => {
                  setUnfolded(false)
                  onSelect(patient)
                }}
              >
                <span className={styles.name}>{patient.name}</span>
                <span className={styles.title}>
                  {ageAndSexShort(patient)} · {patient.title}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </nav>
  )
}
