/** Entry point of containers and benchmarks: the command line without the installer in front of it; without a verb the server. */
import { main } from './main.ts'

const words = process.argv.slice(2)
process.exitCode = await main(words.length > 0 ? words : ['serve'])
