import { build, orExit } from './ready.mjs'

const PROGRAMS = ['overload', 'inference', 'trees', 'app', 'screen', 'calling']

await orExit(build())
await import(`../dist/tools/bench/${PROGRAMS.find((name) => name === process.argv[2]) ?? 'bench'}.js`)
