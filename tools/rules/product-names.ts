/** Salt and hydrate words that end a precise ingredient name. */
const SALTS = new Set(
  `hydrochloride dihydrochloride hydrobromide sulfate bisulfate sodium potassium calcium maleate fumarate tartrate bitartrate
   succinate phosphate acetate mesylate besylate tosylate citrate gluconate nitrate pamoate hyclate polistirex stearate estolate
   ethylsuccinate saccharate aspartate mononitrate anhydrous hydrate dihydrate monohydrate trihydrate pentahydrate polygalacturonate
   napsylate bromide terephthalate camsylate malate lactate propionate resinate hemihydrate extract preparation`.split(/\s+/),
)

/** First words of names in which the salt word is part of the substance. */
const WHOLE = new Set(
  'magnesium zinc copper ferrous ferric sodium potassium calcium manganese bismuth lithium aluminum ammonium sodium homatropine camphorated homatropine polysaccharide benzoic thiamine pentaerythritol isosorbide barium silver opium'.split(
    ' ',
  ),
)

/**
 * `amitriptyline hydrochloride` -> `amitriptyline`; names in `known` and inorganic salts stay as they are.
 * The name is expected in lower case.
 */
export const baseName = (precise: string, known: ReadonlySet<string>): string => {
  if (known.has(precise)) return precise
  const words = precise.split(' ')
  if (WHOLE.has(words[0] ?? '')) return precise
  while (words.length > 1 && SALTS.has(words.at(-1) ?? '')) {
    words.pop()
    if (known.has(words.join(' '))) break
  }
  return words.join(' ')
}

const STRENGTH = /\s+<?\d[\d.,]*\s*(?:%|MG|MCG|UG|NG|G|ML|UNT|MEQ|MMOL|CELLS|ACTUAT|MCI|HR|BAU|AMB|PNU)\b.*$/i

/** Duration, size and kind of device that stand before the first ingredient of an RxNorm name. */
const LEAD = /^(?:(?:NDA\d+|\d[\d.]*\s+(?:HR|ML|ACTUAT|MG)|Abuse-Deterrent|Once-Daily|Matrix Delivery|anhydrous)\s+)+/i

/** Substances in an RxNorm clinical or branded drug name, precise names in lower case. */
export const substancesOf = (name: string): string[] =>
  name
    .replace(/\s*\[[^\]]*\]\s*$/, '')
    .split(' / ')
    .map((part) => part.trim().replace(LEAD, '').replace(STRENGTH, '').trim().toLowerCase())
    .filter((part) => part !== '')

/** `… [Zocor]` -> `Zocor`; null for clinical drugs. */
export const brandOf = (name: string): string | null => /\[([^\]]+)\]\s*$/.exec(name)?.[1]?.trim() ?? null
