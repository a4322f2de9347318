import { build, orExit } from './ready.mjs'

await orExit(build())
