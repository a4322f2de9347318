import { type KeyboardEvent, useId, useMemo, useState } from 'react'
import type { PatientFacts } from '../../../../src/contract/facts.ts'
import { useWidth } from '../../../ui/charts/use-width.ts'
import { LANGUAGE } from '../../language.ts'
import { type Drawing, drawFamily, type Person } from './layout.ts'
import styles from './Pedigree.module.css'
import { labelLines, personWords } from './relative-words.ts'
import { TEXT } from './texts.ts'

/** Half of a symbol's side, in drawing units; a column is `COLUMN` wide. */
const HALF = 13
const ROW = 96
/** From this width of a column on, relatives carry their words below them. */
const LABELLED = 118
const LABELLED_ROW = 136
const TOP = 34

/** A fill of its own for each group, told by its lines and not by its colour (Bennett 2008: a key explains each fill). */
const FILLS = ['solid', 'lines', 'dots', 'cross', 'slant'] as const

const Fill = ({ id, kind }: { readonly id: string; readonly kind: (typeof FILLS)[number] | 'other' }) => (
  <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse">
    <rect width="6" height="6" className={kind === 'solid' ? styles.full : styles.paper} />
    {kind === 'lines' ? <path d="M0 1.5h6M0 4.5h6" className={styles.hatch} /> : null}
    {kind === 'dots' ? <circle cx="3" cy="3" r="1.5" className={styles.full} /> : null}
    {kind === 'cross' ? <path d="M0 3h6M3 0v6" className={styles.hatch} /> : null}
    {kind === 'slant' ? <path d="M0 6 6 0" className={styles.hatch} /> : null}
    {kind === 'other' ? <circle cx="3" cy="3" r=".7" className={styles.full} /> : null}
  </pattern>
)

const outline = (sex: Person['sex']) => {
  if (sex === 'male') return <rect x={-HALF} y={-HALF} width={2 * HALF} height={2 * HALF} />
  if (sex === 'female') return <circle r={HALF} />
  return <path d={`M0 ${-HALF - 3}L${HALF + 3} 0L0 ${HALF + 3}L${-HALF - 3} 0Z`} />
}

type Groups = readonly string[]

/** Up to two fills stand side by side in one symbol; more are told in words. */
const fillsOf = ({ who, member }: Person, groups: Groups, patient: Groups): (string | 'other')[] => {
  if (who === 'patient') return patient.slice(0, 2)
  const own = [...new Set((member?.conditions ?? []).map(({ group }) => (group && groups.includes(group) ? group : 'other')))]
  const named = own.filter((group) => group !== 'other')
  return (named.length > 0 ? named : own).slice(0, 2)
}

const Figure = ({
  person,
  groups,
  patient,
  id,
  chosen,
  column,
  row,
  labelled,
}: {
  readonly person: Person
  readonly groups: Groups
  readonly patient: Groups
  readonly id: string
  readonly chosen: boolean
  readonly column: number
  readonly row: number
  readonly labelled: boolean
}) => {
  const [first, second] = fillsOf(person, groups, patient)
  const shape = outline(person.sex)
  return (
    <g
      transform={`translate(${(person.x + 0.5) * column} ${TOP + person.y * row})`}
      className={person.who === 'link' ? styles.link : styles.person}
    >
      {chosen ? <rect x={-HALF - 7} y={-HALF - 7} width={2 * HALF + 14} height={2 * HALF + 14} rx="5" className={styles.chosen} /> : null}
      <g className={styles.symbol}>
        <g fill={first ? `url(#${id}-${first})` : undefined} className={first ? undefined : styles.paper}>
          {shape}
        </g>
        {second ? (
          <g fill={`url(#${id}-${second})`} clipPath={`url(#${id}-right)`}>
            {shape}
          </g>
        ) : null}
        {second ? <path d={`M0 ${-HALF}V${HALF}`} /> : null}
      </g>
      {person.member?.deceased?.is ? <path d={`M${-HALF - 7} ${HALF + 7}L${HALF + 7} ${-HALF - 7}`} className={styles.slash} /> : null}
      {person.who === 'patient' ? (
        <path d={`M${-HALF - 17} ${HALF + 15}L${-HALF - 4} ${HALF + 3}m-8.500 1l8.500 -1l-1.500 8.500`} className={styles.arrow} />
      ) : null}
      <text y={HALF + 18} className={styles.number}>
        {person.number}
      </text>
      {labelled
        ? labelLines(person, Math.floor(column / 6.3)).map((line, index) => (
            <text key={line} y={HALF + 33 + index * 14} className={index === 0 ? styles.label : styles.small}>
              {line}
            </text>
          ))
        : null}
    </g>
  )
}

