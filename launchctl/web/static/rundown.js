// The rundown: every cue with its instants, its state in a word, and what may be done.
import { button, call, can } from './calls.js';
import { instant, span } from './clock.js';
import { whatOf, whenOf } from './desk.js';
import { $, h, keep, pill, word } from './dom.js';

const SKIPS = new Set(['pending', 'standby', 'waiting', 'held', 'parked']);
const FIRES = new Set(['pending', 'standby', 'parked', 'skipped', 'failed']);
const OVER = new Set(['done', 'skipped', 'not_taken', 'idle']);
const ASKS = new Set(['parked', 'failed', 'in_doubt', 'held']);

export function drawRundown(status, wall) {
  const closed = ['closing', 'complete', 'aborted'].includes(status.state);
  const holding = status.state === 'holding';
  const posting = new Set(status.posts.map((post) => post.cue));
  const found = new Map(status.posts.filter((post) => post.found)
    .map((post) => [post.cue, { ...post.found, account: post.account }]));
  const doubts = new Map((status.doubts ?? []).map((doubt) => [doubt.cue, doubt]));
  keep($('cues'), status.cues.map((cue) => [
    `${cue.procedure ?? ''}/${cue.cue}`,
    { ...cue, closed, holding, posts: posting.has(cue.cue), found: found.get(cue.cue) ?? null,
      doubt: doubts.get(cue.cue) ?? null },
    (value) => cueRow(value, wall),
  ]));
}

function cueRow(cue, wall) {
  const classes = ['li', 'cue'];
  if (cue.state === 'standby') classes.push('is-standby');
  if (OVER.has(cue.state)) classes.push('is-over');
  const name = h('span.name', null, cue.cue,
    cue.procedure && h('span.procedure', null, ` ${word('procedure', cue.procedure)}`),
    cue.take > 1 ? h('span.procedure', null, ` ${word('take', cue.take)}`) : null,
    h('span.what', null, about(cue)),
    cue.reason && !cue.doubt && h('span.why', null, cue.reason),
    cue.doubt && h('span.why', null, doubtText(cue.doubt, wall)));
  return h(classes.join('.'), null, h('span', null, pill(cue.state)), name,
    at('planned', plannedText(cue, wall)),
    at('due', cue.due && wall(instant(cue.due))),
    at('fired', cue.fired && exact(cue.fired, wall)),
    at('late', lateText(cue.late_by_s)),
    ...actions(cue));
}

/** What may have left: since when, what the far end shows, and for how long it is read. */
function doubtText(doubt, wall) {
  const since = wall(instant(doubt.sent ?? doubt.decided));
  const known = doubt.until ? word('doubt_read', wall(instant(doubt.until))) : word('doubt_settle');
  return [word('doubt_since', since), doubt.account, doubt.detail, known]
    .filter(Boolean).join(' · ');
}

/** As planned; and where it is expected otherwise, that too, below it. */
function plannedText(cue, wall) {
  if (cue.fired || !cue.expected) return cue.planned && wall(instant(cue.planned));
  const planned = cue.planned && wall(instant(cue.planned));
  const expected = wall(instant(cue.expected));
  return planned === expected ? planned : `${planned ? `${planned}\n` : ''}→ ${expected}`;
}

/** What it does, by whom; and when, as the runbook says it, if no instant does. */
const about = (cue) => [!cue.planned && !cue.fired && whenOf(cue.cue), whatOf(cue.cue),
  cue.by && word('by', cue.by)].filter(Boolean).join(' · ');

const at = (label, text) =>
  h(`span.at.digits${text ? '' : '.void'}`, null, h('b', null, word(label)), text || '');

/** To the millisecond: "20:30:00.012". */
const exact = (text, wall) => `${wall(instant(text))}.${(text.split('.')[1] ?? '000').slice(0, 3)}`;

function lateText(late_by_s) {
  if (late_by_s === null || late_by_s === undefined) return '';
  if (late_by_s >= 10) return `+${span(Math.round(late_by_s))}`;
  return late_by_s >= 0.1 ? `+${late_by_s.toFixed(1)} s` : `${(late_by_s * 1000).toFixed(1)} ms`;
}

/** What is asked of a person stands open; what is merely possible, behind "...". */
function actions(cue) {
  const mine = buttons(cue);
  if (!mine.length) return [h('span.acts')];
  if (ASKS.has(cue.state)) return [h('span.acts'), h('span.acts.wide', null, mine)];
  return [h('span.acts', null, h('details.more', null,
    h('summary', { 'aria-label': word('more', cue.cue), 'data-act': 'more' }, '⋯'),
    h('div.menu', null, mine)))];
}

function buttons(cue) {
  const mine = [];
  const add = (verb, label, args) => mine.push(button(word(label), {
    act: verb + label, sure: true, name: `${word(label)}: ${cue.cue}`,
    press: () => call(verb, cue.cue, args),
  }));
  const addWithUrl = (verb, label, args) => mine.push(button(word(label), {
    act: verb + label, name: `${word(label)}: ${cue.cue}`,
    press: () => {
      const url = prompt(word('ask_url'));
      if (url?.trim()) call(verb, cue.cue, { ...args, url: url.trim() });
    },
  }));
  const steers = can('go') || can('post');
  if (cue.state === 'in_doubt' && can('post')) {
    if (cue.posts) addWithUrl('settle', 'sent_button', { outcome: 'sent' });
    else add('settle', 'done_button', { outcome: 'sent' });
    add('settle', cue.posts ? 'not_sent_button' : 'not_done_button', { outcome: 'not-sent' });
  }
  if (cue.closed) return mine;
  if ((cue.undo === 'offered' || cue.undo === 'failed') && (can('go') || can('counter'))) {
    add('undo', 'undo_button');
  }
  if (FIRES.has(cue.state) && steers) add('fire', 'fire');
  if (SKIPS.has(cue.state) && steers) add('skip', 'skip');
  if (can('retime') && !cue.procedure) {
    const list = (verb) => mine.push(button(word(verb), {
      act: verb, name: `${word(verb)}: ${cue.cue}`, press: () => call(verb, cue.cue),
    }));
    if (SKIPS.has(cue.state)) list('jump');
    if (cue.fired && cue.holding) list('recycle');
  }
  if (cue.state === 'parked' && cue.posts && can('post')) {
    if (cue.found) {
      const { url, id, account } = cue.found;
      mine.unshift(button(word('adopt_found_button'), {
        act: 'adopt-found', kind: 'primary', name: `${word('adopt_found_button')}: ${cue.cue}`,
        press: () => call('adopt', cue.cue, { url, id, account }),
      }));
    }
    addWithUrl('adopt', 'adopt_button');
  }
  return mine;
}
