import type { Problem, RawFiles } from './read-rule-files.ts'

/** Files in their own schema, and the patterns of files of which there are many. */
const KNOWN = [
  /^(sources|phenoconversion|actions|loinc|phenotypes|cpic-pairs)\.json$/,
  /^drugs\/(ingredients|products|codes)\.json$/,
  /^genes\/[A-Z0-9-]+(\.variants)?\.json$/,
  /^guidance\/[a-z0-9-]+\.json$/,
  /^(populations|test-first|alternatives|drug-classes|wording|moments|gene-names|genomic-codes|variant-terms|acmg-sf|case-layouts|notes-context|notes-targets|social-history|surveys|family-history)\.json$/,
  /^(device-codes|cgm)\.json$/,
  /^(lab-groups|omics)\.json$/,
]

/** Members of the tables that no schema of another room holds. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  'other-genes.json': ['about', 'rows'],
  'special.json': ['about', 'source', 'groups', 'testsVerified', 'entries', 'tests'],
}

const memberProblems = (file: string, content: unknown, members: readonly string[]): Problem[] =>
  content === null || typeof content !== 'object' || Array.isArray(content)
    ? [{ file, row: '-', problem: 'not an object' }]
    : Object.keys(content)
        .filter((member) => !members.includes(member))
        .map((member) => ({ file, row: member, problem: 'unknown member: nobody reads it' }))

/** Files and members that nobody reads: a misspelt name would otherwise take its rows out of use without a word. */
export const checkFiles = ({ files }: RawFiles): Problem[] =>
  [...files].flatMap(([file, content]) => {
    const members = MEMBERS[file]
    if (members) return memberProblems(file, content, members)
    return KNOWN.some((pattern) => pattern.test(file)) ? [] : [{ file, row: '-', problem: 'not a file of the rules: nobody reads it' }]
  })
