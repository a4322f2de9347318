#!/usr/bin/env node
import { build, orExit } from './ready.mjs'

await orExit(build())
const { main } = await import('../dist/server/main.js')
process.exitCode = await main(process.argv.slice(2))
