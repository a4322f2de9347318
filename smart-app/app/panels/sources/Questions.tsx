import { useDeferredValue, useId, useMemo, useState } from 'react'
import type { ResourceEntry } from '../../../../src/contract/background.ts'
import type { Question } from '../../../../src/contract/facts.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { type Level, Severity, SeverityShape } from '../../../ui/Severity.tsx'
import { dateWords, momentWords } from '../../words/dates.ts'
import { fixedWords } from '../../words/numbers.ts'
import { Said } from '../../words/Said.tsx'
import { Shortened } from '../Shortened.tsx'
import styles from './SourcesPanel.module.css'
import { TEXT } from './texts.ts'

const STATE_LEVELS: { readonly [state in Question['state']]: Level } = {
  answered: 'ok',
  empty: 'none',
  partial: 'caution',
  failed: 'critical',
  'not-asked': 'unknown',
}

const RESOURCE_LEVELS: { readonly [state in ResourceEntry['state']]: Level } = {
  used: 'ok',
  read: 'none',
  flawed: 'caution',
  withdrawn: 'unknown',
  'other-patient': 'warning',
  unread: 'none',
}

const TROUBLE: ReadonlySet<ResourceEntry['state']> = new Set(['flawed', 'withdrawn', 'other-patient'])

const textOf = ({ ref, date, because, for: uses }: ResourceEntry): string => [ref, date, ...because, ...uses].join(' ').toLowerCase()

const byKey = (resources: readonly ResourceEntry[]): ReadonlyMap<string, ResourceEntry[]> => {
  const groups = new Map<string, ResourceEntry[]>()
  for (const entry of resources)
    for (const key of entry.keys) {
      const known = groups.get(key)
      if (known) known.push(entry)
      else groups.set(key, [entry])
    }
  return groups
}

/** Every question with the resources that it brought, folded; a filter opens those that hold what is looked for. */
export const Questions = ({
  questions,
  resources,
  unlisted,
}: {
  readonly questions: readonly Question[]
  /** Null while they are being put together. */
  readonly resources: readonly ResourceEntry[] | null
  readonly unlisted: number
}) => {
  const [typed, setTyped] = useState('')
  const [trouble, setTrouble] = useState(false)
  const sought = useDeferredValue(typed.trim().toLowerCase())
  const found = useMemo(
    () => (resources ?? []).filter((entry) => (!trouble || TROUBLE.has(entry.state)) && (sought === '' || textOf(entry).includes(sought))),
    [resources, sought, trouble],
  )
  const groups = useMemo(() => byKey(found), [found])
  const filtering = sought !== '' || trouble
  return (
    <>
      {resources === null ? null : (
        <Filter typed={typed} onType={setTyped} trouble={trouble} onTrouble={setTrouble} found={found.length} all={resources.length} />
      )}
      {unlisted > 0 ? <p className={styles.note}>{TEXT.unlisted(unlisted)}</p> : null}
      <div>
        {questions.map((question) => (
          <One
            key={`${question.key} ${question.query}`}
            question={question}
            resources={groups.get(question.key) ?? []}
            filtering={filtering}
          />
        ))}
      </div>
      {filtering && found.length === 0 ? <p className={styles.note}>{TEXT.noneFound}</p> : null}
    </>
  )
}

const Filter = ({
  typed,
  onType,
  trouble,
  onTrouble,
  found,
  all,
}: {
  readonly typed: string
  readonly onType: (text: string) => void
  readonly trouble: boolean
  readonly onTrouble: (on: boolean) => void
  readonly found: number
  readonly all: number
}) => {
  const id = useId()
  return (
    <div className={`${styles.filter} screen-only`}>
      <label htmlFor={id}>{TEXT.filter}</label>
      <input
        id={id}
        type="search"
        value={typed}
        placeholder={TEXT.filterHint}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => onType(target.value)}
      />
      <label className={styles.toggle}>
        <input type="checkbox" checked={trouble} onChange={({ target }) => onTrouble(target.checked)} />
        {TEXT.onlyTrouble}
      </label>
      <span role="status" className={styles.note}>
        {TEXT.found(found, all)}
      </span>
    </div>
  )
}

const One = ({
  question,
  resources,
  filtering,
}: {
  readonly question: Question
  readonly resources: readonly ResourceEntry[]
  readonly filtering: boolean
}) => {
  const [opened, setOpened] = useState(false)
  const isOpen = opened || (filtering && resources.length > 0)
  const troubles = resources.filter(({ state }) => TROUBLE.has(state)).length
  const facts = [
    filtering ? TEXT.found(resources.length, question.resources) : TEXT.resources(question.resources),
    TEXT.froms[question.from],
    question.ms === undefined ? null : TEXT.milliseconds(fixedWords(question.ms, 0)),
  ]
  return (
    <details className={styles.fold} open={isOpen} onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
      <summary className={styles.question}>
        <span className={styles.key}>{question.key}</span>
        <Severity level={STATE_LEVELS[question.state]}>{TEXT.states[question.state]}</Severity>
        <span className={styles.note}>{facts.filter(Boolean).join(' · ')}</span>
        {troubles > 0 ? (
          <span className={styles.trouble}>
            <SeverityShape level="caution" size={14} /> {troubles} × {TEXT.resourceStates.flawed}
          </span>
        ) : null}
      </summary>
      <p className={styles.note}>
        {TEXT.query}: <code className={styles.code}>{question.query}</code>
      </p>
      {question.because ? (
        <p>
          <Said>{question.because}</Said>
        </p>
      ) : null}
      {isOpen && resources.length > 0 ? (
        <Shortened items={resources} more={TEXT.more} show={(shown) => <Resources name={question.key} resources={shown} />} />
      ) : null}
    </details>
  )
}

const Resources = ({ name, resources }: { readonly name: string; readonly resources: readonly ResourceEntry[] }) => (
  <DataTable
    caption={TEXT.tableCaption(name)}
    rows={resources}
    rowKey={({ ref }) => ref}
    columns={[
      { key: 'ref', title: TEXT.ref, namesRow: true, cell: ({ ref }) => <code className={styles.code}>{ref}</code> },
      { key: 'date', title: TEXT.date, cell: ({ date }) => (date ? dateWords(date) : '') },
      {
        key: 'state',
        title: TEXT.state,
        cell: ({ state, because }) => (
          <>
            <span className={styles.became}>
              <SeverityShape level={RESOURCE_LEVELS[state]} size={14} /> {TEXT.resourceStates[state]}
            </span>
            {because.map((one) => (
              <p key={one} className={styles.note}>
                <Said>{one}</Said>
              </p>
            ))}
          </>
        ),
      },
      { key: 'for', title: TEXT.usedFor, cell: ({ for: uses }) => (uses.length === 0 ? '' : <Said>{uses.join(', ')}</Said>) },
      { key: 'version', title: TEXT.version, cell: ({ version }) => version ?? '' },
      { key: 'updated', title: TEXT.updated, cell: ({ lastUpdated }) => (lastUpdated ? momentWords(lastUpdated) : '') },
    ]}
  />
)
