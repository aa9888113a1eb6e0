// A progress bar on one line of a terminal: rows done, rate, time left. Log lines go above it.

export interface ProgressBar {
  /** Rows still to do; 0 takes the bar away and begins anew. Until it is called nothing is drawn. */
  setRemaining(rows: number): void
  /** Rows that are done. */
  add(rows: number): void
  /** Takes the bar off the line, runs `write`, and draws it again. */
  above(write: () => void): void
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

/** Draws nothing where `output` is not a terminal. */
export function createProgressBar(output: Output, now: () => number = Date.now): ProgressBar {
  let started = now()
  let total = 0
  let done = 0
  let drawnAt = Number.NEGATIVE_INFINITY
  let visible = false

  function erase(): void {
    if (visible) output.write('\r\x1b[K')
    visible = false
  }

  function draw(): void {
    // Ten times a second is as fast as anyone reads.
    if (!output.isTTY || total === 0 || (done < total && now() - drawnAt < 100)) return
    erase()
    output.write(renderProgress({ done, total, seconds: (now() - started) / 1_000 }, output.columns ?? 80))
    drawnAt = now()
    visible = true
  }

  return {
    setRemaining(rows) {
      total = done + rows
      if (rows > 0) return draw()
      erase()
      total = 0
      done = 0
      started = now()
    },
    add(rows) {
      done += rows
      if (total > 0) total = Math.max(total, done)
      draw()
    },
    above(write) {
      const redraw = visible
      erase()
      write()
      drawnAt = Number.NEGATIVE_INFINITY
      if (redraw) draw()
    },
  }
}

interface Progress {
  readonly done: number
  readonly total: number
  readonly seconds: number
}

/** `━━━━━━──────  1,200/2,400 rows  50 %  310/s  4 s left`, no longer than `columns`. */
export function renderProgress({ done, total, seconds }: Progress, columns: number): string {
  const rate = seconds > 0 ? done / seconds : 0
  const left = rate > 0 ? `  ${formatSeconds((total - done) / rate)} left` : ''
  const percent = total > 0 ? Math.floor((100 * done) / total) : 100
  const text = `  ${count(done)}/${count(total)} rows  ${percent} %  ${count(Math.round(rate))}/s${left}`
  const width = Math.max(0, Math.min(30, columns - text.length - 1))
  const filled = total > 0 ? Math.round((width * done) / total) : width
  return ('━'.repeat(filled) + '─'.repeat(width - filled) + text).slice(0, columns - 1)
}

const count = (rows: number): string => rows.toLocaleString('en-US')

/** 5 → `5 s`, 75 → `1 min 15 s`, 7300 → `2 h 2 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  if (whole < 172_800) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
  return `${Math.floor(whole / 86_400)} days`
}
