import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DrugIdentity } from '../../src/contract/facts.ts'
import type { Coding } from '../../src/contract/lineage.ts'
import { wordsOf } from '../../src/terminology/drug-text.ts'
import { drugs, tables } from './drug-tables.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const ATC = 'http://www.whocc.no/atc'
const rx = (code: string, display?: string): Coding => ({ system: RXNORM, code, ...(display === undefined ? {} : { display }) })
const named = (identity: DrugIdentity): string[] => identity.ingredients.map((ingredient) => ingredient.name)
const ofText = (text: string): string[] => named(drugs.identify({ codings: [], text }))
const ofCode = (...codings: Coding[]): string[] => named(drugs.identify({ codings, text: null }))

/** Real RxNorm products, each with the base substances it holds. */
const PRODUCTS: readonly (readonly [string, readonly string[]])[] = [
  ['309362', ['clopidogrel']],
  ['213169', ['clopidogrel']],
  ['855812', ['prasugrel']],
  ['1116635', ['ticagrelor']],
  ['198211', ['simvastatin']],
  ['312961', ['simvastatin']],
  ['476345', ['ezetimibe', 'simvastatin']],
  ['259255', ['atorvastatin']],
  ['859424', ['rosuvastatin']],
  ['855332', ['warfarin']],
  ['855288', ['warfarin']],
  ['410216', ['codeine']],
  ['249525', ['acetaminophen', 'codeine']],
  ['430559', ['acetaminophen', 'codeine', 'ibuprofen']],
  ['857005', ['acetaminophen', 'hydrocodone']],
  ['835603', ['tramadol']],
  ['999729', ['acetaminophen', 'tramadol']],
  ['200371', ['citalopram']],
  ['349332', ['escitalopram']],
  ['312941', ['sertraline']],
  ['312241', ['paroxetine']],
  ['313990', ['fluoxetine']],
  ['429484', ['amitriptyline']],
  ['427814', ['amitriptyline', 'diazepam', 'perphenazine']],
  ['199283', ['nortriptyline']],
  ['313582', ['venlafaxine']],
  ['903891', ['fluvoxamine']],
  ['153129', ['azathioprine']],
  ['197931', ['mercaptopurine']],
  ['198269', ['thioguanine']],
  ['246307', ['phenytoin']],
  ['197441', ['carbamazepine']],
  ['312136', ['oxcarbazepine']],
  ['242679', ['abacavir']],
  ['307650', ['abacavir', 'lamivudine', 'zidovudine']],
  ['197319', ['allopurinol']],
  ['349435', ['voriconazole']],
  ['427807', ['tacrolimus']],
  ['198240', ['tamoxifen']],
  ['402014', ['omeprazole']],
  ['314200', ['pantoprazole']],
  ['866514', ['metoprolol']],
  ['866482', ['hydrochlorothiazide', 'metoprolol']],
  ['349591', ['atomoxetine']],
  ['205292', ['efavirenz']],
  ['1601654', ['atazanavir', 'cobicistat']],
  ['2121098', ['siponimod']],
  ['2197890', ['pitolisant']],
  ['1547225', ['eliglustat']],
  ['205322', ['celecoxib']],
  ['200327', ['capecitabine']],
  ['1243046', ['ivacaftor']],
]

