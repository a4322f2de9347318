import { useState } from 'react'
import type { Card, CardLink, Suggestion } from '../../src/contract/cards.ts'
import { Button } from '../ui/Button.tsx'
import { Markdown } from '../ui/markdown/Markdown.tsx'
import { Notice } from '../ui/Notice.tsx'
import { SeverityShape } from '../ui/Severity.tsx'
import styles from './CardList.module.css'
import type { Feedback } from './cds.ts'
import { TEXTS } from './texts.ts'
import type { CardsState } from './use-services.ts'

type Handlers = {
  readonly onTake: (service: string, card: string, suggestion: Suggestion) => void
  readonly onDismiss: (service: string, feedback: Feedback) => void
  readonly onLink: (link: CardLink) => void
}

const WORDS = { critical: 'Critical', warning: 'Warning', info: 'For information' } as const

const DismissForm = ({ card, onDone }: { readonly card: Card; readonly onDone: (feedback: Feedback) => void }) => {
  const [comment, setComment] = useState('')
  const said = comment.trim() === '' ? {} : { userComment: comment.trim() }
  return (
    <div className={styles.dismiss}>
      <p>{TEXTS.dismissWhy}</p>
      <label className={styles.comment}>
        <span>{TEXTS.comment}</span>
        <input value={comment} maxLength={500} onChange={(event) => setComment(event.target.value)} />
      </label>
      <div className={styles.reasons}>
        {(card.overrideReasons ?? []).map((reason) => (
          <Button key={reason.code} onClick={() => onDone({ card: card.uuid, outcome: 'overridden', overrideReason: { reason, ...said } })}>
            {reason.display}
          </Button>
        ))}
      </div>
    </div>
  )
}

const CardView = ({ card, service, onTake, onDismiss, onLink }: { readonly card: Card; readonly service: string } & Handlers) => {
  const [dismissing, setDismissing] = useState(false)
  const [gone, setGone] = useState(false)
  if (gone) return null
  return (
    <article className={`${styles.card} ${styles[card.indicator]}`} aria-label={card.summary} data-testid="card">
      <header className={styles.summary}>
        <SeverityShape level={card.indicator} size={24} />
        <div>
          <p className={styles.level}>{WORDS[card.indicator]}</p>
          <h3>{card.summary}</h3>
        </div>
      </header>
      {card.suggestions ? (
        <div className={styles.suggestions}>
          {card.suggestions.map((suggestion) => (
            <Button
              key={suggestion.uuid}
              look={suggestion.isRecommended ? 'primary' : 'secondary'}
              onClick={() => onTake(service, card.uuid, suggestion)}
            >
              {suggestion.label}
            </Button>
          ))}
        </div>
      ) : null}
      {card.detail ? (
        <details className={styles.detail} open>
          <summary>Details</summary>
          <Markdown text={card.detail} />
        </details>
      ) : null}
      <footer className={styles.foot}>
        <span className={styles.source}>{card.source.label}</span>
        {card.links?.map((link) => (
          <Button key={`${link.label}${link.url}`} look="quiet" onClick={() => onLink(link)}>
            {link.label}
          </Button>
        ))}
        {card.overrideReasons ? (
          <Button look="quiet" onClick={() => setDismissing(!dismissing)}>
            {TEXTS.dismiss}
          </Button>
        ) : null}
      </footer>
      {dismissing ? (
        <DismissForm
          card={card}
          onDone={(feedback) => {
            onDismiss(service, feedback)
            setGone(true)
          }}
        />
      ) : null}
    </article>
  )
}

/** What the services said to the newest question. */
export const CardList = ({ state, asked, ...handlers }: { readonly state: CardsState; readonly asked: boolean } & Handlers) => {
  const cards = state.answers.flatMap((answer) => answer.cards.map((card) => ({ card, service: answer.service })))
  const failed = state.answers.some((answer) => answer.failed)
  const quiet = asked && !state.asking && state.answers.length > 0 && cards.length === 0 && !failed
  return (
    <aside className={styles.list} aria-label={TEXTS.cards}>
      <h2>{TEXTS.cards}</h2>
      <p role="status" className={styles.status}>
        {state.asking ? TEXTS.waiting : quiet ? TEXTS.quiet : cards.length === 0 && !failed ? TEXTS.before : ''}
      </p>
      {failed ? <Notice level="critical" title={TEXTS.failed} /> : null}
      {cards.map(({ card, service }) => (
        <CardView key={card.uuid} card={card} service={service} {...handlers} />
      ))}
    </aside>
  )
}
