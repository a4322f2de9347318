import type { ReactNode } from 'react'
import type { PatientFacts } from '../../../../src/contract/facts.ts'
import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { gapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import { Encounters, Happenings } from './Events.tsx'
import { Family } from './Family.tsx'
import { Lifestyle, Surveys } from './Lifestyle.tsx'
import { Allergies, Problems } from './Problems.tsx'
import { TEXT } from './texts.ts'

type Section = {
  readonly title: string
  readonly lead?: string
  readonly about: readonly string[]
  readonly empty?: string
  readonly size: (facts: PatientFacts) => number
  readonly show: (facts: PatientFacts) => ReactNode
}

/** What bears on a prescription first: problems and allergies, then the family, then how the person lives. */
const SECTIONS: readonly Section[] = [
  {
    title: TEXT.problems,
    about: ['conditions'],
    size: ({ conditions }) => conditions.length,
    show: ({ conditions }) => <Problems conditions={conditions} />,
  },
  {
    title: TEXT.allergies,
    about: ['allergies'],
    empty: TEXT.noAllergyRecord,
    size: ({ allergies }) => allergies.length,
    show: (facts) => <Allergies facts={facts} />,
  },
  {
    title: TEXT.family,
    lead: TEXT.familyLead,
    about: ['family'],
    size: ({ family }) => family.length,
    show: (facts) => <Family facts={facts} />,
  },
  {
    title: TEXT.lifestyle,
    lead: TEXT.lifestyleLead,
    about: ['lifestyle'],
    size: ({ topics = [] }) => topics.length,
    show: (facts) => <Lifestyle facts={facts} />,
  },
  {
    title: TEXT.surveys,
    lead: TEXT.surveysLead,
    about: ['questionnaires'],
    size: ({ surveys = [], questionnaires = [] }) => surveys.length + questionnaires.length,
    show: (facts) => <Surveys facts={facts} />,
  },
  {
    title: TEXT.procedures,
    about: ['procedures'],
    size: ({ procedures }) => procedures.length,
    show: ({ procedures }) => <Happenings caption={TEXT.procedures} rows={procedures} />,
  },
  {
    title: TEXT.encounters,
    about: ['encounters'],
    size: ({ encounters = [] }) => encounters.length,
    show: ({ encounters = [] }) => <Encounters encounters={encounters} />,
  },
  {
    title: TEXT.immunizations,
    about: ['immunizations'],
    size: ({ immunizations = [] }) => immunizations.length,
    show: ({ immunizations = [] }) => <Happenings caption={TEXT.immunizations} rows={immunizations} />,
  },
]

/** Who the person is beside the numbers: problems, allergies, family, way of life, and what was done and asked. */
export default function PersonPanel({ profile }: ViewProps) {
  const { facts } = profile
  return (
    <>
      {SECTIONS.map(({ title, lead, about, empty, size, show }) => {
        const any = facts !== null && size(facts) > 0
        return (
          <Panel
            key={title}
            title={title}
            lead={any ? lead : undefined}
            state={panelState(profile, facts !== null, any ? null : (empty ?? TEXT.empty(title)), gapsAbout(facts, about))}
          >
            {facts && any ? show(facts) : null}
          </Panel>
        )
      })}
    </>
  )
}