describe('RxNorm codes', () => {
  it.each(PRODUCTS)('product %s holds %j', (rxcui, ingredients) => {
    const identity = drugs.identify({ codings: [rx(rxcui)], text: null })
    expect({ names: named(identity), how: identity.how }).toEqual({ names: ingredients, how: 'rxnorm-product' })
  })

  it('an ingredient code is its ingredient, with name and code', () => {
    expect(drugs.identify({ codings: [rx('32968')], text: null })).toEqual({
      text: '32968',
      codings: [rx('32968')],
      ingredients: [{ name: 'clopidogrel', rxcui: '32968' }],
      how: 'rxnorm-ingredient',
      flags: [],
    })
  })

  it('a salt is its base: warfarin sodium is warfarin', () => {
    expect(ofCode(rx('114194'))).toEqual(['warfarin'])
  })

  it.each(['urn:oid:2.16.840.1.113883.6.88', '2.16.840.1.113883.6.88', `${RXNORM}/`])('the system may be written as %s', (system) => {
    expect(ofCode({ system, code: '309362' })).toEqual(['clopidogrel'])
  })

  it('several codes of one drug agree: ingredient, salt and product', () => {
    expect(drugs.identify({ codings: [rx('11289'), rx('114194'), rx('855332')], text: null })).toMatchObject({
      ingredients: [{ name: 'warfarin', rxcui: '11289' }],
      how: 'rxnorm-product',
      flags: [],
    })
  })

  it('a code that is not in the tables leaves the text to decide', () => {
    expect(drugs.identify({ codings: [rx('99999999', 'sertraline 100 MG')], text: null })).toMatchObject({
      ingredients: [{ name: 'sertraline' }],
      how: 'text',
    })
  })

  it('a misspelt display is overruled by its code, without a conflict', () => {
    expect(drugs.identify({ codings: [rx('316672', 'Simvistatin 10 MG')], text: 'Simvistatin 10 MG' })).toMatchObject({
      ingredients: [{ name: 'simvastatin' }],
      flags: [],
    })
  })
})

describe('ATC and NDC', () => {
  it.each([ATC, 'urn:oid:2.16.840.1.113883.6.73'])('an ATC code of a substance is that substance (%s)', (system) => {
    expect(drugs.identify({ codings: [{ system, code: 'B01AC04' }], text: null })).toMatchObject({
      ingredients: [{ name: 'clopidogrel' }],
      how: 'atc',
    })
  })

  it('an ATC group names no drug', () => {
    expect(ofCode({ system: ATC, code: 'B01AC' })).toEqual([])
  })

  it('an NDC is not guessed at, and the reason says so', () => {
    expect(drugs.identify({ codings: [{ system: 'http://hl7.org/fhir/sid/ndc', code: '0093-7180-01' }], text: null })).toEqual({
      text: '0093-7180-01',
      codings: [{ system: 'http://hl7.org/fhir/sid/ndc', code: '0093-7180-01' }],
      ingredients: [],
      how: 'none',
      flags: ['unmapped'],
      unmapped: 'ndc code 0093-7180-01 not in the tables, and the text names no drug known here',
    })
  })
})

