import type { ReactNode } from 'react'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { SeverityShape } from '../ui/Severity.tsx'
import styles from './CardColumn.module.css'
import { type CardHandlers, CardView } from './CardView.tsx'
import { ReceiptNotice } from './ReceiptNotice.tsx'
import { TEXTS } from './texts.ts'
import type { CardsState, SlotState } from './use-services.ts'
import type { useVisit } from './use-visit.ts'

type Visit = ReturnType<typeof useVisit>

/** The hook, how long its answer took, and the way to the whole exchange. */
const AskedAt = ({ slot, onInspect }: { readonly slot: SlotState; readonly onInspect: (key: string) => void }) => {
  const exchange = slot.answers[0]?.exchange
  if (slot.asking || !exchange) return null
  return (
    <Button look="quiet" onClick={() => onInspect(exchange.key)}>
      {slot.hook}, {exchange.ms} ms<span className="visually-hidden"> {TEXTS.showCall}</span>
    </Button>
  )
}

/** Silence is an answer: the column says so, and why. */
const Quiet = ({ slot }: { readonly slot: SlotState }) => {
  const silences = slot.answers.flatMap((answer) => answer.exchange.trace?.silences ?? [])
  return (
    <div className={styles.quiet} data-testid="no-card">
      <SeverityShape level="none" size={28} />
      <div>
        <h4>{TEXTS.noCard}</h4>
        <p>{TEXTS.quiet}</p>
        {silences.length > 0 ? (
          <>
            <p className={styles.why}>{TEXTS.quietWhy}</p>
            <ul>
              {silences.map((silence) => (
                <li key={`${silence.about}${silence.because}`}>
                  <strong>{silence.about}</strong>: {silence.because}
                </li>
              ))}
            </ul>
          </>
        ) : null}
      </div>
    </div>
  )
}

const Group = ({
  title,
  slot,
  compact,
  quiet,
  visit,
  handlers,
  onInspect,
}: {
  readonly title: string
  readonly slot: SlotState
  readonly compact: boolean
  readonly quiet: ReactNode
  readonly visit: Visit
  readonly handlers: CardHandlers
  readonly onInspect: (key: string) => void
}) => {
  const cards = slot.answers.flatMap((answer) => answer.cards.map((card) => ({ card, service: answer.service })))
  const open = cards.filter(({ card }) => !visit.dismissed.has(card.uuid))
  const failed = slot.answers.some((answer) => answer.failed)
  return (
    <section className={styles.group} aria-label={title} aria-busy={slot.asking}>
      <header className={styles.head}>
        <h3>{title}</h3>
        <AskedAt slot={slot} onInspect={onInspect} />
        {slot.asking ? <span className={styles.asking}>{TEXTS.waiting}</span> : null}
      </header>
      {failed ? <Notice level="critical" title={TEXTS.failed} /> : null}
      {cards.length === 0 && !failed && slot.answers.length > 0 ? quiet : null}
      {cards.length > 0 && open.length === 0 ? <p className={styles.before}>{TEXTS.allDismissed}</p> : null}
      {open.map(({ card, service }, at) => (
        <CardView key={card.uuid} card={card} service={service} unfolded={!compact && at === 0} {...handlers} />
      ))}
    </section>
  )
}

/** In one sentence for screen readers: what came. */
const spoken = ({ order, opening }: CardsState): string => {
  const slot = order.hook ? order : opening
  if (slot.asking) return TEXTS.waiting
  if (slot.answers.length === 0) return ''
  const summaries = slot.answers.flatMap((answer) => answer.cards.map((card) => card.summary))
  return summaries.length > 0 ? summaries.join('. ') : TEXTS.noCard
}

/** What the services said: about the order on the form, and on opening the chart. */
export const CardColumn = ({
  visit,
  state,
  onLink,
  onInspect,
}: {
  readonly visit: Visit
  readonly state: CardsState
  readonly onLink: CardHandlers['onLink']
  readonly onInspect: (key: string) => void
}) => {
  const handlers: CardHandlers = { onTake: visit.take, onDismiss: visit.dismiss, onLink }
  const aboutOrder = state.order.hook !== null
  return (
    <aside className={styles.column} aria-labelledby="cards">
      <h2 id="cards">{TEXTS.cards}</h2>
      <p role="status" className="visually-hidden">
        {spoken(state)}
      </p>
      <ReceiptNotice receipt={visit.receipt} onInspect={onInspect} />
      {aboutOrder ? (
        <Group
          title={state.order.hook === 'encounter-discharge' ? TEXTS.onDischarge : TEXTS.onOrder}
          slot={state.order}
          compact={false}
          quiet={<Quiet slot={state.order} />}
          visit={visit}
          handlers={handlers}
          onInspect={onInspect}
        />
      ) : (
        <p className={styles.before}>{TEXTS.before}</p>
      )}
      <Group
        title={TEXTS.onOpening}
        slot={state.opening}
        compact
        quiet={<p className={styles.before}>{TEXTS.quietOpening}</p>}
        visit={visit}
        handlers={handlers}
        onInspect={onInspect}
      />
    </aside>
  )
}
