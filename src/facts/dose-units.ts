/** Milligrams per unit of mass, by UCUM code and the spellings orders use. `Mg` (megagram) is never meant on an order. */
const MASS_IN_MG: Readonly<Record<string, number>> = {
  kg: 1e6,
  g: 1000,
  gm: 1000,
  mg: 1,
  mcg: 1e-3,
  ug: 1e-3,
  µg: 1e-3,
  μg: 1e-3,
  ng: 1e-6,
}
const VOLUME_IN_ML: Readonly<Record<string, number>> = { ml: 1, cc: 1, l: 1000, dl: 100, '[tsp_us]': 4.92892159375 }
const COUNTS: ReadonlySet<string> = new Set(
  'tbl tablet tablets tab tabs pill pills cap caps capsule capsules each unit dosage suppository suppositories patch'.split(' '),
)
const ACTUATIONS: ReadonlySet<string> = new Set('puff puffs spray sprays actuat actuation actuations inhalation inhalations'.split(' '))

const key = (unit: string | null): string => (unit ?? '').trim().toLowerCase()
const lookup = (table: Readonly<Record<string, number>>, unit: string | null): number | undefined => {
  const name = key(unit)
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Without float dust: 0.1 g is 100 mg, not 100.00000000000001. */
const tidy = (value: number): number => (Number.isInteger(value) && Math.abs(value) < 1e11 ? value : Number(value.toPrecision(12)))

export const massInMg = (value: number, unit: string | null): number | null => {
  const factor = lookup(MASS_IN_MG, unit)
  return factor === undefined ? null : tidy(value * factor)
}

export const volumeInMl = (value: number, unit: string | null): number | null => {
  const factor = lookup(VOLUME_IN_ML, unit)
  return factor === undefined ? null : tidy(value * factor)
}

/** `{tbl}`, `TAB`, `{pill}`, `tablet(s)`: things that are counted. */
export const isCount = (unit: string | null): boolean =>
  COUNTS.has(
    key(unit)
      .replace(/[{}().]/g, '')
      .replace(/^(tablet|capsule|tab|cap)s$/, '$1'),
  )

export const isActuation = (unit: string | null): boolean => ACTUATIONS.has(key(unit).replace(/[{}]/g, ''))

/** `mg/m2`, `mg/kg`, `mcg/kg/min`: needs a body size, so it is no amount in milligrams. */
export const bodySizeOf = (unit: string | null): 'body surface' | 'body weight' | null => {
  const text = key(unit)
  return /\/\s*(m2|m\^2|m²)/.test(text) ? 'body surface' : /\/\s*kg/.test(text) ? 'body weight' : null
}

export { tidy }
