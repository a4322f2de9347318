/** Notices clocks that do not agree, for health and the log: EHRs whose tokens come out of time, and this machine's own clock. */
export type ClockWatch = {
  /** A token that the client did sign came `seconds` too late (above 0) or too early (below 0). */
  note(client: string, seconds: number): void
  /** What to tell the operator, without names of clients; null when all is well. */
  said(): string | null
}

const REMEMBERED_MS = 15 * 60_000
/** A clock that is set this far in one step was wrong before, or is wrong now. */
const JUMP_MS = 60_000

type Clocks = { readonly wall: () => number; readonly monotonic: () => number }
const MACHINE: Clocks = { wall: Date.now, monotonic: () => performance.now() }

const sayClients = (count: number): string =>
  `tokens of ${count === 1 ? 'one client' : `${count} clients`} were signed properly and came out of time: compare the clocks`

export const makeClockWatch = (warn: (detail: object) => void, { wall, monotonic }: Clocks = MACHINE): ClockWatch => {
  const begun = { wall: wall(), monotonic: monotonic() }
  const outOfTime = new Map<string, number>()
  const jumped = (): string | null => {
    const by = wall() - begun.wall - (monotonic() - begun.monotonic)
    return Math.abs(by) > JUMP_MS ? `the clock of this machine was moved by ${Math.round(by / 1000)} s since the start` : null
  }
  return {
    note(client, seconds) {
      const last = outOfTime.get(client)
      outOfTime.set(client, monotonic())
      if (last === undefined || monotonic() - last > REMEMBERED_MS) warn({ client, seconds: Math.round(seconds) })
    },
    said() {
      for (const [client, at] of outOfTime) if (monotonic() - at > REMEMBERED_MS) outOfTime.delete(client)
      const parts = [...(outOfTime.size > 0 ? [sayClients(outOfTime.size)] : []), ...[jumped()].filter((one) => one !== null)]
      return parts.length > 0 ? parts.join('; ') : null
    },
  }
}
