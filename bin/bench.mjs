import { build, orExit } from './ready.mjs'

// `npm run bench` measures hook calls, `npm run bench -- inference` the models.
await orExit(build())
await import(process.argv[2] === 'inference' ? '../dist/tools/bench/inference.js' : '../dist/tools/bench/bench.js')
