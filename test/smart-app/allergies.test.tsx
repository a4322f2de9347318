import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Allergies } from '../../smart-app/app/panels/person/Problems.tsx'
import type { Allergy } from '../../src/contract/facts.ts'
import { facts } from './sample-profile.ts'

const allergy = (name: string, clinicalStatus: string | null, verificationStatus: string): Allergy => ({
  ref: `AllergyIntolerance/${name}`,
  name,
  codes: [],
  ingredients: [],
  reactions: [],
  categories: [],
  clinicalStatus,
  verificationStatus,
  lineage: { resource: `AllergyIntolerance/${name}` },
})

it('an allergy that stands is told before one that is over, and that before one that was refuted', () => {
  const allergies = [
    allergy('refuted-one', 'active', 'refuted'),
    allergy('over-one', 'resolved', 'confirmed'),
    allergy('standing-one', 'active', 'confirmed'),
  ]
  const page = renderToStaticMarkup(<Allergies facts={{ ...facts, allergies }} />)
  const places = ['standing-one', 'over-one', 'refuted-one'].map((name) => page.indexOf(name))
  expect(Math.min(...places)).toBeGreaterThan(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
})
