import { build, orExit } from './ready.mjs'

// `npm run soak -- --minutes 30`
await orExit(build())
await import('../dist/tools/soak/soak.js')
