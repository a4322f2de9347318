import { build, orExit } from './ready.mjs'

// `npm run bench` measures hook calls, `npm run bench -- inference` the models, `npm run bench -- trees` the reasons of trees, `npm run bench -- app` the app in a browser, `npm run bench -- screen` screening.
const PROGRAMS = { inference: 'inference', trees: 'trees', app: 'app', screen: 'screen' }

await orExit(build())
await import(`../dist/tools/bench/${PROGRAMS[process.argv[2]] ?? 'bench'}.js`)
