import { build, orExit } from './ready.mjs'

// `npm run bench` measures hook calls, `npm run bench -- inference` the models, `npm run bench -- trees` the reasons of trees.
const PROGRAMS = { inference: 'inference', trees: 'trees' }

await orExit(build())
await import(`../dist/tools/bench/${PROGRAMS[process.argv[2]] ?? 'bench'}.js`)
