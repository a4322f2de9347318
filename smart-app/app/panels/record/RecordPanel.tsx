import type { ReactNode } from 'react'
import type { PatientFacts } from '../../../../src/contract/facts.ts'
import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { TEXT } from '../../text.ts'
import { gapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import { Allergies, Conditions, Devices, Documents, Family, Imaging, Procedures } from './lists.tsx'
import { Measurements } from './Measurements.tsx'

const words = TEXT.record

const measurements = (key: 'labs' | 'vitals' | 'lifestyle') => ({
  key,
  size: (facts: PatientFacts) => facts[key].length,
  show: (facts: PatientFacts) => <Measurements caption={words[key]} measurements={facts[key]} />,
})

/** One section per modality, in reading order. */
const SECTIONS = [
  measurements('labs'),
  measurements('vitals'),
  { key: 'conditions', size: (facts) => facts.conditions.length, show: (facts) => <Conditions conditions={facts.conditions} /> },
  { key: 'allergies', size: (facts) => facts.allergies.length, show: (facts) => <Allergies allergies={facts.allergies} /> },
  { key: 'imaging', size: (facts) => facts.imaging.length, show: (facts) => <Imaging studies={facts.imaging} /> },
  { key: 'devices', size: (facts) => facts.devices.length, show: (facts) => <Devices series={facts.devices} /> },
  measurements('lifestyle'),
  { key: 'procedures', size: (facts) => facts.procedures.length, show: (facts) => <Procedures procedures={facts.procedures} /> },
  { key: 'family', size: (facts) => facts.family.length, show: (facts) => <Family members={facts.family} /> },
  { key: 'documents', size: (facts) => facts.documents.length, show: (facts) => <Documents documents={facts.documents} /> },
] as const satisfies readonly {
  readonly key: keyof PatientFacts & keyof typeof words
  readonly size: (facts: PatientFacts) => number
  readonly show: (facts: PatientFacts) => ReactNode
}[]

/** Sections whose gaps go by other words than their own. */
const ABOUTS: { readonly [key: string]: readonly string[] } = { devices: ['devices', 'activity'], documents: ['documents', 'reports'] }

/** The rest of the record as it was read: plain lists, newest first. */
export const RecordPanel = ({ profile }: { readonly profile: ProfileState }) => {
  const { facts } = profile
  return (
    <>
      {SECTIONS.map((section) => (
        <Panel
          key={section.key}
          title={words[section.key]}
          state={panelState(
            profile,
            facts !== null,
            facts && section.size(facts) > 0 ? null : words.empty(words[section.key]),
            gapsAbout(facts, ABOUTS[section.key] ?? [section.key]),
          )}
        >
          {facts && section.size(facts) > 0 ? section.show(facts) : null}
        </Panel>
      ))}
    </>
  )
}
