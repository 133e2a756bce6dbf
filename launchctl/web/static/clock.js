// The run's clock in the browser. N is counted on performance.now() from a measured
// offset; the computer's own wall clock decides nothing.

/** "2016-04-01T03:30:00.000000Z" as milliseconds (with fraction) since the epoch. */
export const instant = (text) => (text ? Date.parse(text) : null);

export class Clock {
  #now_ms = null;
  #at = 0;
  speed = 1;
  /** N less this computer's wall clock, in ms; null before it was measured. */
  offset_ms = null;

  /** N now, in ms since the epoch; null before it was measured. */
  now() {
    if (this.#now_ms === null) return null;
    return this.#now_ms + (performance.now() - this.#at) * this.speed;
  }

  set(now_ms, at, speed) {
    this.#now_ms = now_ms;
    this.#at = at;
    this.speed = speed;
    this.offset_ms = this.now() - Date.now();
  }

  /** Ask five times; the quickest answer is the truest. */
  async measure() {
    let best = null;
    for (let i = 0; i < 5; i += 1) {
      const sent = performance.now();
      const answer = await fetch('/api/v1/clock', { cache: 'no-store' });
      if (!answer.ok) throw new Error(`clock: ${answer.status}`);
      const { now, speed } = await answer.json();
      const came = performance.now();
      if (!best || came - sent < best.trip) {
        best = { trip: came - sent, now, speed, at: (sent + came) / 2 };
      }
    }
    this.set(instant(best.now), best.at, best.speed);
  }
}

/** Seconds as "00:10:00"; whole seconds, towards the instant that is shown next. */
export function hms(seconds, days = false) {
  let rest = Math.abs(seconds);
  const day = days ? Math.floor(rest / 86400) : 0;
  rest -= day * 86400;
  const pair = (n) => String(Math.floor(n)).padStart(2, '0');
  const text = `${pair(rest / 3600)}:${pair((rest / 60) % 60)}:${pair(rest % 60)}`;
  return day ? `${day}d ${text}` : text;
}

/** The T clock: "T-00:10:00". T-0 is reached exactly when it first shows T+00:00:00. */
export function tText(t_s, letter = 'T') {
  if (t_s === null || t_s === undefined) return `${letter}-?`;
  const whole = t_s < 0 ? Math.ceil(-t_s) : Math.floor(t_s);
  return `${letter}${t_s < 0 ? '-' : '+'}${hms(whole)}`;
}

/** A span as people say it: "8 s", "2:05", "1:02:05". */
export function span(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const text = hms(whole);
  return text.startsWith('00:') ? text.slice(3) : text;
}

/** Wall times in the show's home zone. */
export function wallClock(zone, lang) {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
  let format;
  try {
    format = new Intl.DateTimeFormat(lang, { ...options, timeZone: zone ?? undefined });
  } catch {
    format = new Intl.DateTimeFormat(lang, options);
  }
  return (ms) => (ms === null ? '' : format.format(ms));
}
