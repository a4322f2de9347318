import { Said } from '../../words/Said.tsx'
import type { Lane } from './items.ts'
import styles from './TimelinePanel.module.css'
import { type Group, TEXT } from './texts.ts'

/** Which lanes are shown; chart and table follow the same choice. */
export const Filter = ({
  lanes,
  chosen,
  onChoose,
}: {
  readonly lanes: readonly Lane[]
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (ids: ReadonlySet<string>) => void
}) => {
  const groups = [...new Set(lanes.map(({ group }) => group))]
  const toggle = (ids: readonly string[], on: boolean): void => {
    const next = new Set(chosen)
    for (const id of ids) on ? next.add(id) : next.delete(id)
    onChoose(next)
  }
  const shown = lanes.filter(({ id }) => chosen.has(id)).length
  return (
    <details className={`${styles.filter} screen-only`}>
      <summary>
        {TEXT.show}: {TEXT.lanes(shown, lanes.length)}
      </summary>
      <div className={styles.groups}>
        {groups.map((group) => (
          <GroupOf key={group} group={group} lanes={lanes.filter((lane) => lane.group === group)} chosen={chosen} onToggle={toggle} />
        ))}
      </div>
    </details>
  )
}

const GroupOf = ({
  group,
  lanes,
  chosen,
  onToggle,
}: {
  readonly group: Group
  readonly lanes: readonly Lane[]
  readonly chosen: ReadonlySet<string>
  readonly onToggle: (ids: readonly string[], on: boolean) => void
}) => {
  const on = lanes.filter(({ id }) => chosen.has(id)).length
  return (
    <fieldset>
      <legend>
        <label>
          <input
            type="checkbox"
            checked={on === lanes.length}
            ref={(box) => {
              if (box) box.indeterminate = on > 0 && on < lanes.length
            }}
            onChange={(event) =>
              onToggle(
                lanes.map(({ id }) => id),
                event.target.checked,
              )
            }
          />
          {TEXT.groups[group]}
        </label>
      </legend>
      {lanes.map((lane) => (
        <label key={lane.id}>
          <input type="checkbox" checked={chosen.has(lane.id)} onChange={(event) => onToggle([lane.id], event.target.checked)} />
          <span>
            {lane.group === 'risks' ? <Said>{lane.name}</Said> : lane.name} {lane.unit} ({lane.items.length})
          </span>
        </label>
      ))}
    </fieldset>
  )
}
