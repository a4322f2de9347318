import { useCallback, useEffect, useState } from 'react'
import type { CardLink, Suggestion } from '../../src/contract/cards.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { ModeBanner } from '../ui/ModeBanner.tsx'
import { Notice } from '../ui/Notice.tsx'
import { AppFrame } from './AppFrame.tsx'
import { CardList } from './CardList.tsx'
import { Chart } from './Chart.tsx'
import { type Feedback, type Sending, sendFeedback } from './cds.ts'
import { createFhir, type Ehr, launchApp, listPatients, openEhr, type StoryPatient } from './ehr.ts'
import { Inspector } from './Inspector.tsx'
import { OrderForm } from './OrderForm.tsx'
import { type Draft, emptyDraft, fromMedicationRequest, toMedicationRequest } from './order.ts'
import { PatientList } from './PatientList.tsx'
import styles from './Sandbox.module.css'
import { FREQUENCIES, TEXTS } from './texts.ts'
import { useServices } from './use-services.ts'

const newDraft = (): Draft => emptyDraft(`draft-${crypto.randomUUID().slice(0, 8)}`)

const storyDraft = ({ trial }: StoryPatient): Draft => {
  if (!trial) return newDraft()
  const frequency = FREQUENCIES.find(
    (entry) => entry.frequency === trial.frequency && entry.period === trial.period && entry.periodUnit === trial.periodUnit,
  )
  return {
    ...newDraft(),
    product: { rxcui: trial.rxcui, name: trial.name },
    dose: trial.dose,
    unit: trial.unit,
    frequency: frequency?.id ?? 'qd',
    reason: trial.reason,
    asNeeded: trial.asNeeded,
  }
}

const encounter = (of: StoryPatient): { encounterId?: string } => (of.encounter ? { encounterId: of.encounter } : {})

const bundleOf = (resources: readonly FhirResource[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
})

