// The open page: polls one small document that caches serve; the countdown runs here.
import { hms, instant } from './clock.js';
import { $, data, h, keep, say, word } from './dom.js';

const POLL_MS = 2000;
const STALE_MS = 10000;
const number = new Intl.NumberFormat(data.lang);

let shown = null;
let etag = null;
let heard = performance.now();
/** The server's wall clock less ours, in ms. Answers are old, never from the future, and
    their Date has whole seconds: the largest difference seen is the truest. */
let ahead_ms = null;

poll();
setInterval(tick, 200);

async function poll() {
  try {
    const answer = await fetch('/api/v1/public', {
      headers: etag ? { 'If-None-Match': etag } : {}, credentials: 'omit', cache: 'no-store',
    });
    if (answer.ok || answer.status === 304) {
      heard = performance.now();
      learnClock(answer.headers);
    }
    if (answer.ok) {
      etag = answer.headers.get('ETag');
      shown = await answer.json();
      draw();
    }
  } catch { /* the band says it once it has lasted */ }
  setTimeout(poll, POLL_MS * (0.75 + Math.random() / 2));
}

function learnClock(headers) {
  const date = Date.parse(headers.get('Date') ?? '');
  if (Number.isNaN(date)) return;
  const server = date + 1000 * Number(headers.get('Age') ?? 0);
  const difference = server - Date.now();
  if (ahead_ms === null || difference > ahead_ms || difference < ahead_ms - 5000) {
    ahead_ms = difference;
  }
}

/** The run's clock, in ms since the epoch. */
function now() {
  const wall = Date.now() + (ahead_ms ?? 0);
  const { now: there, wall: then, speed } = shown.clock;
  return instant(there) + (wall - instant(then)) * speed;
}

function draw() {
  $('rehearsal').hidden = !shown.rehearsal;
  $('counter').hidden = !shown.counter;
  if (shown.counter) {
    say($('units'), number.format(shown.counter.units));
    $('frozen').hidden = shown.counter.state !== 'frozen';
    document.querySelector('.figure small').hidden = shown.counter.rounded_down_to === 1;
  }
  const watch = /^https?:\/\//.test(shown.player?.watch ?? '') ? shown.player.watch : null;
  $('watch').hidden = !watch;
  if (watch) $('watch-link').href = watch;
  $('no-posts').hidden = shown.posts.length > 0;
  keep($('posts'), shown.posts.map((post, i) => [post.url ?? i, post, postItem]));
  tick();
}

function postItem(post) {
  const link = /^https?:\/\//.test(post.url ?? '')
    ? h('a', { href: post.url, rel: 'noopener noreferrer' }, word('public_open', post.network)) : post.network;
  return h('li', null, h('p.head', null, h('b', null, `@${post.handle}`), h('span', null, link)),
    h('p.text', null, post.text));
}

function tick() {
  const stale = performance.now() - heard > STALE_MS;
  $('stale').hidden = !stale;
  document.body.toggleAttribute('data-stale', stale);
  if (!shown) return;
  const left_s = shown.t_s !== null ? -shown.t_s
    : shown.t0 === null ? null : (instant(shown.t0) - now()) / 1000;
  const live = shown.state === 'live' || (shown.state === 'counting' && left_s !== null && left_s <= 0);
  const state = live ? 'live' : shown.state;
  document.body.toggleAttribute('data-live', live);
  say($('state'), word(`public_${state}`));
  const counts = left_s !== null && left_s > 0 && ['counting', 'scheduled', 'hold'].includes(state);
  $('count').hidden = !counts;
  if (counts) say($('count'), hms(Math.ceil(left_s), true));
  say($('when'), counts && shown.t0 && state !== 'hold' ? local(shown.t0) : '');
}

const local = (t0) => new Intl.DateTimeFormat(data.lang,
  { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric',
    minute: '2-digit', timeZoneName: 'short' }).format(instant(t0));