describe('text', () => {
  it.each([
    ['Plavix 75 mg tablet once daily', ['clopidogrel']],
    ['CLOPIDOGREL 75MG TAB', ['clopidogrel']],
    ['Carbamazepine[Tegretol]', ['carbamazepine']],
    ['Anafranil 25 mg', ['clomipramine']],
    ['St. John’s wort', ['hypericum']],
    ['5-FU infusion', ['fluorouracil']],
    ['Wakix', ['pitolisant']],
    ['peginterferon alfa-2a 180 mcg', ['peginterferon alfa-2a']],
    ['rifampicin 300 mg', ['rifampin']],
  ])('%s is %j', (text, expected) => {
    expect(ofText(text)).toEqual(expected)
  })

  it.each([
    ['Aspirin/dipyridamole 25 mg/200 mg', ['aspirin', 'dipyridamole', 'aspirin / dipyridamole']],
    ['codeine / acetaminophen', ['codeine', 'acetaminophen']],
    ['Tylenol with Codeine #3', ['acetaminophen', 'codeine']],
    ['abacavir / lamivudine', ['abacavir', 'lamivudine']],
    ['dextromethorphan / quinidine', ['dextromethorphan', 'quinidine', 'dextromethorphan / quinidine']],
    ['Nuedexta 20 mg-10 mg capsule', ['dextromethorphan', 'quinidine', 'dextromethorphan / quinidine']],
    ['co-trimoxazole 960', ['sulfamethoxazole', 'trimethoprim', 'sulfamethoxazole / trimethoprim']],
    ['Symbyax', ['fluoxetine', 'olanzapine', 'fluoxetine / olanzapine']],
  ])('%s triggers on each part, and on the combination where guidance has one: %j', (text, expected) => {
    const identity = drugs.identify({ codings: [], text })
    expect({ names: named(identity), flags: identity.flags }).toEqual({ names: expect.arrayContaining(expected), flags: ['combination'] })
    expect(named(identity).length).toBe(expected.length)
  })

  it.each(['norcodeine', 'nor-codeine', 'codeinone', 'Amitryptyline 25', 'Simvistatin 10 MG', 'clopid', 'warf', 'desmethyl-citalopram'])(
    '%s is not guessed at',
    (text) => {
      expect(ofText(text)).toEqual([])
    },
  )

  it.each(['codeine-free cough syrup', 'cough syrup without codeine', 'non-codeine analgesic'])('%s is not codeine', (text) => {
    expect(ofText(text)).toEqual([])
  })

  it('a brand that the source files under the wrong drug is not that drug', () => {
    expect([ofText('Chirocaine'), ofText('Temaril'), ofText('Etrafon-A')]).toEqual([
      [],
      [],
      expect.arrayContaining(['amitriptyline', 'perphenazine']),
    ])
  })

  it('an order without any drug says so', () => {
    expect(drugs.identify({ codings: [], text: ' ' })).toMatchObject({ ingredients: [], how: 'none', unmapped: 'the order names no drug' })
  })

  it('combinations of vitamin C need the other substances', () => {
    expect(ofText('ascorbic acid 500 mg')).not.toContain('ascorbic acid (vitamin c), combinations')
    expect(ofText('ascorbic acid / sodium ascorbate')).toContain('ascorbic acid (vitamin c), combinations')
  })
})

describe('code and text that name different drugs', () => {
  it('are both evaluated, and flagged', () => {
    expect(drugs.identify({ codings: [rx('855332')], text: 'aspirin 81 mg' })).toMatchObject({
      ingredients: [{ name: 'warfarin' }, { name: 'aspirin' }],
      flags: ['medication-conflict', 'combination'],
    })
  })

  it('are no conflict when one is a part of the other', () => {
    expect(drugs.identify({ codings: [rx('249525')], text: 'codeine' }).flags).toEqual(['combination'])
    expect(drugs.identify({ codings: [rx('2670')], text: 'acetaminophen / codeine' }).flags).toEqual(['combination'])
  })

  it('two codes of different drugs are a conflict too', () => {
    expect(drugs.identify({ codings: [rx('309362'), rx('197319')], text: null }).flags).toContain('medication-conflict')
  })
})

describe('laws', () => {
  const product = fc.constantFrom(...tables.products)

  it('every product maps to its ingredients by code, whatever else is said', () => {
    fc.assert(
      fc.property(product, fc.string(), ({ rxcui, ingredients }, text) => {
        const names = ofCode(rx(rxcui, text))
        expect(ingredients.every((name) => names.includes(name))).toBe(true)
      }),
    )
  })

  it('the name of a product never contradicts its code', () => {
    const wrong = tables.products.filter(({ rxcui, name }) =>
      drugs.identify({ codings: [rx(rxcui)], text: name }).flags.includes('medication-conflict'),
    )
    expect(wrong.map(({ rxcui, name, ingredients }) => [rxcui, name, ingredients])).toEqual([])
  })

  it('order of codes changes nothing but the order of ingredients', () => {
    fc.assert(
      fc.property(fc.uniqueArray(product, { minLength: 2, maxLength: 4, selector: ({ rxcui }) => rxcui }), (products) => {
        const codings = products.map(({ rxcui }) => rx(rxcui))
        const [forward, backward] = [codings, [...codings].reverse()].map((some) => drugs.identify({ codings: some, text: null }))
        expect([...(forward ? named(forward) : [])].sort()).toEqual([...(backward ? named(backward) : [])].sort())
        expect(forward?.flags).toEqual(backward?.flags)
      }),
    )
  })

  it('any text and any codes give an answer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ system: fc.string(), code: fc.string() }), { maxLength: 3 }),
        fc.option(fc.string()),
        (codings, text) => {
          const identity = drugs.identify({ codings, text })
          expect(identity.how === 'none').toBe(identity.unmapped !== undefined)
        },
      ),
    )
  })
})

