import { useCallback, useEffect, useRef, useState } from 'react'
import type { CardLink } from '../../src/contract/cards.ts'
import { ModeBanner } from '../ui/ModeBanner.tsx'
import { Notice } from '../ui/Notice.tsx'
import { AppFrame, type AppLaunch } from './AppFrame.tsx'
import { CardColumn } from './CardColumn.tsx'
import { ChartPanel } from './ChartPanel.tsx'
import type { Sending } from './cds.ts'
import { type Ehr, launchApp, listPatients, openEhr } from './ehr.ts'
import { Inspector } from './Inspector.tsx'
import { OrderForm } from './OrderForm.tsx'
import { PatientList } from './PatientList.tsx'
import styles from './Sandbox.module.css'
import { StoryStrip } from './StoryStrip.tsx'
import type { StoryPatient } from './story.ts'
import { TopBar } from './TopBar.tsx'
import { TEXTS } from './texts.ts'
import { useChart } from './use-chart.ts'
import { useServices } from './use-services.ts'
import { useVisit } from './use-visit.ts'
import { Welcome } from './Welcome.tsx'

/** The EHR's session and the patients of the sandbox. */
const useEhr = () => {
  const [ehr, setEhr] = useState<Ehr | null>(null)
  const [patients, setPatients] = useState<readonly StoryPatient[]>([])
  const [problem, setProblem] = useState(false)
  useEffect(() => {
    Promise.all([openEhr(), listPatients()]).then(
      ([opened, listed]) => {
        setEhr(opened)
        setPatients(listed)
      },
      () => setProblem(true),
    )
  }, [])
  return { ehr, patients, problem }
}

/** On a narrow page the cards stand under the order: an answer that was asked for comes into view. */
const useReveal = (settled: boolean) => {
  const place = useRef<HTMLDivElement>(null)
  const wanted = useRef(false)
  useEffect(() => {
    if (!settled || !wanted.current) return
    wanted.current = false
    const top = place.current?.getBoundingClientRect().top ?? 0
    if (top > window.innerHeight * 0.6) place.current?.scrollIntoView({ block: 'start' })
  }, [settled])
  const reveal = useCallback(() => {
    wanted.current = true
  }, [])
  return { place, reveal }
}

/** An EHR's screen in small: patients, order, cards, chart, and what went over the wire. */
export const Sandbox = () => {
  const { ehr, patients, problem } = useEhr()
  const [sending, setSending] = useState<Sending>({ prefetch: true, token: true })
  const [launch, setLaunch] = useState<AppLaunch | null>(null)
  const [inspecting, setInspecting] = useState<{ readonly open: boolean; readonly chosen: string | null }>({ open: false, chosen: null })
  const door = useServices(ehr)
  const visit = useVisit(ehr, sending, door)
  const { patient } = visit
  const chart = useChart(ehr, patient, visit.signed?.at ?? 0)
  const { place, reveal } = useReveal(!door.state.order.asking)

  const inspect = useCallback((key: string) => setInspecting({ open: true, chosen: key }), [])

  const follow = async (link: CardLink) => {
    if (!patient) return
    if (link.type !== 'smart') window.open(link.url, '_blank', 'noopener,noreferrer')
    else
      await launchApp(patient.id, patient.encounter, link.appContext).then(
        (url) => setLaunch({ state: 'opened', url, title: link.label }),
        () => setLaunch({ state: 'failed' }),
      )
  }

  const openChart = (chosen: StoryPatient) => {
    window.scrollTo({ top: 0 })
    visit.open(chosen)
  }

  const tryStory = (whose: StoryPatient) => {
    reveal()
    visit.tryStory(whose)
  }

  return (
    <div className={styles.page}>
      <ModeBanner>{TEXTS.banner}</ModeBanner>
      <TopBar />
      {problem ? <Notice level="critical" title={TEXTS.noServer} /> : null}
      <div className={styles.columns}>
        <PatientList patients={patients} selected={patient} onSelect={openChart} ready={door.services.length > 0} />
        <main className={styles.main}>
          {patient ? (
            <>
              <div className={styles.work}>
                <StoryStrip
                  key={patient.id}
                  patient={patient}
                  mrn={chart.chart?.mrn ?? null}
                  calling={!visit.order.draft.product}
                  onTry={() => tryStory(patient)}
                  onDischarge={() => {
                    reveal()
                    visit.discharge()
                  }}
                />
                <OrderForm
                  visit={visit}
                  reasons={chart.chart?.reasons ?? []}
                  onSign={() => {
                    reveal()
                    void visit.sign()
                  }}
                />
              </div>
              <div className={styles.cards} ref={place}>
                <CardColumn visit={visit} state={door.state} onLink={(link) => void follow(link)} onInspect={inspect} />
              </div>
              <div className={styles.chart}>
                <ChartPanel chart={chart} />
              </div>
            </>
          ) : (
            <Welcome
              patients={patients}
              ready={door.services.length > 0}
              onStart={(chosen) => {
                openChart(chosen)
                tryStory(chosen)
              }}
            />
          )}
        </main>
      </div>
      <Inspector
        exchanges={door.exchanges}
        sending={sending}
        open={inspecting.open}
        chosen={inspecting.chosen}
        onToggle={() => setInspecting((before) => ({ ...before, open: !before.open }))}
        onChoose={inspect}
        onSending={(next) => {
          setSending(next)
          setInspecting((before) => ({ ...before, chosen: null }))
          visit.repeat(next)
        }}
      />
      <AppFrame launch={launch} patient={patient?.name ?? ''} onClose={() => setLaunch(null)} />
    </div>
  )
}
