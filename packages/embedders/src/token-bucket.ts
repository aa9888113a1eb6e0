// Tokens per minute: a bucket that fills evenly, and that a call waits for.
import { sleep } from './clock.ts'

export interface TokenBucket {
  /** Waits until `tokens` are there and takes them; more than a minute's worth waits for a full bucket. */
  take(tokens: number, signal: AbortSignal | undefined): Promise<void>
  /** Gives back what an estimate was too high by; takes what it was too low by. */
  correct(tokens: number): void
}

/** A bucket of `perMinute` tokens, full at first. Callers take turns: of two at once the smaller would always win. */
export function createTokenBucket(perMinute: number): TokenBucket {
  const perMillisecond = perMinute / 60_000
  let level = perMinute
  let filledAt = Date.now()

  function fill(): void {
    const now = Date.now()
    level = Math.min(perMinute, level + (now - filledAt) * perMillisecond)
    filledAt = now
  }

  return {
    async take(tokens, signal) {
      const needed = Math.min(tokens, perMinute)
      fill()
      while (level < needed) {
        await sleep(Math.ceil((needed - level) / perMillisecond), signal)
        fill()
      }
      level -= tokens
    },
    correct(tokens) {
      fill()
      level = Math.min(perMinute, level + tokens)
    },
  }
}
