import { useMemo } from 'react'
import type { DeviceSummaries } from '../../../../src/contract/devices.ts'
import type { PatientFacts } from '../../../../src/contract/facts.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { Said } from '../../words/Said.tsx'
import { gapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import { DeviceList } from './DeviceList.tsx'
import { EcgSection } from './EcgSection.tsx'
import { GlucoseSection } from './GlucoseSection.tsx'
import { groupSeries } from './group-series.ts'
import { SeriesSection } from './SeriesSection.tsx'
import { TEXT } from './texts.ts'

const isEmpty = (facts: PatientFacts): boolean => facts.devices.length + (facts.ecgs ?? []).length + (facts.deviceList ?? []).length === 0

/** What wearables, sensors and other devices measured: glucose and heart first, then the courses, then what the devices are. */
export default function DevicesPanel({ profile }: ViewProps) {
  const { facts, devices: summaries } = profile
  const state = panelState(profile, facts !== null, facts && isEmpty(facts) ? TEXT.empty : null, gapsAbout(facts, ['devices']))
  return (
    <>
      <Panel title={TEXT.title} lead={TEXT.lead} state={state} />
      {facts ? <Glucose facts={facts} summaries={summaries} /> : null}
      {facts ? <Ecgs facts={facts} /> : null}
      {facts ? <Courses facts={facts} /> : null}
    </>
  )
}

type Part = { readonly facts: PatientFacts }

const Glucose = ({ facts, summaries }: Part & { readonly summaries: DeviceSummaries | 'failed' | null }) => {
  if (summaries === 'failed') return <Panel title={TEXT.glucose} state={{ kind: 'error', text: TEXT.notSummarised }} />
  if (summaries === null || summaries.glucose.length + summaries.refused.length === 0) return null
  return (
    <Panel title={TEXT.glucose}>
      {summaries.glucose.map((profile) => (
        <GlucoseSection key={`${profile.ref} ${profile.unit} ${profile.device ?? ''}`} profile={profile} now={facts.now} />
      ))}
      {summaries.refused.map(({ ref, name, because }) => (
        <Notice key={`${ref} ${name}`} level="unknown" title={`${TEXT.notComputed}: ${name}`}>
          <p>
            <Said>{because}</Said> <code>{ref}</code>
          </p>
        </Notice>
      ))}
    </Panel>
  )
}

const Ecgs = ({ facts: { ecgs = [] } }: Part) =>
  ecgs.length === 0 ? null : (
    <Panel title={TEXT.ecgs} lead={TEXT.ecgLead}>
      {ecgs.map((ecg) => (
        <EcgSection key={ecg.ref} ecg={ecg} />
      ))}
    </Panel>
  )

const Courses = ({ facts: { devices, deviceList = [], ecgs = [] } }: Part) => {
  const groups = useMemo(() => groupSeries(devices), [devices])
  if (groups.length + deviceList.length === 0) return null
  return (
    <Panel title={TEXT.readings}>
      {groups.map((group) => (
        <SeriesSection key={group.key} group={group} />
      ))}
      <h3>{TEXT.devices}</h3>
      {deviceList.length === 0 ? <p>{TEXT.notListed}</p> : <DeviceList devices={deviceList} series={devices} ecgs={ecgs} />}
    </Panel>
  )
}
