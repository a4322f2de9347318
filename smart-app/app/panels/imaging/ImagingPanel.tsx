import { useEffect, useState } from 'react'
import type { PatientFacts } from '../../../../src/contract/facts.ts'
import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { configAddress } from '../../session/app-config.ts'
import { gapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import { groupStudies, lonely, reportsOf } from './group-studies.ts'
import styles from './Imaging.module.css'
import { NO_PICTURES, type PictureConfig, pictureConfigOf } from './picture-sources.ts'
import { Report } from './Report.tsx'
import { Study } from './Study.tsx'
import { TEXT } from './texts.ts'

/** What the site allows for pictures; null until it is known. Where it cannot be read, nothing beyond the FHIR server is allowed. */
const usePictureConfig = (fhirServer: string): PictureConfig | null => {
  const [config, setConfig] = useState<PictureConfig | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    fetch(configAddress(fhirServer), { headers: { accept: 'application/json' }, signal: stop.signal })
      .then((response) => response.json())
      .then((read: unknown) => setConfig(pictureConfigOf(read, fhirServer)))
      .catch(() => {
        if (!stop.signal.aborted) setConfig(NO_PICTURES)
      })
    return () => stop.abort()
  }, [fhirServer])
  return config
}

/** Studies by modality and date, each with its report and a small picture. */
export default function ImagingPanel({ profile, session }: ViewProps) {
  const { facts } = profile
  const config = usePictureConfig(session.fhirServer)
  const none = facts !== null && facts.imaging.length === 0 && (facts.imagingReports ?? []).length === 0
  return (
    <Panel
      title={TEXT.title}
      lead={TEXT.lead}
      state={panelState(profile, facts !== null, none ? TEXT.empty : null, gapsAbout(facts, ['imaging', 'pictures']))}
    >
      {facts && config ? <Studies facts={facts} session={session} config={config} /> : null}
    </Panel>
  )
}

const Studies = ({
  facts,
  session,
  config,
}: {
  readonly facts: PatientFacts
  readonly session: ViewProps['session']
  readonly config: PictureConfig
}) => {
  const reports = facts.imagingReports ?? []
  const alone = lonely(facts.imaging, reports)
  return (
    <>
      {groupStudies(facts.imaging).map(({ modality, studies }) => (
        <div key={modality} className={styles.group}>
          <h3>{modality}</h3>
          {studies.map((study) => (
            <Study
              key={study.ref}
              study={study}
              modality={modality}
              reports={reportsOf(study, reports)}
              endpoints={facts.imagingEndpoints ?? []}
              session={session}
              config={config}
            />
          ))}
        </div>
      ))}
      {alone.length > 0 ? (
        <div className={styles.group}>
          <h3>{TEXT.reportsAlone}</h3>
          {alone.map((report) => (
            <article key={report.ref} className={styles.facts}>
              <Report report={report} titled />
            </article>
          ))}
        </div>
      ) : null}
    </>
  )
}
