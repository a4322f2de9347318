/** A rule of calling that is not a definition row, with the place where it was read. */
export type CallingMethods = {
  /** Bases at defining positions that no definition knows count as reference: the variants that are known concern toxicity. */
  readonly undocumented?: 'reference'
  /** Unphased ties of this gene and the diplotype that is picked. */
  readonly priorities?: readonly { readonly pick: string; readonly over: readonly string[] }[]
  readonly proxy?: { readonly marker: number; readonly decider: number; readonly both: string; readonly deciderOnly: string }
  /** Alleles that are combinations by name and take no part in further combinations. */
  readonly notCombined?: readonly string[]
  /** One position that a guideline allows to be used alone when no diplotype fits. */
  readonly singleSite?: { readonly pos: number; readonly basis: string }
  readonly basis: readonly string[]
}

const MATCHER = 'PharmCAT documentation, Named Allele Matcher 201, Undocumented Variations'
const EXCEPTIONS = 'PharmCAT documentation, Gene Definition Exceptions'
const REFERENCE = { undocumented: 'reference', basis: [MATCHER] } as const

/** PharmCAT documentation, unphasedPriorities-NAT2: the first diplotype of a line is picked where all of the line fit. */
const NAT2_TIES = `
*1/*6 *4/*34
*1/*7 *4/*40
*1/*14 *4/*46
*1/*36 *6/*44
*1/*49 *5/*41
*4/*5 *1/*16
*4/*45 *1/*54
*4/*49 *16/*41
*4/*69 *5/*27
*5/*6 *1/*30 *16/*34
*5/*7 *16/*40
*5/*14 *16/*46 *4/*29
*5/*15 *30/*46 *6/*29
*5/*36 *30/*44
*5/*46 *1/*29
*5/*54 *16/*45
*6/*14 *4/*15
*6/*16 *4/*30
*6/*45 *34/*54
*6/*46 *1/*15 *14/*34
*6/*49 *30/*41
*7/*34 *6/*40
*7/*45 *40/*54
*7/*46 *14/*40
*14/*45 *46/*54
*14/*69 *27/*29
*15/*16 *14/*30
*36/*46 *15/*44
*46/*49 *29/*41`

const prioritiesOf = (lines: string) =>
  lines
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([pick = '', ...over]) => ({ pick, over }))

/** Per gene; genes that are not here are called by their definitions alone. */
export const CALLING_METHODS: Readonly<Record<string, CallingMethods>> = {
  CACNA1S: REFERENCE,
  DPYD: {
    undocumented: 'reference',
    proxy: { marker: 97573863, decider: 97579893, both: 'c.1129-5923C>G, c.1236G>A (HapB3)', deciderOnly: 'c.1129-5923C>G' },
    basis: [MATCHER, `${EXCEPTIONS}, Calling the HapB3 allele`],
  },
  G6PD: REFERENCE,
  NAT2: {
    priorities: prioritiesOf(NAT2_TIES),
    basis: ['PharmCAT documentation, unphasedPriorities-NAT2', 'PharmCAT 3.1.1, required positions of the gene'],
  },
  NUDT15: REFERENCE,
  RYR1: REFERENCE,
  SLCO1B1: {
    singleSite: { pos: 21178615, basis: 'CPIC 2022 (PMID 35152405): c.521T>C (rs4149056) can be genotyped alone' },
    basis: [`${EXCEPTIONS}, SLCO1B1`],
  },
  TPMT: REFERENCE,
  UGT1A1: { notCombined: ['*80+*28', '*80+*37'], basis: ['PharmCAT documentation, Calling UGT1A1'] },
}
