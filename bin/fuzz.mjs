import { build, orExit } from './ready.mjs'

// `npm run fuzz -- --cases 10000 --seed 1 --minutes 30 --only calls`
await orExit(build())
await import('../dist/tools/fuzz/fuzz.js')
