/**
 * A chance as so many of 100 people. Natural frequencies with one denominator throughout, and the whole group drawn beside the affected
 * part, are what risk communication advises: Trevena LJ et al., Presenting quantitative information about decision outcomes, BMC Med
 * Inform Decis Mak 2013;13 Suppl 2:S7, doi:10.1186/1472-6947-13-S2-S7 (no "1 in x", no changing denominators); IPDAS update:
 * Trevena LJ et al., Med Decis Making 2021;41:834-848. Below half of 1 of 100 it is said to be fewer than 1, and the percentage stands beside it.
 */
export const OF = 100

/** Null for what is no chance. */
export const ofHundred = (percent: number): number | null => (percent >= 0 && percent <= 100 ? Math.round(percent) : null)
