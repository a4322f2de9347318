/** Words for how many of the copies carry a variant. */
export const ZYGOSITY = {
  homo: /(?<![a-z])hom(?:ozyg(?:ous|ote))?(?![a-z])/i,
  hetero: /(?<![a-z])het(?:erozyg(?:ous|ote))?(?![a-z])/i,
  hemi: /(?<![a-z])hemi(?:zygous)?(?![a-z])/i,
}

/** Words for the variant and for the usual base, where zygosity alone does not say which one is meant. */
export const VARIANT_WORD = /(?<![a-z])(?:variant|mutant|mutated|alternate)(?![a-z])/i
export const USUAL_WORD = /(?<![a-z])(?:wild[ -]?type|wt|hom(?:ozyg(?:ous|ote))?(?: for)?(?: the)? (?:normal|reference))(?![a-z])/i

/** Bases that follow a site's or a variant's name: `: G/A`, ` AA`, ` C|T`. */
export const BASES = /^[\s:=,()-]{0,6}([ACGT])\s?[/|]?\s?([ACGT])(?![A-Za-z0-9>])/
