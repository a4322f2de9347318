/** The calls of @lhncbc/ucum-lhc that `units.ts` uses; the package has no types of its own. */
declare module '@lhncbc/ucum-lhc' {
  export type ConversionOptions = { readonly molecularWeight?: number; readonly charge?: number }

  export class UcumLhcUtils {
    static getInstance(): UcumLhcUtils
    convertUnitTo(
      from: string,
      value: number,
      to: string,
      options?: ConversionOptions,
    ): { readonly status: string; readonly toVal: number | null }
    validateUnitString(unit: string): { readonly status: string; readonly ucumCode: string | null }
  }
}
