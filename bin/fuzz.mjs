import { build, orExit } from './ready.mjs'

const HELP = `npm run fuzz [-- OPTIONS]

Hostile requests by the thousand at a real server in a process of its own: each must be answered 200 or 4xx without telling anything, hold
the event loop for less than 200 ms, and leave no memory behind. A failing case is told by its seed and by what was changed, never by content.

  --cases 10000    how many, besides the corpus
  --seed 1         the same seed gives the same cases
  --minutes 120    ends earlier, and says so
  --patients 6     sandbox patients that are changed
  --only KIND      calls, records, api, feedback, corpus or 'tokens and headers'
`

if (process.argv.includes('--help') || process.argv.includes('-h')) process.stdout.write(HELP)
else {
  await orExit(build())
  await import('../dist/tools/fuzz/fuzz.js')
}
