// @vitest-environment happy-dom
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { Boundary } from '../../smart-app/ui/Boundary.tsx'

const Faulty = (): never => {
  throw new Error('a part with a fault')
}

afterEach(() => vi.restoreAllMocks())

test('a part with a fault says that it is missing and leaves the rest of the page as it was', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const host = document.createElement('div')
  const root = createRoot(host)
  await act(async () =>
    root.render(
      <>
        <Boundary text="This part could not be shown.">
          <Faulty />
        </Boundary>
        <p>The rest.</p>
      </>,
    ),
  )
  expect(host.textContent).toBe('This part could not be shown.The rest.')
  await act(async () => root.unmount())
})
