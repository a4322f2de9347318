import { useState } from 'react'
import type { Card, CardLink, Suggestion } from '../../src/contract/cards.ts'
import { Button } from '../ui/Button.tsx'
import { Markdown } from '../ui/markdown/Markdown.tsx'
import { SeverityShape } from '../ui/Severity.tsx'
import styles from './CardView.module.css'
import type { Feedback } from './cds.ts'
import { DismissForm } from './DismissForm.tsx'
import { TEXTS } from './texts.ts'

export type CardHandlers = {
  readonly onTake: (service: string, card: string, suggestion: Suggestion) => void
  readonly onDismiss: (service: string, feedback: Feedback, words: string) => void
  readonly onLink: (link: CardLink) => void
}

const WORDS = { critical: 'Critical', warning: 'Warning', info: 'For information' } as const

const Links = ({ card, onLink }: { readonly card: Card } & Pick<CardHandlers, 'onLink'>) =>
  card.links?.map((link) => (
    <Button key={`${link.label}${link.url}`} look={link.type === 'smart' ? 'secondary' : 'quiet'} onClick={() => onLink(link)}>
      {link.label}
      {link.type === 'absolute' ? <span className="visually-hidden"> ({TEXTS.newTab})</span> : null}
    </Button>
  ))

const Suggestions = ({ card, service, onTake }: { readonly card: Card; readonly service: string } & Pick<CardHandlers, 'onTake'>) =>
  card.suggestions ? (
    <div className={styles.suggestions}>
      {card.suggestions.map((suggestion) => (
        <Button
          key={suggestion.uuid}
          look={suggestion.isRecommended ? 'primary' : 'secondary'}
          title={suggestion.actions.map(({ description }) => description).join('. ')}
          onClick={() => onTake(service, card.uuid, suggestion)}
        >
          {suggestion.label}
        </Button>
      ))}
    </div>
  ) : null

/** One card, as a good EHR shows it: severity, what to do, the buttons, then the reasons. */
export const CardView = ({
  card,
  service,
  unfolded,
  onTake,
  onDismiss,
  onLink,
}: { readonly card: Card; readonly service: string; readonly unfolded: boolean } & CardHandlers) => {
  const [dismissing, setDismissing] = useState(false)
  const level = card.indicator
  return (
    <article className={`${styles.card} ${styles[level]}`} aria-label={card.summary} data-testid="card">
      <header className={styles.summary}>
        <SeverityShape level={level} size={36} />
        <div>
          <p className={styles.level}>{WORDS[level]}</p>
          <h4>{card.summary}</h4>
        </div>
      </header>
      <div className={styles.body}>
        <Suggestions card={card} service={service} onTake={onTake} />
        <div className={styles.links}>
          <Links card={card} onLink={onLink} />
          {card.overrideReasons ? (
            <span className={styles.dismiss}>
              <Button look="quiet" aria-expanded={dismissing} onClick={() => setDismissing(!dismissing)}>
                {TEXTS.dismiss}
              </Button>
            </span>
          ) : null}
        </div>
        {dismissing ? (
          <DismissForm
            card={card}
            onCancel={() => setDismissing(false)}
            onDone={(feedback, words) => onDismiss(service, feedback, words)}
          />
        ) : null}
        {card.detail ? (
          <details className={styles.detail} open={unfolded}>
            <summary>{TEXTS.details}</summary>
            <Markdown text={card.detail} />
          </details>
        ) : null}
        <p className={styles.source}>{card.source.label}</p>
      </div>
    </article>
  )
}