describe('finding drugs and products', () => {
  it('an ingredient is found by name, other name, code and salt code', () => {
    const warfarin = { name: 'warfarin', rxcui: '11289' }
    expect(['Warfarin', '11289', '114194'].map(drugs.ingredient)).toEqual([warfarin, warfarin, warfarin])
    expect(drugs.ingredient('paracetamol')).toEqual({ name: 'acetaminophen', rxcui: '161' })
    expect(drugs.ingredient('nothing')).toBeNull()
  })

  it('products of an ingredient start with plain single tablets, generic before brand', () => {
    expect(drugs.products('32968').map(({ rxcui, name }) => [rxcui, name])).toEqual([
      ['309362', 'clopidogrel 75 MG Oral Tablet'],
      ['749196', 'clopidogrel 300 MG Oral Tablet'],
      ['213169', 'clopidogrel 75 MG Oral Tablet [Plavix]'],
      ['749198', 'clopidogrel 300 MG Oral Tablet [Plavix]'],
    ])
  })

  it('the picker finds products by beginnings of words in any order, shortest names first', () => {
    expect(drugs.search('75 plav', 5).map(({ rxcui }) => rxcui)).toEqual(['213169'])
    expect(drugs.search('clopi', 2).map(({ rxcui }) => rxcui)).toEqual(['309362', '749196'])
    expect([drugs.search('', 5), drugs.search('pidogrel', 5)]).toEqual([[], []])
  })

  it('the picker gives no more than it is asked for, and every hit holds all words', () => {
    fc.assert(
      fc.property(fc.constantFrom('cod', 'tab 10', 'oral am', 'met ext'), fc.integer({ min: 0, max: 40 }), (text, limit) => {
        const hits = drugs.search(text, limit)
        expect(hits.length).toBeLessThanOrEqual(limit)
        for (const { name } of hits) for (const word of text.split(' ')) expect(name.toLowerCase()).toContain(word)
      }),
    )
  })

  it('a product is found by its code', () => {
    expect([drugs.product('309362')?.name, drugs.product('1')]).toEqual(['clopidogrel 75 MG Oral Tablet', null])
  })
})

describe('A text that is longer than any name', () => {
  it('is searched up to ten thousand characters, in the time of its length', () => {
    expect(ofText(`${'é'.repeat(9000)} Plavix75mg`)).toEqual(['clopidogrel'])
  })

  it('is not searched beyond, and says so: the drug is unmapped, never a silent nothing', () => {
    const { ingredients, flags, unmapped } = drugs.identify({ codings: [], text: `Plavix75mg ${'é'.repeat(1_000_000)}` })
    expect([ingredients, flags, unmapped]).toEqual([
      [],
      ['unmapped'],
      'a text of more than 10000 characters is no name of a drug and was not searched for one',
    ])
  })

  it('takes nothing from the code beside it', () => {
    expect(named(drugs.identify({ codings: [rx('309362', 'x'.repeat(1_000_000))], text: null }))).toEqual(['clopidogrel'])
  })
})

describe('A word without end', () => {
  it('is split in the time of its length', () => {
    expect(wordsOf(`${'é'.repeat(1_000_000)} Plavix75mg`).map(({ text }) => text.length)).toEqual([1_000_000, 6, 4])
  })
})
