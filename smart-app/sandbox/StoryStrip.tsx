import { Button } from '../ui/Button.tsx'
import styles from './StoryStrip.module.css'
import { ageAndSex, type StoryPatient } from './story.ts'
import { TEXTS } from './texts.ts'

/** Who the patient is, what the story is, and the button that tries it. */
export const StoryStrip = ({
  patient,
  mrn,
  calling,
  onTry,
  onDischarge,
}: {
  readonly patient: StoryPatient
  readonly mrn: string | null
  /** Nothing is on the form yet: the button is what to press next. */
  readonly calling: boolean
  readonly onTry: () => void
  /** Asks as an EHR does when the patient is about to leave. */
  readonly onDischarge: () => void
}) => (
  <section className={styles.strip} aria-labelledby="patient">
    <header className={styles.who}>
      <h2 id="patient">{patient.name}</h2>
      <p>
        {ageAndSex(patient)}, born {patient.birthDate}
        {mrn ? `, MRN ${mrn}` : ''}
      </p>
    </header>
    <p className={styles.story}>{patient.story}</p>
    <div className={styles.try}>
      <Button look={calling ? 'primary' : 'secondary'} onClick={onTry}>
        {TEXTS.tryStory}
      </Button>
      {patient.encounter ? (
        <Button look="quiet" onClick={onDischarge}>
          {TEXTS.discharge}
        </Button>
      ) : null}
      <details className={styles.promised}>
        <summary>{TEXTS.promised}</summary>
        <p>
          <strong>{patient.action}</strong> {patient.why}
        </p>
      </details>
    </div>
  </section>
)
