import { describe, expect, test } from 'vitest'
import { genotype, read, textResult } from './results.ts'

const usesOf = (name: string, text: string): readonly string[] => read(textResult(name, text)).readings.map(({ use }) => use)

describe("a text that gives somebody else's finding, takes its finding back or doubts it", () => {
  test.each([
    ['CYP2C19', 'Mother is poor metabolizer'],
    ['CYP2C19', 'Father *2/*2; patient not tested'],
    ['CYP2D6', 'Mother *1/*1; patient not tested'],
    ['CYP2C19', 'donor *2/*2'],
    ['CYP2C19', 'Fetal genotype *2/*2'],
    ['HLA-B*57:01', 'Positive in the brother'],
    ['CYP2C19 genotype', '*2/*2 not detected'],
    ['CYP2D6', '*1/*1 genotype was not confirmed'],
    ['CYP2D6', 'normal metabolizer excluded'],
    ['CYP2C19', 'Poor metaboliser ruled out.'],
    ['DPYD', '*1/*2A cannot be excluded'],
    ['HLA-B*57:01', 'not negative'],
    ['HLA-B*57:01', 'non-negative'],
    ['CYP2D6 genotype (mother)', '*1/*1'],
    ['CYP2D6', '*1/*1 INVALID'],
    ['CYP2D6', '*1/*1 - result withdrawn'],
    ['CYP2D6', 'Sample mix-up: *4/*4'],
    ['CYP2D6', '*1/*1 preliminary'],
    ['HLA-B*57:01', 'Negative (preliminary)'],
    ['CYP2D6 genotype', 'Example: *1/*1'],
    ['CYP2D6', 'Reference range *1/*1'],
    ['CYP2D6', 'If poor metabolizer, consider another drug.'],
    ['CYP2D6', 'CYP2D6*4/*4 - awaiting 2nd sample'],
    ['CYP2D6', '*4/*4. Awaiting 2nd sample.'],
  ])('%s: %s: nothing to act on, and it is said that it is there', (name, text) => {
    const uses = usesOf(name, text)
    expect(uses.length).toBeGreaterThan(0)
    expect(uses.filter((use) => use === 'act' || use === 'candidates')).toEqual([])
  })

  test.each([
    ['CYP2C19', '*1/*2 (ruled out *2/*2)', '*1/*2'],
    ['CYP2D6', '*1/*4, no other variants identified', '*1/*4'],
    ['CYP2D6', '*4/*4 (reference range: *1/*1)', '*4/*4'],
    ['CYP2D6', 'Reference range: *1/*1. Result: *4/*4', '*4/*4'],
    ['CYP2D6', '*1/*4; if poor metabolizer, choose another drug, e.g. *4/*4', '*1/*4'],
  ])('%s: %s: what else is denied leaves the genotype', (gene, text, diplotype) => {
    const [reading] = read(genotype(gene, text)).readings
    expect([reading?.use, reading?.genotype.diplotype]).toEqual(['act', diplotype])
  })
})
