/** Entry point of containers and benchmarks: the server without the installer in front of it. */
import { main } from './main.ts'

process.exitCode = await main(['serve'])
