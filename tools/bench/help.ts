/** Loaded by each program before anything else: `--help` is answered, and nothing is measured. */
const HELP = `npm run bench [-- PROGRAM] [-- OPTIONS]

Without a program: hook calls against bare Express with the same bodies in the same run, and the verdicts on P1 to P15; some six minutes.
  --quick   a slice of it in seconds
  --write   puts the tables into docs/

Programs:
  overload    calls at several times capacity: --seconds 300 --times 5
  inference   models against a bare loop of ONNX Runtime
  trees       reasons of tree models
  calling     star alleles from VCF
  app         the app in a browser
  screen      screening of a population

Seconds a round: BENCH_SECONDS (3). Judge by ratios and CPU, not by milliseconds: client and server share the machine.
`

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP)
  process.exit(0)
}
