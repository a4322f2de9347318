import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const RELATIONS: Readonly<Record<string, string>> = {
  form_of: 'has_form',
  has_part: 'part_of',
  tradename_of: 'has_tradename',
  has_ingredient: 'ingredient_of',
  has_ingredients: 'ingredients_of',
  has_precise_ingredient: 'precise_ingredient_of',
  consists_of: 'constitutes',
  isa: 'inverse_isa',
  quantified_form_of: 'has_quantified_form',
  contains: 'contained_in',
}

/** Our own small release in the layout of RXNCONSO, RXNREL, RXNSAT and RXNSAB: a few public codes, the rest (from 90,000,000 on) invented. */
export class ReleaseBuilder {
  #concepts: string[] = []
  #relations: string[] = []
  #attributes: string[] = []
  #atom = 1000

  concept(
    rxcui: number | string,
    tty: string,
    name: string,
    { suppress = 'N', sab = 'RXNORM', code = String(rxcui), atom = 0 } = {},
  ): this {
    this.#atom += 1
    const columns = [rxcui, 'ENG', '', '', '', '', '', atom || this.#atom, '', rxcui, '', sab, tty, code, name, '', suppress, '4096']
    this.#concepts.push(`${columns.join('|')}|`)
    return this
  }

  /** `release.relate(213169, 'tradename_of', 309362)`: the branded drug is a trade name of the clinical drug. From both sides, as in a release. */
  relate(from: number, relation: string, to: number, { suppress = 'N', sab = 'RXNORM' } = {}): this {
    this.#relations.push(relationLine(to, relation, from, suppress, sab), relationLine(from, RELATIONS[relation] ?? '', to, suppress, sab))
    return this
  }

  ndc(rxcui: number, ndc: string, { suppress = 'N', sab = 'RXNORM' } = {}): this {
    this.#attributes.push(`${rxcui}||||AUI|${rxcui}|||NDC|${sab}|${ndc}|${suppress}|4096|`)
    return this
  }

  lines(): { concepts: string[]; relations: string[]; attributes: string[] } {
    return { concepts: [...this.#concepts], relations: [...this.#relations], attributes: [...this.#attributes] }
  }

  /** Writes the files and gives back their folder. `order` puts the lines of each file in another order; `gz` packs them. */
  write({ order = (lines: string[]) => lines, gz = false, inner = '', sab = true } = {}): string {
    const folder = mkdtempSync(join(tmpdir(), 'rxnorm-release-'))
    const place = join(folder, inner)
    mkdirSync(place, { recursive: true })
    const put = (name: string, lines: string[]): void => {
      const text = lines.map((line) => `${line}\n`).join('')
      writeFileSync(join(place, gz ? `${name}.gz` : name), gz ? gzipSync(text) : text)
    }
    put('RXNCONSO.RRF', order(this.#concepts))
    put('RXNREL.RRF', order(this.#relations))
    if (this.#attributes.length > 0) put('RXNSAT.RRF', order(this.#attributes))
    if (sab) put('RXNSAB.RRF', ['|||RXNORM||||||||||||||||||||||'.replace('|||RXNORM', '||RXNORM_TEST_1|RXNORM')])
    return folder
  }
}

const relationLine = (first: number, rela: string, second: number, suppress: string, sab: string): string =>
  `${[first, '', 'CUI', 'RO', second, '', 'CUI', rela, '', '', sab, '', '', '', suppress, '4096'].join('|')}|`

/** Every kind of concept, with drugs of the rules (clopidogrel, codeine, acetaminophen, warfarin, atorvastatin) and one that they do not know. */
export const aRelease = (): ReleaseBuilder =>
  new ReleaseBuilder()
    .concept(32968, 'IN', 'clopidogrel')
    .concept(32968, 'SY', 'clopidogrel, invented synonym')
    .concept(236991, 'PIN', 'clopidogrel bisulfate')
    .relate(236991, 'form_of', 32968)
    .concept(90000001, 'SCDC', 'clopidogrel 75 MG')
    .relate(90000001, 'has_ingredient', 32968)
    .relate(90000001, 'has_precise_ingredient', 236991)
    .concept(309362, 'SCD', 'clopidogrel 75 MG Oral Tablet')
    .relate(309362, 'consists_of', 90000001)
    .concept(90000002, 'BN', 'Testogrel')
    .relate(90000002, 'tradename_of', 32968)
    .concept(90000003, 'SBD', 'clopidogrel 75 MG Oral Tablet [Testogrel]')
    .relate(90000003, 'tradename_of', 309362)
    .concept(90000004, 'SCDF', 'clopidogrel Oral Tablet')
    .relate(90000004, 'has_ingredient', 32968)
    .concept(90000005, 'SBDF', 'clopidogrel Oral Tablet [Testogrel]')
    .relate(90000005, 'tradename_of', 90000004)
    .concept(90000006, 'SCDG', 'clopidogrel Oral Product')
    .relate(90000006, 'has_ingredient', 32968)
    .concept(2670, 'IN', 'codeine')
    .concept(161, 'IN', 'acetaminophen')
    .concept(817579, 'MIN', 'acetaminophen / codeine')
    .relate(817579, 'has_part', 2670)
    .relate(817579, 'has_part', 161)
    .concept(90000011, 'SCDC', 'codeine phosphate 30 MG')
    .relate(90000011, 'has_ingredient', 2670)
    .concept(90000012, 'SCDC', 'acetaminophen 300 MG')
    .relate(90000012, 'has_ingredient', 161)
    .concept(90000013, 'SCD', 'acetaminophen 300 MG / codeine phosphate 30 MG Oral Tablet')
    .relate(90000013, 'consists_of', 90000011)
    .relate(90000013, 'consists_of', 90000012)
    .concept(
      90000014,
      'GPCK',
      '{10 (acetaminophen 300 MG / codeine phosphate 30 MG Oral Tablet) / 5 (clopidogrel 75 MG Oral Tablet) } Pack',
    )
    .relate(90000014, 'contains', 90000013)
    .relate(90000014, 'contains', 309362)
    .concept(90000015, 'BPCK', '{10 (…) / 5 (…) } Pack [Packotest]')
    .relate(90000015, 'contains', 90000013)
    .relate(90000015, 'contains', 90000003)
    .concept(90000020, 'IN', 'inventamab')
    .concept(90000021, 'SCDC', 'inventamab 40 MG')
    .relate(90000021, 'has_ingredient', 90000020)
    .concept(90000022, 'SCD', 'inventamab 40 MG Oral Tablet')
    .relate(90000022, 'consists_of', 90000021)
    .concept(90000023, 'BN', 'Lasting Relief Test')
    .relate(90000023, 'tradename_of', 90000020)
    .concept(90000024, 'SCD', 'clopidogrel 75 MG / inventamab 40 MG Oral Tablet')
    .relate(90000024, 'consists_of', 90000001)
    .relate(90000024, 'consists_of', 90000021)
    .concept(90000030, 'SCD', 'a clinical drug without relations', { suppress: 'O' })
    .concept(90000031, 'SCD', 'a clinical drug in use without relations')
    .concept(90000040, 'DF', 'Oral Tablet')
    .concept(32968, 'IN', 'clopidogrel', { sab: 'ATC', code: 'B01AC04' })
    .concept(90000020, 'IN', 'inventamab', { sab: 'ATC', code: 'L01XX99' })
    .concept(90000020, 'PT', 'inventamab', { sab: 'SNOMEDCT_US', code: '999999006' })
    .ndc(90000003, '00093718001')
    .ndc(90000022, '55555044402')
