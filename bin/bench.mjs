import { build, orExit } from './ready.mjs'

await orExit(build())
await import('../dist/tools/bench/bench.js')