/** An EHR's screen in small: patients, chart, order, cards, and what went over the wire. */
export const Sandbox = () => {
  const [ehr, setEhr] = useState<Ehr | null>(null)
  const [patients, setPatients] = useState<readonly StoryPatient[]>([])
  const [problem, setProblem] = useState(false)
  const [patient, setPatient] = useState<StoryPatient | null>(null)
  const [draft, setDraft] = useState<Draft>(newDraft)
  const [others, setOthers] = useState<readonly FhirResource[]>([])
  const [sending, setSending] = useState<Sending>({ prefetch: true, token: true })
  const [said, setSaid] = useState<string | null>(null)
  const [signing, setSigning] = useState(false)
  const [appUrl, setAppUrl] = useState<string | null>(null)
  const { exchanges, state, ask, note, forget, services } = useServices(ehr)

  useEffect(() => {
    Promise.all([openEhr(), listPatients()]).then(
      ([opened, listed]) => {
        setEhr(opened)
        setPatients(listed)
      },
      () => setProblem(true),
    )
  }, [])

  const draftOrders = useCallback(
    (of: Draft, more: readonly FhirResource[], whose: string) =>
      bundleOf([toMedicationRequest(of, whose, 'draft', new Date().toISOString()), ...more]),
    [],
  )

  const select = useCallback(
    (next: Draft, more: readonly FhirResource[] = others, whose: StoryPatient | null = patient) => {
      setDraft(next)
      setSigning(false)
      setSaid(null)
      if (!whose) return
      if (!next.product) forget()
      else
        void ask(
          'order-select',
          whose.id,
          { ...encounter(whose), selections: [`MedicationRequest/${next.id}`], draftOrders: draftOrders(next, more, whose.id) },
          sending,
        )
    },
    [others, patient, ask, forget, draftOrders, sending],
  )

  const openChart = useCallback(
    (chosen: StoryPatient) => {
      setPatient(chosen)
      setDraft(newDraft())
      setOthers([])
      setSigning(false)
      setSaid(null)
      void ask('patient-view', chosen.id, encounter(chosen), sending)
    },
    [ask, sending],
  )

  const store = useCallback(async () => {
    if (!ehr || !patient) return
    const signed = toMedicationRequest(draft, patient.id, 'active', new Date().toISOString())
    const results = await Promise.allSettled([signed, ...others].map((resource) => createFhir(ehr, { ...resource, status: 'active' })))
    setSaid(results.every((result) => result.status === 'fulfilled') ? TEXTS.signed : TEXTS.failed)
    setSigning(false)
    setOthers([])
    setDraft(newDraft())
  }, [ehr, patient, draft, others])

  const sign = useCallback(async () => {
    if (!patient || !draft.product) return
    if (signing) return store()
    const answers = await ask(
      'order-sign',
      patient.id,
      { ...encounter(patient), draftOrders: draftOrders(draft, others, patient.id) },
      sending,
    )
    if (answers.some((answer) => answer.cards.length > 0 || answer.failed)) setSigning(true)
    else await store()
  }, [patient, draft, others, signing, ask, store, draftOrders, sending])

  const feedback = useCallback(
    async (service: string, entry: Feedback) => {
      const exchange = await sendFeedback(service, entry)
      note(exchange)
      setSaid(exchange.status === 200 ? TEXTS.recorded : TEXTS.failed)
    },
    [note],
  )

  const take = useCallback(
    async (service: string, card: string, suggestion: Suggestion) => {
      await feedback(service, { card, outcome: 'accepted', acceptedSuggestions: [{ id: suggestion.uuid }] })
      let next = draft
      let more = others
      for (const action of suggestion.actions) {
        if (action.type === 'delete') next = newDraft()
        else if (action.resource.resourceType === 'MedicationRequest') next = fromMedicationRequest(action.resource, next)
        else more = [...more, { ...action.resource, id: action.resource.id ?? `draft-${crypto.randomUUID().slice(0, 8)}` }]
      }
      setOthers(more)
      select(next, more)
    },
    [draft, others, feedback, select],
  )

  const follow = useCallback(
    async (link: CardLink) => {
      if (!patient) return
      if (link.type === 'smart') setAppUrl(await launchApp(patient.id, link.url, link.appContext))
      else window.open(link.url, '_blank', 'noopener,noreferrer')
    },
    [patient],
  )

  return (
    <div className={styles.page}>
      <ModeBanner>{TEXTS.banner}</ModeBanner>
      <header className={styles.top}>
        <h1>{TEXTS.title}</h1>
        <nav aria-label="Links" className={styles.links}>
          <a href="/cds-services">Discovery</a>
          <a href="/docs">API</a>
          <a href="/app/launch.html">App, standalone</a>
        </nav>
      </header>
      {problem ? <Notice level="critical" title={TEXTS.noServer} /> : null}
      <div className={styles.columns}>
        <PatientList patients={patients} selected={patient?.id ?? null} onSelect={openChart} ready={services.length > 0} />
        <main className={styles.middle}>
          {ehr && patient ? (
            <>
              <Chart ehr={ehr} patient={patient} key={patient.id} />
              <OrderForm
                draft={draft}
                others={others}
                signing={signing}
                trial={patient.trial}
                onChange={(next) => select(next)}
                onSign={() => void sign()}
                onTry={() => select(storyDraft(patient), [])}
                onClear={() => {
                  setOthers([])
                  select(newDraft(), [])
                }}
              />
              <p role="status" className={styles.said}>
                {said}
              </p>
            </>
          ) : (
            <p className={styles.hint}>{TEXTS.pickPatient}</p>
          )}
        </main>
        <CardList
          state={state}
          asked={patient !== null}
          onTake={(service, card, suggestion) => void take(service, card, suggestion)}
          onDismiss={(service, entry) => void feedback(service, entry)}
          onLink={(link) => void follow(link)}
        />
      </div>
      <Inspector exchanges={exchanges} sending={sending} onSending={setSending} />
      <AppFrame url={appUrl} onClose={() => setAppUrl(null)} />
    </div>
  )
}
