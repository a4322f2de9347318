import { runScreen } from './screen/run-screen.ts'
import type { Verb, VerbInput } from './verb.ts'

const RUN: Readonly<Record<string, () => Promise<(input: VerbInput) => Promise<number>>>> = {
  worker: async () => (await import('./screen/run-worker.ts')).runWorker,
  export: async () => (await import('./screen/run-export.ts')).runExport,
}

const USAGE = `attune screen FOLDER --out DIR [options]     screen a FHIR Bulk Data export (NDJSON, also .gz)
       attune screen worker --redis URL             do parts of screenings that other machines begin
       attune screen export --fhir URL --out DIR [options]   fetch an export from a FHIR server

  --out DIR            folder of the results; the same command again takes up a run that was broken off
  --workers N          processes on this machine (default: one for each core)
  --redis URL          give the parts to workers on the queue instead; --redis-prefix NAME
  --ahead none|conditions|all
                       drugs that are not taken: none; those whose guidance names a condition of the record (default); all
  --models all|none|ID,ID
                       models that are asked about every patient (default all)
  --now INSTANT        read records as of then (default: the start of the run)
  --max-line-mb N      longest line (default 16)
  --max-record-mb N    largest record of one patient (default 64)
  --part-kb N          NDJSON in one part, which is what a worker holds in memory (default 8000)
  --dry-run            say what would be read, and write nothing
  --restart            throw away what a run left in --out
  --json               the summary as JSON

  Of export (SMART Backend Services, Bulk Data Access):
  --client-id ID --key FILE [--kid NAME]   who asks; private key as PEM or JWK (RS384, ES384); or --no-token
  --token-url URL      token endpoint (default: by discovery, where it is on the FHIR server's own host)
  --scope TEXT         default system/*.rs
  --group ID | --system   which patients (default: all patients)
  --types A,B          resource types (default: those that screening reads)
  --since INSTANT      only what changed since
  --file-host URL      host of the files where it is another one (may be repeated)
  --wait-minutes N     how long to wait for the server (default 1440)
  --max-file-gb N      largest file (default 50)
  --keep               do not tell the server that its files may go

Exit status: 0 done; 1 done, but lines or files could not be used; 2 wrong use or unreadable input.`

/** `attune screen`: the whole line over an export, for a pharmacist (docs/screening.md). */
export const screen: Verb = {
  name: 'screen',
  summary: 'Screen a whole population: a FHIR Bulk Data export to a worklist for pharmacists',
  usage: USAGE,
  options: {
    out: { type: 'string' },
    workers: { type: 'string' },
    redis: { type: 'string' },
    'redis-prefix': { type: 'string' },
    ahead: { type: 'string' },
    models: { type: 'string' },
    now: { type: 'string' },
    'max-line-mb': { type: 'string' },
    'max-record-mb': { type: 'string' },
    'part-kb': { type: 'string' },
    'dry-run': { type: 'boolean' },
    restart: { type: 'boolean' },
    fhir: { type: 'string' },
    'client-id': { type: 'string' },
    key: { type: 'string' },
    kid: { type: 'string' },
    'no-token': { type: 'boolean' },
    'token-url': { type: 'string' },
    scope: { type: 'string' },
    group: { type: 'string' },
    system: { type: 'boolean' },
    types: { type: 'string' },
    since: { type: 'string' },
    'file-host': { type: 'string', multiple: true },
    'wait-minutes': { type: 'string' },
    'max-file-gb': { type: 'string' },
    keep: { type: 'boolean' },
  },
  run: async (input) => {
    const [word = '', ...rest] = input.positionals
    const load = Object.hasOwn(RUN, word) ? RUN[word] : undefined
    return load ? (await load())({ ...input, positionals: rest }) : runScreen(input)
  },
}
