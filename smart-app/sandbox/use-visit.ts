import { useCallback, useEffect, useRef, useState } from 'react'
import type { Suggestion } from '../../src/contract/cards.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { applySuggestion, type Change, changeOf, newOrder, type Order } from './apply-suggestion.ts'
import { type Exchange, type Feedback, type Sending, sendFeedback } from './cds.ts'
import { createFhir, type Ehr } from './ehr.ts'
import { type Draft, draftLine, toMedicationRequest } from './order.ts'
import { type StoryPatient, storyDraft } from './story.ts'
import type { useServices } from './use-services.ts'

/** What the page tells after feedback was sent: the proof stands in the inspector. */
export type Receipt = { readonly exchange: Exchange; readonly words: string; readonly comment: string | null }

/** Typing a dose asks once, when the typing stops. */
const TYPING_MS = 350

const bundleOf = (resources: readonly FhirResource[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
})

/** One patient's open chart: the order on the form, what the services were asked about it, and what was said back to them. */
export const useVisit = (ehr: Ehr | null, sending: Sending, door: ReturnType<typeof useServices>) => {
  const { ask, note, forget, forgetChart } = door
  const [patient, setPatient] = useState<StoryPatient | null>(null)
  const [order, setOrder] = useState<Order>(newOrder)
  const [signing, setSigning] = useState(false)
  const [signed, setSigned] = useState<{ readonly at: number; readonly words: string; readonly ok: boolean } | null>(null)
  const [change, setChange] = useState<Change | null>(null)
  const [receipt, setReceipt] = useState<Receipt | null>(null)
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set())
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const again = useRef<((sending: Sending) => Promise<unknown>) | null>(null)

  useEffect(() => () => clearTimeout(typing.current), [])

  const askAbout = useCallback(
    (hook: string, whose: StoryPatient, of: Order | null) => {
      const context = {
        patientId: whose.id,
        ...(whose.encounter ? { encounterId: whose.encounter } : {}),
        ...(hook === 'order-select' && of ? { selections: [`MedicationRequest/${of.draft.id}`] } : {}),
        ...(of ? { draftOrders: bundleOf([requestOf(ehr, whose, of.draft, 'draft'), ...of.others]) } : {}),
      }
      again.current = (how) => ask(hook, context, how)
      return ask(hook, context, sending)
    },
    [ehr, ask, sending],
  )

  /** The order on the form is now this one: order-select, at once or when the typing stops. */
  const select = useCallback(
    (next: Order, whose: StoryPatient, wait = 0) => {
      clearTimeout(typing.current)
      setOrder(next)
      setSigning(false)
      setSigned(null)
      if (!next.draft.product) forget('order')
      else if (wait > 0) typing.current = setTimeout(() => void askAbout('order-select', whose, next), wait)
      else void askAbout('order-select', whose, next)
    },
    [askAbout, forget],
  )

  const open = useCallback(
    (chosen: StoryPatient) => {
      clearTimeout(typing.current)
      forgetChart()
      forget('order')
      setPatient(chosen)
      setOrder(newOrder())
      setSigning(false)
      setSigned(null)
      setChange(null)
      setReceipt(null)
      void askAbout('patient-view', chosen, null)
    },
    [askAbout, forget, forgetChart],
  )

  const tryStory = useCallback(
    (whose: StoryPatient) => {
      setChange(null)
      select({ draft: storyDraft(whose), others: [] }, whose)
    },
    [select],
  )

  const edit = useCallback(
    (draft: Draft, how: 'picked' | 'typed') => {
      if (!patient) return
      setChange(null)
      select({ ...order, draft }, patient, how === 'typed' ? TYPING_MS : 0)
    },
    [order, patient, select],
  )

  const clear = useCallback(() => {
    setChange(null)
    if (patient) select(newOrder(), patient)
  }, [patient, select])

  const store = useCallback(async () => {
    if (!ehr || !patient) return
    const resources = [requestOf(ehr, patient, order.draft, 'active'), ...order.others.map((other) => ({ ...other, status: 'active' }))]
    const results = await Promise.allSettled(resources.map((resource) => createFhir(ehr, resource)))
    const ok = results.every((result) => result.status === 'fulfilled')
    forgetChart()
    forget('order')
    setChange(null)
    setSigning(false)
    setSigned({ at: Date.now(), words: draftLine(order.draft), ok })
    if (ok) setOrder(newOrder())
  }, [ehr, patient, order, forget, forgetChart])

  /** Asks at signing; with nothing to read the order is stored, else the prescriber decides. */
  const sign = useCallback(async () => {
    if (!patient || !order.draft.product) return
    clearTimeout(typing.current)
    if (signing) return store()
    const answers = await askAbout('order-sign', patient, order)
    if (answers.some((answer) => answer.cards.length > 0 || answer.failed)) setSigning(true)
    else await store()
  }, [patient, order, signing, askAbout, store])

  const feedback = useCallback(
    async (service: string, entry: Feedback, words: string) => {
      const exchange = await sendFeedback(service, entry)
      note(exchange)
      const comment = entry.outcome === 'overridden' ? (entry.overrideReason?.userComment ?? null) : null
      setReceipt({ exchange, words, comment })
    },
    [note],
  )

  const dismiss = useCallback(
    (service: string, entry: Feedback, words: string) => {
      setDismissed((before) => new Set([...before, entry.card]))
      void feedback(service, entry, words)
    },
    [feedback],
  )

  const take = useCallback(
    (service: string, card: string, suggestion: Suggestion) => {
      if (!patient) return
      void feedback(service, { card, outcome: 'accepted', acceptedSuggestions: [{ id: suggestion.uuid }] }, suggestion.label)
      const next = applySuggestion(order, suggestion)
      setChange(changeOf(suggestion.uuid, order, next))
      select(next, patient)
    },
    [patient, order, feedback, select],
  )

  /** The patient is about to leave: nothing is on the form any more. */
  const discharge = useCallback(() => {
    if (!patient) return
    clearTimeout(typing.current)
    setOrder(newOrder())
    setSigning(false)
    setSigned(null)
    setChange(null)
    void askAbout('encounter-discharge', patient, null)
  }, [patient, askAbout])

  const repeat = useCallback((how: Sending) => void again.current?.(how), [])

  return {
    patient,
    order,
    signing,
    signed,
    change,
    receipt,
    dismissed,
    open,
    tryStory,
    edit,
    clear,
    sign,
    discharge,
    take,
    dismiss,
    repeat,
  }
}

const requestOf = (ehr: Ehr | null, { id, encounter }: StoryPatient, draft: Draft, status: 'draft' | 'active'): FhirResource =>
  toMedicationRequest(draft, status, { patient: id, encounter, requester: ehr?.practitioner ?? '', now: new Date().toISOString() })
