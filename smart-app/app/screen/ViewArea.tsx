import { type ReactNode, Suspense, useEffect, useRef } from 'react'
import type { PatientFacts } from '../../../src/contract/facts.ts'
import { Boundary } from '../../ui/Boundary.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { factsWith } from '../profile/early-facts.ts'
import type { ProfileState } from '../profile/profile-state.ts'
import { TEXT } from '../text.ts'
import styles from './ViewArea.module.css'
import type { View, ViewProps } from './views.tsx'

/** Runs once what stands beside it has come to the screen: React reveals both together. */
const Arrived = ({ then }: { readonly then: () => void }): ReactNode => {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per arrival, whatever is handed in later
  useEffect(then, [])
  return null
}

/** The heading of a view takes the focus, so that a reader led here stands where the view begins. */
const leadTo = (area: HTMLElement | null): void => {
  const heading = area?.querySelector<HTMLElement>('h2, h3')
  heading?.setAttribute('tabindex', '-1')
  heading?.focus({ preventScroll: true })
  window.scrollTo({ top: 0 })
}

/**
 * Before the whole record is there, the parts that a view names, as soon as all of them are whole. Parts that it does not name are absent
 * and not empty: a view that read one would break, and say so, rather than show it as empty.
 */
const withEarly = (profile: ProfileState, parts: View['parts']): ProfileState => {
  const early = profile.facts === null && parts !== undefined ? factsWith(profile, ...parts) : null
  return early === null ? profile : { ...profile, facts: early as PatientFacts }
}

/** The open view on its own: one that fails or is still being loaded leaves everything around it as it is. */
export const ViewArea = ({ view, led, ...props }: ViewProps & { readonly view: View; readonly led: boolean }) => {
  const area = useRef<HTMLDivElement>(null)
  const Show = view.show
  return (
    <div ref={area} role="tabpanel" id="view" aria-labelledby={`view-${view.id}`} className={styles.area}>
      <Boundary key={view.id} text={TEXT.panel.broken}>
        <Suspense fallback={<Panel title={view.title} state={{ kind: 'loading', text: TEXT.panel.loading }} />}>
          <Show {...props} profile={withEarly(props.profile, view.parts)} />
          {led ? <Arrived key={view.id} then={() => leadTo(area.current)} /> : null}
        </Suspense>
      </Boundary>
    </div>
  )
}
