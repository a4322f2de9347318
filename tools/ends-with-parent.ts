/**
 * Loaded into what a tool starts (`node --import`, with a channel to the parent process): when that ends, however it ends, this process
 * ends, too. No server of a run that was killed stays behind.
 */
const end = (): void => void process.kill(process.pid, 'SIGKILL')

process.once('disconnect', end)
process.channel?.unref()
if (!process.connected) end()
