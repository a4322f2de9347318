import type { Change, LastLook, SeenAdvice } from '../../../../src/contract/background.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { dateWords, momentWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import { panelState } from '../panel-state.ts'
import { Shortened } from '../Shortened.tsx'
import styles from './MedicinesPanel.module.css'
import { TEXT } from './texts.ts'

/** What is new by the record's own dates, and how the advice differs from the last time somebody looked. */
export const Changes = ({ profile }: { readonly profile: ProfileState }) => {
  const { background } = profile
  if (background === 'failed') return <Panel title={TEXT.changes} state={{ kind: 'error', text: TEXT.backgroundFailed }} />
  if (background === null) return <Panel title={TEXT.changes} state={panelState(profile, false, null)} />
  const { days, changes, undated, lastLook } = background.changes
  return (
    <Panel title={TEXT.changes}>
      <div className={styles.twoColumns}>
        <section aria-label={TEXT.inDays(days)}>
          <h3 className={styles.small}>{TEXT.inDays(days)}</h3>
          {changes.length === 0 ? <p className={styles.note}>{TEXT.noChanges(days)}</p> : <List changes={changes} />}
          {undated > 0 ? <p className={styles.note}>{TEXT.undated(undated)}</p> : null}
        </section>
        <Since lastLook={lastLook} />
      </div>
    </Panel>
  )
}

const List = ({ changes }: { readonly changes: readonly Change[] }) => (
  <Shortened
    items={changes}
    first={6}
    more={TEXT.more}
    show={(shown) => (
      <ul className={styles.changes}>
        {shown.map((change) => (
          <li key={`${change.kind} ${change.resource} ${change.what} ${change.to ?? ''}`}>
            <span className={styles.when}>{dateWords(change.date)}</span>
            <span>
              <strong>{TEXT.kindsOfChange[change.kind]}</strong> {change.what}
              <span className={styles.note}>
                {change.kind === 'gene-result' ? <Said>{amountWords(change)}</Said> : amountWords(change)}
                {change.positions ? ` · ${TEXT.positions(change.positions)}` : ''}
              </span>
            </span>
          </li>
        ))}
      </ul>
    )}
  />
)

const amountWords = ({ from, to }: Change): string => {
  if (from !== undefined && to !== undefined) return ` · ${TEXT.fromTo(from, to)}`
  return to === undefined ? '' : ` · ${to}`
}

const adviceWords = (seen: SeenAdvice | null, absent: string): string => {
  if (seen === null) return absent
  return [TEXT.states[seen.state] ?? seen.state, seen.consequence === null ? null : TEXT.says[seen.consequence]].filter(Boolean).join(', ')
}

const Since = ({ lastLook }: { readonly lastLook: LastLook }) => {
  if (lastLook.state !== 'compared')
    return (
      <section aria-label={TEXT.noLast}>
        <h3 className={styles.small}>{TEXT.noLast}</h3>
        <p className={styles.note}>{lastLook.state === 'none' ? TEXT.noLastText : TEXT.unknownLast}</p>
      </section>
    )
  const title = TEXT.sinceLast(momentWords(lastLook.at))
  return (
    <section aria-label={title}>
      <h3 className={styles.small}>{title}</h3>
      {lastLook.rules ? (
        <Notice level="info" title={TEXT.rulesMoved(shortRules(lastLook.rules.earlier), shortRules(lastLook.rules.now))} />
      ) : null}
      {lastLook.drugs.length === 0 ? <p className={styles.note}>{TEXT.sameAdvice}</p> : null}
      <ul className={styles.changes}>
        {lastLook.drugs.map(({ drug, earlier, now }) => (
          <li key={drug}>
            <strong>{drug}</strong>
            <span>{TEXT.fromTo(adviceWords(earlier, TEXT.newDrug), adviceWords(now, TEXT.goneDrug))}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const shortRules = (version: string): string => version.replace(/([0-9a-f]{8})[0-9a-f]{8,}/g, '$1')
