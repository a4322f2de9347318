// @vitest-environment happy-dom
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test } from 'vitest'
import { DraftsOf, useDraft } from '../../smart-app/app/session/drafts.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const Note = ({ initial = '' }: { readonly initial?: string }) => {
  const [note, setNote, drop] = useDraft('review.note', initial)
  return (
    <>
      <textarea value={note} onChange={() => undefined} />
      <button type="button" name="type" onClick={() => setNote('ask the lab')} />
      <button type="button" name="drop" onClick={drop} />
    </>
  )
}

/** The words in the field of a page about this chart, after something was done there. */
const visit = async (patient: string | null, press?: 'type' | 'drop'): Promise<string | undefined> => {
  const place = document.createElement('div')
  const root = createRoot(place)
  const page =
    patient === null ? (
      <Note />
    ) : (
      <DraftsOf issuer="https://ehr.example/fhir" patient={patient}>
        <Note />
      </DraftsOf>
    )
  await act(async () => root.render(page))
  if (press) await act(async () => place.querySelector<HTMLButtonElement>(`[name=${press}]`)?.click())
  const words = place.querySelector('textarea')?.value
  await act(async () => root.unmount())
  return words
}

afterEach(() => sessionStorage.clear())

test('typed words wait for the same chart to be opened again', async () => {
  expect(await visit('a', 'type')).toBe('ask the lab')
  expect(await visit('a')).toBe('ask the lab')
})

test('they are never shown in another patient’s chart', async () => {
  await visit('a', 'type')
  expect(await visit('b')).toBe('')
})

test('what was saved is dropped', async () => {
  await visit('a', 'type')
  expect(await visit('a', 'drop')).toBe('')
  expect(sessionStorage.length).toBe(0)
})

test('outside a session nothing is kept', async () => {
  await visit(null, 'type')
  expect(sessionStorage.length).toBe(0)
})

test.each(['{', '7', 'null', '["x"]'])('what another release or a fault left there is not taken up: %s', async (text) => {
  await visit('a', 'type')
  sessionStorage.setItem(sessionStorage.key(0) ?? '', text)
  expect(await visit('a')).toBe('')
})
