import type { PatientIdentity } from '../../../src/contract/facts.ts'
import { Button } from '../../ui/Button.tsx'
import { factsWith } from '../profile/early-facts.ts'
import type { ProfileState } from '../profile/profile-state.ts'
import type { AppContext } from '../session/app-context.ts'
import { TEXT } from '../text.ts'
import { dateWords, recentWords } from '../words/dates.ts'
import { PatientBanner } from './PatientBanner.tsx'
import styles from './PatientStrip.module.css'

const words = TEXT.strip

/** Who the patient is, always in sight, with the drug in hand and the age of what is shown. */
export const PatientStrip = ({
  profile,
  drug,
  full,
  readAgain,
}: {
  readonly profile: ProfileState
  readonly drug: AppContext['drug']
  /** The EHR asks for a full banner: it shows none of its own around this app. */
  readonly full: boolean
  readonly readAgain: () => void
}) => {
  const { progress } = profile
  const facts = factsWith(profile, 'patient')
  return (
    <section className={styles.strip} aria-label={words.label}>
      {facts ? <Identity patient={facts.patient} /> : <h1 className={styles.waiting}>{words.loading}</h1>}
      <div className={styles.now}>
        {drug ? (
          <p className={styles.pair}>
            <span className={styles.term}>{words.inHand}</span> <strong>{drug.text ?? `RxNorm ${drug.rxcui}`}</strong>
          </p>
        ) : null}
        <p className={styles.read}>
          {facts ? <span className={styles.term}>{words.readAt(recentWords(facts.now, new Date()))}</span> : null}
          <span className="screen-only">
            <Button look="quiet" onClick={readAgain} disabled={progress.kind === 'reading'}>
              {words.readAgain}
            </Button>
          </span>
        </p>
      </div>
      {full && profile.facts ? <PatientBanner facts={profile.facts} /> : null}
    </section>
  )
}

const ageWords = (patient: PatientIdentity): string => {
  const born = patient.birthDate ? dateWords(patient.birthDate) : words.unknown
  return patient.ageYears === null ? born : `${born} (${words.years(patient.ageYears)})`
}

const Identity = ({ patient }: { readonly patient: PatientIdentity | null }) => {
  const record = patient?.identifiers?.find(({ type }) => type === 'MR')
  return (
    <div className={styles.identity}>
      <h1 className={styles.name}>{patient?.name ?? words.unnamed}</h1>
      {patient ? (
        <p className={styles.pairs}>
          <span>
            <span className={styles.term}>{words.born}</span> {ageWords(patient)}
          </span>
          <span>
            <span className="visually-hidden">{words.sex}</span> {patient.sex ? words.sexes[patient.sex] : words.unknown}
          </span>
          {record ? (
            <span>
              <span className={styles.term}>{TEXT.banner.identifiers.MR}</span> {record.value}
            </span>
          ) : null}
          {patient.deceased ? <strong className={styles.deceased}>{words.deceased}</strong> : null}
        </p>
      ) : null}
    </div>
  )
}
