import type { Allergy, PatientFacts } from '../../../src/contract/facts.ts'
import { Severity } from '../../ui/Severity.tsx'
import { TEXT } from '../text.ts'
import styles from './PatientStrip.module.css'

const words = TEXT.banner

/** Named in the banner before the rest is counted. */
const NAMED = 4

const isCurrent = ({ clinicalStatus, verificationStatus }: Allergy): boolean =>
  clinicalStatus !== 'inactive' && clinicalStatus !== 'resolved' && verificationStatus !== 'refuted'

const highRiskFirst = (allergies: readonly Allergy[]): readonly Allergy[] =>
  [...allergies].sort((a, b) => Number(b.criticality === 'high') - Number(a.criticality === 'high'))

/** Named rather than counted, because an entry may say that there is no allergy. An unread list never looks like an empty one. */
const Allergies = ({ facts }: { readonly facts: PatientFacts }) => {
  const state = facts.questions.find(({ key }) => key === 'allergies')?.state
  const current = highRiskFirst(facts.allergies.filter(isCurrent))
  if (current.length === 0 && state !== 'answered' && state !== 'empty') return <Severity level="unknown">{words.allergiesUnread}</Severity>
  if (current.length === 0) return words.noAllergies
  return (
    <>
      {current.slice(0, NAMED).map((allergy, at) => (
        <span key={allergy.ref}>
          {at > 0 ? ', ' : ''}
          {allergy.name}
          {allergy.criticality === 'high' ? <strong> ({words.highRisk})</strong> : null}
        </span>
      ))}
      {current.length > NAMED ? ` ${words.more(current.length - NAMED)}` : null}
      {state === 'answered' ? null : ` (${words.allergiesPartly})`}
    </>
  )
}

/** What an EHR's own banner would say beside the name, when it shows none around this app. No address, no telephone number. */
export const PatientBanner = ({ facts }: { readonly facts: PatientFacts }) => {
  const { patient } = facts
  return (
    <div className={styles.banner}>
      {(patient?.identifiers ?? [])
        .filter(({ type }) => type !== 'MR')
        .map(({ type, value, assigner }) => (
          <p key={`${type} ${value}`}>
            <span className={styles.term}>{assigner ?? words.identifiers[type]}</span> {value}
          </p>
        ))}
      <p>
        <span className={styles.term}>{words.allergies}</span> <Allergies facts={facts} />
      </p>
      {patient?.confidentiality ? <Severity level="caution">{words.confidentiality[patient.confidentiality]}</Severity> : null}
    </div>
  )
}
