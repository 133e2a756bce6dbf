// /stage: the presenter's clock, what comes next, and the last word to them.
import { Clock, instant, span, tText, wallClock } from './clock.js';
import { $, data, say, word } from './dom.js';
import { listen } from './feed.js';

const STALE_MS = 3000;
const MEASURE_MS = 60000;
const OVER = new Set(['complete', 'aborted']);

const clock = new Clock();
const wall = wallClock(data.zone, data.lang);
let status = null;
let heard = performance.now();
let lost = false;

measure();
setInterval(measure, MEASURE_MS);
setInterval(tick, 100);
listen(hear);

function measure() {
  clock.measure().catch(() => {});
}

async function hear({ kind, data: told }) {
  lost = kind === 'lost';
  if (lost) {
    const answer = await fetch('/api/v1/me', { cache: 'no-store' }).catch(() => null);
    if (answer?.status === 401) location.replace('/login');
    return;
  }
  if (kind !== 'open') heard = performance.now();
  if (kind === 'status') status = told;
}

function tick() {
  const silent_ms = performance.now() - heard;
  const stale = lost || silent_ms > STALE_MS;
  $('stale').hidden = !stale;
  if (stale) say($('stale'), lost ? word('lost') : word('stale', Math.floor(silent_ms / 1000)));
  document.body.toggleAttribute('data-stale', stale);
  const now = clock.now();
  if (now !== null) say($('local'), wall(now));
  if (!status) return;
  const stands = status.state === 'holding' || OVER.has(status.state);
  const passed_s = now === null || stands ? 0 : Math.max(0, (now - instant(status.at)) / 1000);
  say($('t'), tText(status.t_s === null ? null : status.t_s + passed_s));
  const holds = status.holds.map((hold) => hold.name).join(', ');
  say($('hold'), holds ? word('stage_hold', holds) : '');
  say($('said'), status.said?.stage?.text ?? '');
  drawNext(now);
}

function drawNext(now) {
  const running = (status.segments ?? []).find((segment) => segment.state === 'running');
  const ends = instant(running?.expected_end ?? null);
  const until = ends === null ? '' : ` ${word('until', wall(ends))}`;
  say($('segment'), running ? `${running.segment}${until}` : '');
  const cue = status.cues.find((one) => one.cue === status.next[0]);
  const at = instant(cue?.due ?? cue?.expected ?? cue?.planned);
  const soon = at !== null && now !== null && at > now && status.state !== 'holding'
    ? ` ${word('next_in', span((at - now) / 1000))}` : '';
  say($('next'), cue ? `${cue.cue}${soon}` : '');
}
