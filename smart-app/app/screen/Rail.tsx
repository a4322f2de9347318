import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import logo from '../../ui/attune.svg'
import { TEXT } from '../text.ts'
import { moveTo } from './move-to.ts'
import styles from './Rail.module.css'
import { SessionActions } from './SessionActions.tsx'
import { VIEWS, type View, type ViewProps } from './views.tsx'

const GROUPS = (['act', 'record', 'check'] as const)
  .map((group) => ({ group, views: VIEWS.filter((view) => view.group === group) }))
  .filter(({ views }) => views.length > 0)

const tabOf = (list: HTMLElement | null, id: string): HTMLElement | null => list?.querySelector<HTMLElement>(`#view-${id}`) ?? null

/**
 * The views by group: a column where there is room, else a list behind the name of the open view.
 * One tab stop; arrow keys open the next view, Home and End the first and the last.
 */
export const Rail = ({
  selected,
  onSelect,
  onEnd,
  ...props
}: ViewProps & { readonly selected: string; readonly onSelect: (view: string) => void; readonly onEnd: () => void }) => {
  const [unfolded, setUnfolded] = useState(false)
  const list = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when the list unfolds, not with every selection
  useEffect(() => {
    if (unfolded) tabOf(list.current, selected)?.focus()
  }, [unfolded])
  const fold = (): void => {
    if (!unfolded) return
    setUnfolded(false)
    opener.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') fold()
    const next = moveTo(event.key, selected, VIEW_IDS)
    if (next === null) return
    event.preventDefault()
    onSelect(next)
    tabOf(list.current, next)?.focus()
  }
  const open = VIEWS.find(({ id }) => id === selected)
  return (
    <nav className={`${styles.rail} screen-only`} aria-label={TEXT.tabs.label}>
      <div className={styles.top}>
        <img src={logo} alt="" className={styles.logo} width="28" height="28" />
        <span className={styles.brand}>{TEXT.brand}</span>
        <button
          ref={opener}
          type="button"
          className={styles.opener}
          aria-expanded={unfolded}
          aria-controls="views"
          onClick={() => setUnfolded(!unfolded)}
        >
          <span className={styles.openerLabel}>{TEXT.tabs.label}</span> <strong>{open?.title}</strong> {open?.mark?.(props)}
        </button>
      </div>
      <div
        ref={list}
        id="views"
        role="tablist"
        aria-label={TEXT.tabs.label}
        aria-orientation="vertical"
        tabIndex={-1}
        className={unfolded ? `${styles.list} ${styles.unfolded}` : styles.list}
        onKeyDown={onKeyDown}
      >
        {GROUPS.map(({ group, views }) => (
          <div key={group} role="presentation" className={styles.group}>
            <p className={styles.heading} aria-hidden="true">
              {TEXT.groups[group]}
            </p>
            {views.map((view) => (
              <Tab
                key={view.id}
                view={view}
                props={props}
                isSelected={view.id === selected}
                onPress={() => {
                  onSelect(view.id)
                  fold()
                }}
              />
            ))}
          </div>
        ))}
      </div>
      <div className={styles.foot}>
        <SessionActions onEnd={onEnd} />
      </div>
    </nav>
  )
}

const VIEW_IDS = GROUPS.flatMap(({ views }) => views.map(({ id }) => id))

const Tab = ({
  view,
  props,
  isSelected,
  onPress,
}: {
  readonly view: View
  readonly props: ViewProps
  readonly isSelected: boolean
  readonly onPress: () => void
}) => (
  <button
    type="button"
    role="tab"
    id={`view-${view.id}`}
    aria-selected={isSelected}
    aria-controls={isSelected ? 'view' : undefined}
    tabIndex={isSelected ? 0 : -1}
    className={styles.tab}
    onClick={onPress}
  >
    <span className={styles.title}>{view.title}</span>
    {view.mark?.(props)}
  </button>
)