/** From somebody to the next in a direction: along the row, or to the nearest one in the next row. */
const step = ({ persons }: Drawing, from: Person, key: string): Person | null => {
  const row = persons.filter(({ y }) => y === from.y)
  const at = row.indexOf(from)
  if (key === 'ArrowLeft') return row[at - 1] ?? null
  if (key === 'ArrowRight') return row[at + 1] ?? null
  if (key === 'Home') return persons.find(({ who }) => who === 'patient') ?? null
  const y = key === 'ArrowUp' ? from.y - 1 : key === 'ArrowDown' ? from.y + 1 : null
  if (y === null) return null
  return persons.filter((one) => one.y === y).sort((a, b) => Math.abs(a.x - from.x) - Math.abs(b.x - from.x))[0] ?? null
}

const KEYS = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home'])

/** The family as a pedigree (Bennett 2008, PMID 18792771; 2022 revision, doi 10.1002/jgc4.1621): one tab stop, arrow keys, live text. */
export const Pedigree = ({ facts }: { readonly facts: PatientFacts }) => {
  const id = useId().replace(/[^A-Za-z0-9]/g, '')
  const [box, width] = useWidth<HTMLDivElement>()
  const drawing = useMemo(() => drawFamily(facts.family, facts.patient?.sex ?? null), [facts])
  const [chosen, choose] = useState<string>('patient')
  const person = drawing.persons.find(({ key }) => key === chosen) ?? drawing.persons[0]
  const column = Math.min(190, Math.max(40, Math.floor(width / drawing.columns)))
  const labelled = column >= LABELLED
  const row = labelled ? LABELLED_ROW : ROW
  const [w, h] = [drawing.columns * column, TOP + (drawing.rows - 1) * row + (labelled ? 84 : 44)]
  const present = new Set(facts.family.flatMap(({ conditions }) => conditions.map(({ group }) => group ?? 'other')))
  const own = (facts.familyGroups ?? []).filter((group) => group.patient)
  const groups = (facts.familyGroups ?? []).filter((group) => present.has(group.id) || group.patient)
  const onKey = (event: KeyboardEvent): void => {
    if (!KEYS.has(event.key) || !person) return
    event.preventDefault()
    const next = step(drawing, person, event.key)
    if (next) choose(next.key)
  }
  if (!person) return null
  return (
    <div className={styles.frame} ref={box}>
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: one tab stop for the picture; its keys are named in its description */}
      <div
        role="application"
        aria-roledescription={TEXT.pedigree}
        aria-label={TEXT.family}
        aria-describedby={`${id}-how`}
        tabIndex={0}
        className={styles.picture}
        onKeyDown={onKey}
      >
        {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: as above */}
        <svg viewBox={`0 0 ${w} ${h}`} width={w} height={h} className={styles.svg} aria-hidden="true" focusable="false">
          <defs>
            {[
              ...groups.map((group, index) => [group.id, FILLS[index % FILLS.length] ?? 'solid'] as const),
              ['other', 'other'] as const,
            ].map(([group, kind]) => (
              <Fill key={group} id={`${id}-${group}`} kind={kind} />
            ))}
            <clipPath id={`${id}-right`}>
              <rect x="0" y={-HALF - 4} width={HALF + 4} height={2 * HALF + 8} />
            </clipPath>
          </defs>
          {drawing.lines.map(({ key, points }) => (
            <polyline
              key={key}
              points={points.map(([x, y]) => `${(x + 0.5) * column},${TOP + (labelled && y % 1 !== 0 ? y + 0.2 : y) * row}`).join(' ')}
              className={styles.line}
            />
          ))}
          {drawing.persons.map((one) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: a pointer's short way; keys do the same on the picture
            <g key={one.key} onClick={() => choose(one.key)} className={styles.seat}>
              <rect x={one.x * column} y={TOP + one.y * row - 26} width={column} height="62" className={styles.hit} />
              <Figure
                person={one}
                groups={groups.map((group) => group.id)}
                patient={own.map((group) => group.id)}
                id={id}
                chosen={one === person}
                row={row}
                labelled={labelled}
                column={column}
              />
            </g>
          ))}
        </svg>
      </div>
      <p id={`${id}-how`} className={styles.how}>
        {TEXT.pedigreeHow}
      </p>
      <p className={styles.readout} aria-live="polite" aria-atomic="true">
        {personWords(person)}
        {person.who === 'patient'
          ? `. ${[...own.map((group) => (LANGUAGE === 'de' ? group.german : group.label)), TEXT.seeProblems].join('; ')}`
          : ''}
      </p>
      <ul className={styles.legend} aria-label={TEXT.legend}>
        {[
          ...groups.map((group) => [group.id, LANGUAGE === 'de' ? group.german : group.label] as const),
          ...(present.has('other') ? [['other', TEXT.otherCondition] as const] : []),
        ].map(([group, label]) => (
          <li key={group}>
            <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" focusable="false">
              <rect x="1" y="1" width="16" height="16" fill={`url(#${id}-${group})`} className={styles.key} />
            </svg>
            {label}
          </li>
        ))}
        <li>
          <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" focusable="false">
            <rect x="1" y="1" width="16" height="16" className={`${styles.key} ${styles.paper}`} />
          </svg>
          {TEXT.affectedNone}
        </li>
      </ul>
    </div>
  )
}
