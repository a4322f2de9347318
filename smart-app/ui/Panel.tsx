import { type ReactNode, useId } from 'react'
import { Notice } from './Notice.tsx'
import styles from './Panel.module.css'
import type { Level } from './Severity.tsx'

/** Where a panel's content stands. Every panel of every page is in exactly one of these states. */
export type PanelState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'loading'; readonly text: string }
  | { readonly kind: 'empty'; readonly text: string }
  /** Something is shown, something could not be read: the notes say what. */
  | { readonly kind: 'partial'; readonly text: string; readonly notes: readonly string[] }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string }
  /** What is shown was read before the session ended. */
  | { readonly kind: 'expired'; readonly text: string }

type Heading = 'h2' | 'h3'

const NOTICE_LEVELS = { partial: 'unknown', error: 'critical', refused: 'warning', expired: 'caution' } as const satisfies Partial<
  Record<PanelState['kind'], Level>
>

const SHOWS_CONTENT: ReadonlySet<PanelState['kind']> = new Set(['ready', 'partial', 'expired'])

/** A titled region with one state. `actions` stand in its header. */
export const Panel = ({
  title,
  state = { kind: 'ready' },
  heading = 'h2',
  lead,
  actions,
  children,
}: {
  readonly title: ReactNode
  readonly state?: PanelState
  readonly heading?: Heading
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly children?: ReactNode
}) => {
  const id = useId()
  const Title = heading
  return (
    <section className={styles.panel} aria-labelledby={id} aria-busy={state.kind === 'loading'}>
      <header className={styles.header}>
        <Title id={id}>{title}</Title>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
        {lead ? (
          <div className={styles.lead}>
            <p>{lead}</p>
          </div>
        ) : null}
      </header>
      <StateLine state={state} />
      {SHOWS_CONTENT.has(state.kind) ? children : null}
    </section>
  )
}

const StateLine = ({ state }: { readonly state: PanelState }) => {
  switch (state.kind) {
    case 'ready':
      return null
    case 'loading':
      return <Loading text={state.text} />
    case 'empty':
      return <p className={styles.empty}>{state.text}</p>
    case 'partial':
      return (
        <Notice level={NOTICE_LEVELS.partial} title={state.text}>
          {state.notes.length > 0 ? (
            <ul className={styles.notes}>
              {state.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          ) : null}
        </Notice>
      )
    case 'error':
    case 'refused':
    case 'expired':
      return <Notice level={NOTICE_LEVELS[state.kind]} title={state.text} />
  }
}

const Loading = ({ text }: { readonly text: string }) => (
  <div className={styles.loading}>
    <p>{text}</p>
    <div className={styles.bone} />
    <div className={styles.bone} />
    <div className={styles.bone} />
  </div>
)
