// /crew: the live rundown. The status that the feed brings is the only truth; what runs
// here between two frames is the clocks.
import { prepareCalls } from './calls.js';
import { Clock, instant, tText, wallClock } from './clock.js';
import { drawControls, drawNext, drawStandby, focusGo } from './desk.js';
import { $, data, say, word } from './dom.js';
import { listen } from './feed.js';
import { drawLog, drawPanels } from './panels.js';
import { drawRundown } from './rundown.js';

const STALE_MS = 3000;
const DRIFT_MS = 500;
const MEASURE_MS = 60000;
const OVER = new Set(['complete', 'aborted']);

const clock = new Clock();
const wall = wallClock(data.zone, data.lang);
let status = null;
/** Several a minute all evening, and the counter says it: they would hide the rest. */
const ROUTINE = new Set(['orders_seen']);
let lines = [];
let heard = performance.now();
let lost = false;
let drawing = false;

prepareCalls(clock, () => status?.seq ?? null);
measure();
setInterval(measure, MEASURE_MS);
setInterval(tick, 100);
listen(hear);
document.addEventListener('visibilitychange', () => document.hidden || measure());
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, textarea');
  if (event.key.toLowerCase() === 'g' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    focusGo();
  }
});

function measure() {
  clock.measure().catch(() => {});
}

function hear({ kind, data: said }) {
  if (kind === 'lost') {
    lost = true;
    checkKey();
    return;
  }
  lost = false;
  if (kind === 'open') return;
  heard = performance.now();
  if (kind === 'status') status = said;
  if (kind === 'line' && !ROUTINE.has(said.event) && !lines.some((line) => line.seq === said.seq)) {
    lines = [...lines, said].slice(-60);
  }
  if (kind === 'ping') checkDrift(instant(said.now));
  if (!drawing && kind !== 'ping') {
    drawing = true;
    queueMicrotask(draw);
  }
}

/** The computer slept, or its clock was slewed: measure again. */
function checkDrift(now_ms) {
  const mine = clock.now();
  if (mine !== null && Math.abs(mine - now_ms) > DRIFT_MS * clock.speed) measure();
}

/** A key that was revoked ends here, not in endless reconnecting. */
async function checkKey() {
  const answer = await fetch('/api/v1/me', { cache: 'no-store' }).catch(() => null);
  if (answer?.status === 401) location.replace('/login');
}

function draw() {
  drawing = false;
  drawLog(lines, wall);
  if (!status) return;
  const state = $('show-state');
  state.dataset.s = status.state;
  const verdict = status.verdict ? ` · ${word(`verdict_${status.verdict}`)}` : '';
  say(state, word(`state_${status.state}`) + verdict);
  $('rehearsal').hidden = !status.rehearsal;
  tellTrouble(status.health);
  drawStandby(status);
  drawControls(status);
  drawRundown(status, wall);
  drawPanels(status, wall);
  tick();
}

/** What nobody may overlook: no conductor, no room for the journal. */
function tellTrouble(health) {
  const bad = ['conductor', 'disk'].map((name) => health[name])
    .filter((each) => each?.level === 'bad').map((each) => each.text);
  $('trouble').hidden = bad.length === 0;
  say($('trouble'), bad.join(' · '));
}

function tick() {
  tellLink();
  const now = clock.now();
  if (now !== null) say($('local'), wall(now));
  if (!status) return;
  const passed_s = now === null ? 0 : Math.max(0, (now - instant(status.at)) / 1000);
  const holding = status.state === 'holding';
  const over = OVER.has(status.state);
  const runs = !holding && !over;
  const t_s = status.t_s === null ? null : status.t_s + (runs ? passed_s : 0);
  const l_s = status.l_s === null ? null : status.l_s + (over ? 0 : passed_s);
  say($('t'), tText(t_s));
  say($('l'), tText(l_s, 'L'));
  $('t-box').toggleAttribute('data-holds', holding);
  $('t-box').toggleAttribute('data-over', over);
  say($('t-note'), tNote(holding, t_s));
  drawNext(status, now);
}

function tNote(holding, t_s) {
  if (holding) return `${word('t_holds')}: ${status.holds.map((hold) => hold.name).join(', ')}`;
  return t_s === null ? word('t_unset') : '';
}

function tellLink() {
  const silent_ms = performance.now() - heard;
  const stale = silent_ms > STALE_MS;
  const band = $('stale');
  band.hidden = !(lost || stale);
  if (lost) say(band, word('lost'));
  else if (stale) say(band, word('stale', Math.floor(silent_ms / 1000)));
  document.body.toggleAttribute('data-stale', lost || stale);
  const link = lost || stale ? 'lost' : status ? 'live' : 'connecting';
  $('link').dataset.link = link;
  say($('link-text'), linkText(link));
}

/** How far this computer's clock is from the run's: with the sign it has to be read. */
function linkText(link) {
  if (link === 'connecting') return word('connecting');
  if (link === 'lost') return word('not_live');
  if (clock.offset_ms === null) return word('live');
  const offset = clock.offset_ms;
  if (clock.speed !== 1) return `${word('live')} · ${clock.speed}x`;
  // A rehearsal may play on another day: that is no fault of this computer's clock.
  if (Math.abs(offset) > 86400000) return word('live');
  const text = Math.abs(offset) < 1000 ? `${Math.round(offset)} ms` : `${(offset / 1000).toFixed(1)} s`;
  return `${word('live')} · ${word('clock_offset', (offset > 0 ? '+' : '') + text)}`;
}
