import type { PatientIdentity } from '../../../src/contract/facts.ts'
import logo from '../../ui/attune.svg'
import { Button } from '../../ui/Button.tsx'
import type { ProfileState } from '../profile/profile-state.ts'
import type { AppContext } from '../session/app-context.ts'
import { TEXT } from '../text.ts'
import { dateWords, recentWords } from '../words/dates.ts'
import styles from './PatientStrip.module.css'

const words = TEXT.strip

/** Who the patient is, always in sight, with the drug in hand and the age of what is shown. */
export const PatientStrip = ({
  profile,
  drug,
  readAgain,
}: {
  readonly profile: ProfileState
  readonly drug: AppContext['drug']
  readonly readAgain: () => void
}) => {
  const { facts, progress } = profile
  return (
    <section className={styles.strip} aria-label={words.label}>
      <img src={logo} alt={TEXT.brand} className={styles.brand} width="28" height="28" />
      {facts ? <Identity patient={facts.patient} /> : <h1 className={styles.waiting}>{words.loading}</h1>}
      {drug ? (
        <p className={styles.pair}>
          <span className={styles.term}>{words.inHand}</span> <strong>{drug.text ?? `RxNorm ${drug.rxcui}`}</strong>
        </p>
      ) : null}
      <div className={styles.read}>
        {facts ? <span className={styles.term}>{words.readAt(recentWords(facts.now, new Date()))}</span> : null}
        <span className="screen-only">
          <Button look="quiet" onClick={readAgain} disabled={progress.kind === 'reading'}>
            {words.readAgain}
          </Button>
        </span>
      </div>
    </section>
  )
}

const ageWords = (patient: PatientIdentity): string => {
  const born = patient.birthDate ? dateWords(patient.birthDate) : words.unknown
  return patient.ageYears === null ? born : `${born} (${words.years(patient.ageYears)})`
}

const Identity = ({ patient }: { readonly patient: PatientIdentity | null }) => (
  <>
    <h1 className={styles.name}>{patient?.name ?? words.unnamed}</h1>
    {patient ? (
      <>
        <p className={styles.pair}>
          <span className={styles.term}>{words.born}</span> {ageWords(patient)}
        </p>
        <p className={styles.pair}>
          <span className="visually-hidden">{words.sex}</span> {patient.sex ? words.sexes[patient.sex] : words.unknown}
        </p>
        {patient.deceased ? <strong>{words.deceased}</strong> : null}
      </>
    ) : null}
  </>
)
