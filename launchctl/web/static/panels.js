// The panels beside the rundown: holds, gates, posts, counter, stages and the rest.
import { button, call, can } from './calls.js';
import { instant, span } from './clock.js';
import { mayRelease, resumeButton } from './desk.js';
import { $, data, h, keep, pill, short, word } from './dom.js';

const roles = new Set(data.roles);
const number = new Intl.NumberFormat(data.lang);

export function drawPanels(status, wall) {
  drawTasks(status, wall);
  drawPromises(status, wall);
  drawSegments(status, wall);
  drawHolds(status, wall);
  drawGates(status, wall);
  list('posts', status.posts, (post) => `${post.cue}/${post.account}/${post.digest}`,
    (post) => postItem(post));
  list('said', Object.entries(status.said ?? {}), ([to]) => to, ([to, { text, at }]) =>
    h('div.item', null, h('div.row', null, h('b', null, word(`said_${to}`)),
      h('span.soft', null, wall(instant(at)))), h('span.warn', null, text)));
  if (!Object.keys(status.said ?? {}).length) only('said', word('nothing_said'));
  drawCounter(status);
  list('stages', status.stages, (stage) => stage.stage, stageItem);
  list('embargoes', status.embargoes.map((embargo) => ({
    ...embargo,
    others: embargo.others && { ...embargo.others, wall: wall(instant(embargo.others.at)) },
  })), (embargo) => embargo.name, embargoItem);
  list('accounts', Object.keys(data.handles).map((name) => ({
    name, silenced: status.silenced.includes(name) || status.silenced.includes('all'),
  })), ({ name }) => name, accountItem);
  list('figures', Object.entries(status.figures), ([name]) => name, figureItem);
  drawProcedures(status);
  drawAnswers(status);
  list('health', Object.entries(status.health), ([name]) => name, healthItem);
}

const list = (id, values, keyOf, make) =>
  keep($(id), values.map((value) => [keyOf(value), value, make]));

const only = (id, text) => keep($(id), [['', text, () => h('p.none', null, text)]]);

function drawPromises(status, wall) {
  const promises = status.promises ?? [];
  $('promises-panel').hidden = !promises.length;
  list('promises', promises, (promise) => promise.cue, (promise) => h('div.item', null,
    h('div.row', null, h('b', null, promise.promise),
      h('span.soft', null, `${promise.kept_by} · ${word('until', wall(instant(promise.due)))}`)),
    promise.why ? h('span.warn', null, promise.why) : null));
}

/** What people are asked to do; who does it says so, with what shows it. */
function drawTasks(status, wall) {
  const tasks = status.tasks ?? [];
  $('tasks-panel').hidden = !tasks.length;
  list('tasks', tasks, (task) => `${task.cue}/${task.what}`, (task) => {
    const row = h('div.row', null, h('b', null, task.cue),
      h('span.soft', null, `${task.who} · ${word('until', wall(instant(task.until)))}`));
    if (roles.has(task.who)) {
      row.append(h('span.push', null, button(word('task_done'), {
        act: 'confirm', name: `${word('task_done')}: ${task.cue}`,
        press: () => {
          const evidence = prompt(word('ask_evidence'));
          if (evidence?.trim()) call('confirm', task.cue, { evidence: evidence.trim() });
        },
      })));
    }
    return h('div.item', null, row, h('span', null, task.what));
  });
}

/** Over and under, by segment and for the whole show; what may be dropped can be. */
function drawSegments(status, wall) {
  $('segments-panel').hidden = !status.segments.length && !status.hard_out;
  const rows = status.segments.map((segment) => [segment.segment, segment,
    (value) => segmentItem(value, wall)]);
  rows.push(['', [status.over_s, status.hard_out], () => h('div.item', null,
    h('div.row', null, h('b', null, word('whole_show')), over(status.over_s)),
    status.hard_out && h(status.hard_out.late ? 'span.warn' : 'span.soft', null,
      word(status.hard_out.late ? 'hard_out_late' : 'hard_out', wall(instant(status.hard_out.at)))))]);
  keep($('segments'), rows);
}

function segmentItem(segment, wall) {
  const at = (text) => (text ? wall(instant(text)) : '?');
  const row = h('div.row', null, pill(segment.state), h('b', null, segment.segment),
    over(segment.over_s));
  if (segment.may_drop && can('go') && segment.state !== 'done' && segment.state !== 'dropped') {
    row.append(h('span.push', null, button(word('drop'), {
      act: 'drop', sure: true, name: `${word('drop')}: ${segment.segment}`,
      press: () => call('skip', segment.segment),
    })));
  }
  return h('div.item', null, row, h('span.soft', null,
    [segment.presenter, `${at(segment.expected_start)} – ${at(segment.expected_end)}`]
      .filter(Boolean).join(' · ')));
}

function over(seconds) {
  if (seconds === null) return null;
  if (Math.abs(seconds) < 1) return h('span.soft', null, word('on_time'));
  return seconds > 0 ? h('span.warn.digits', null, word('over', span(seconds)))
    : h('span.soft.digits', null, word('under', span(-seconds)));
}

function drawHolds(status, wall) {
  if (!status.holds.length) {
    only('holds', word('no_holds'));
    return;
  }
  list('holds', status.holds, (hold) => hold.name, (hold) => {
    const until = hold.until ? ` · ${word('until', wall(instant(hold.until)))}` : '';
    const row = h('div.row', null, h('b', null, hold.name),
      h('span.soft', null, `${hold.kind} · ${word('since', wall(instant(hold.since)))}${until}`));
    if (mayRelease(hold)) row.append(h('span.push', null, resumeButton(hold)));
    return h('div.item', null, row, hold.reason && h('span', null, hold.reason));
  });
}

/** Closed gates, and those that somebody overrode or wants a second person for. */
function drawGates(status, wall) {
  const items = [
    ...status.gates.map((gate) => [`${gate.cue}/${gate.gate}`, gate, gateItem]),
    ...status.overrides.map((given) => [`override/${given.cue}/${given.gate}`, given,
      (one) => overrideItem(one, wall)]),
  ];
  for (const criterion of status.criteria ?? []) {
    if (criterion.state !== 'true') items.push([criterion.criterion, criterion, criterionItem]);
  }
  if (items.length) keep($('gates'), items);
  else only('gates', word('no_gates'));
}

const criterionItem = ({ criterion, check, state }) => h('div.item', null,
  h('div.row', null, h('b', null, criterion), h('span.soft', null, check)),
  h('span.warn', null, word(`criterion_${state}`)));

/** Approvals and figures cannot be overridden. */
const NO_OVERRIDE = /^(approval|approved_by|figure)/;

function gateItem(gate) {
  const row = h('div.row', null, h('b', null, gate.cue), h('span.soft', null, gate.gate));
  if (can('override') && !NO_OVERRIDE.test(gate.gate)) {
    row.append(h('span.push', null, overrideButton(word('override'), gate)));
  }
  return h('div.item', null, row, h('span.warn', null, gate.why), confirmButton(gate));
}

/** What waits for a person's word: they give it here, with what shows it. */
function confirmButton(gate) {
  const outside = gate.gate.startsWith('confirmed:');
  if (!outside && !gate.gate.startsWith('two_person:')) return null;
  return button(word('confirm_button'), {
    act: 'confirm', sure: !outside, name: `${word('confirm_button')}: ${gate.cue}`,
    press: () => {
      const evidence = outside ? prompt(word('ask_evidence')) : null;
      if (!outside || evidence?.trim()) {
        call('confirm', gate.cue, outside ? { evidence: evidence.trim() } : {});
      }
    },
  });
}

function overrideButton(label, { cue, gate }) {
  return button(label, {
    act: `override-${cue}`, kind: 'danger', name: `${label}: ${gate}, ${cue}`,
    press: () => {
      const why = prompt(word('ask_why', `${gate}, ${cue}`));
      if (why?.trim()) call('override', cue, { gate, why: why.trim() });
    },
  });
}

function overrideItem(given, wall) {
  const row = h('div.row', null, h('b', null, given.cue), h('span.soft', null, given.gate));
  if (given.until) {
    if (can('override')) {
      row.append(h('span.push', null, overrideButton(word('confirm_override'), given)));
    }
    return h('div.item', null, row, h('span.warn', null,
      word('override_asked', given.by, wall(instant(given.until)), given.why)));
  }
  const who = [given.asked_by, given.by].filter(Boolean).join(' + ');
  return h('div.item', null, row, h('span.warn', null, word('overridden', who, given.why)));
}

function postItem(post) {
  const head = h('div.row', null, pill(post.state, post.why && word('not_needed')),
    h('b', null, `@${data.handles[post.account] ?? post.account}`),
    h('span.soft', null, `${post.network} · ${post.cue}`));
  if (post.attempts > 1) head.append(h('span.warn', null, word('attempts', post.attempts)));
  if (post.url) {
    head.append(h('a.push', {
      href: safeLink(post.url), rel: 'noopener noreferrer', target: '_blank',
      'aria-label': word('open_post', post.account),
    }, post.id ?? 'URL'));
  }
  return h('div.item', null, head, h('p.text', null, post.text),
    post.earlier ? differenceOf(post.earlier) : null, approvals(post),
    post.found ? foundByHand(post.found) : null);
}

const foundByHand = ({ url, text }) => h('p.warn', null, `${word('found_by_hand')}: `,
  h('a', { href: safeLink(url), rel: 'noopener noreferrer', target: '_blank' }, url), ` ${text}`);

/** How the text differs from the one that was approved before, word by word. */
const differenceOf = (earlier) => h('div', null,
  h('span.warn', null, word('changed_since', earlier.by)),
  h('p.text', null, earlier.changes.map(([what, words]) =>
    h({ same: 'span', gone: 'del', new: 'ins' }[what], null, words))));

const safeLink = (url) => (/^https?:\/\//.test(url) ? url : null);

function approvals(post) {
  const row = h('div.row');
  const open = ['waiting', 'parked'].includes(post.state);
  if (open && post.needs.length) row.append(h('span.warn', null, word('needs', post.needs.join(', '))));
  if (post.approved.length) {
    const said = post.approved.map((given) => [given.role, given.by].filter(Boolean).join(' '));
    row.append(h('span.soft', null, word('approved_by', said.join(', '))));
  }
  const may = open && can('approve');
  const mine = post.needs.filter((role) => roles.has(role));
  if (may && mine.length) {
    const label = word('approve_as', mine.join(', '));
    row.append(h('span.push', null, button(label, {
      act: 'approve', kind: 'primary', name: `${label}: ${post.cue} @${post.account}`,
      press: () => call('approve', post.digest),
    })));
  }
  if (may && post.approved.some((given) => roles.has(given.role))) {
    row.append(h('span.push', null, button(word('revoke'), {
      act: 'revoke', sure: true, name: `${word('revoke')}: ${post.cue} @${post.account}`,
      press: () => call('revoke', post.digest),
    })));
  }
  return row.children.length ? row : null;
}

function drawCounter(status) {
  if (!status.orders) {
    keep($('counter'), []);
    return;
  }
  keep($('counter'), [
    ['figures', { ...status.orders, counter: status.counter }, counterFigures],
    ['buttons', status.counter, counterButtons],
  ]);
}

function counterFigures(orders) {
  const pairs = [
    [word('net'), number.format(orders.net_units)],
    [word('orders'), number.format(orders.placed)],
    ...['available', 'waitlist'].filter((name) => orders[name] != null)
      .map((name) => [word(name), number.format(orders[name])]),
    ...Object.entries(orders.by_currency).map(([code, units]) => [code, number.format(units)]),
    ...Object.entries(orders.deposits).map(([code, minor]) =>
      [`${word('deposits')} ${code}`, money(minor, code)]),
  ];
  const value = orders.implied_value;
  if (value) pairs.push([word('implied_value'), money(value.amount_minor, value.currency)]);
  return h('div', null,
    h('div.row', null, h('span.big.digits', null, number.format(orders.units)),
      h('span.soft', null, word('units')),
      h('span.push', null, pill(orders.counter, word(`counter_${orders.counter}`)))),
    h('dl.pairs', null, pairs.flatMap(([name, said]) =>
      [h('dt', null, name), h('dd.digits', null, said)])),
    value?.basis && h('p.soft', null, value.basis),
    orders.quarantined ? h('p.warn', null, word('quarantined', orders.quarantined)) : null);
}

/** Minor units in the currency's own way: JPY has none, USD two. */
function money(minor, currency) {
  const format = new Intl.NumberFormat(data.lang, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits;
  return format.format(minor / 10 ** digits);
}

function counterButtons(state) {
  const row = h('div.row');
  if (!can('counter')) return row;
  const verbs = [['open', 'do_open', 'open'], ['freeze', 'do_freeze', 'frozen'], ['hide', 'do_hide', 'hidden']];
  for (const [target, label, result] of verbs) {
    if (state === result) continue;
    row.append(button(word(label), {
      act: `counter-${target}`, sure: target === 'open',
      name: `${word('counter')}: ${word(label)}`, press: () => call('counter', target),
    }));
  }
  return row;
}

function stageItem(stage) {
  const same = stage.program === stage.wanted || stage.wanted === null;
  return h('div.item', null,
    h('div.row', null, h('b', null, stage.stage),
      pill(stage.connected ? 'good' : 'offline', word(stage.connected ? 'connected' : 'offline')),
      stage.streaming === null ? null
        : h('span.soft', null, word(stage.streaming ? 'streaming' : 'not_streaming')),
      stage.follows ? h('span.soft', null, word('follows', stage.follows)) : null),
    h('dl.pairs', null,
      h('dt', null, word('on_program')), h('dd', null, stage.program ?? '?'),
      same ? null : [h('dt', null, word('wanted')), h('dd.warn', null, stage.wanted)]),
    stage.by_hand.length
      ? h('span.warn', null, `${word('by_hand')}: ${stage.by_hand.join(', ')}`) : null,
    (stage.offers ?? []).map((cue) => h('div.row', null,
      h('span.warn', null, word('offered', cue)),
      can('go') ? h('span.push', null, button(word('fire_offered', cue), {
        act: `offer-${cue}`, kind: 'primary', press: () => call('fire', cue),
      })) : null)),
    (stage.asks ?? []).map((question) => h('p.warn', { role: 'alert' }, question)),
    stage.text ? h('span.soft', null, stage.text) : null);
}

const othersItem = (others) => h(others.warned ? 'span.warn' : 'span.soft', null,
  word(others.warned ? 'others_first' : 'others_lift', others.who, others.wall));

const embargoItem = (embargo) => h('div.item', null,
  h('div.row', null, h('b', null, embargo.name),
    pill(embargo.open ? 'good' : 'closed', word(embargo.open ? 'embargo_open' : 'embargo_closed'))),
  embargo.why && h('span.soft', null, embargo.why),
  embargo.others && !embargo.open ? othersItem(embargo.others) : null);

function accountItem({ name, silenced }) {
  const row = h('div.row.item', null, h('b', null, `@${data.handles[name]}`),
    h('span.soft', null, name), silenced ? pill('parked', word('silenced')) : null);
  if (can('silence')) {
    const verb = silenced ? 'unsilence' : 'silence';
    row.append(h('span.push', null, button(word(verb), {
      act: `${verb}-${name}`, sure: silenced, name: `${word(verb)}: ${name}`,
      press: () => call(verb, name),
    })));
  }
  return row;
}

function drawProcedures(status) {
  const closed = ['closing', 'complete', 'aborted'].includes(status.state);
  const names = can('go') && !closed ? data.procedures : [];
  keep($('procedures'), names.map((name) => [name, name, () => h('span.item-button', null,
    button(name, { act: `call-${name}`, sure: true, name: `${word('procedures')}: ${name}`,
      press: () => call('call', name) }))]));
}

/** Prepared answers, with the words by which their rumour is known. */
function drawAnswers(status) {
  const names = Object.keys(data.answers ?? {});
  $('answers-panel').hidden = !names.length;
  const closed = ['closing', 'complete', 'aborted'].includes(status.state);
  list('answers', names.map((name) => ({
    name, post: status.posts.find((post) => post.cue === name), closed,
  })), ({ name }) => name, answerItem);
}

function answerItem({ name, post, closed }) {
  const row = h('div.row', null, h('b', null, name), post ? pill(post.state) : null);
  if (!closed && post?.state !== 'sent' && (can('go') || can('post'))) {
    row.append(h('span.push', null, button(word('answer'), {
      act: `answer-${name}`, sure: true, name: `${word('answer')}: ${name}`,
      press: () => call('call', name),
    })));
  }
  return h('div.item', null, row, h('span.soft', null, data.answers[name].join(' · ')),
    post ? h('p.text', null, `@${data.handles[post.account] ?? post.account}: ${post.text}`) : null);
}

const figureItem = ([name, figure]) => h('div.row.item', null, h('b', null, name),
  h('span.digits', null, said(figure)));

function healthItem([name, health]) {
  const level = health.level ?? 'good';
  return h('div.row.item', null, pill(level, word(`level_${level}`)), h('b', null, name),
    h('span.soft', null, health.text ?? ''));
}

const said = (object) => Object.entries(object)
  .filter(([, value]) => value !== null && typeof value !== 'object')
  .map(([key, value]) => `${key} ${typeof value === 'number' ? number.format(value) : value}`)
  .join(' · ');

/** What of a line people read, in this order; the rest is for programs. */
const TOLD = ['role', 'verb', 'target', 'name', 'about', 'state', 'answer', 'became', 'hold', 'what', 'value',
  'cause', 'lost_s', 'skew_s', 'reason', 'detail', 'text', 'receipt_url'];
const LOUD = /failed|parked|doubt|refused|aborted|hand|stepped|stalled|error|late/;

/** The last events, newest first. */
export function drawLog(lines, wall) {
  const shown = [...lines].sort((one, other) => other.seq - one.seq).slice(0, 40);
  keep($('log'), shown.map((line) => [line.seq, line.seq, () => logItem(line, wall)]));
}

function logItem(line, wall) {
  const told = TOLD.map((key) => line[key])
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '');
  const about = [line.cue, ...told, line.by && word('by', line.by)].filter(Boolean);
  const loud = LOUD.test(`${line.event} ${line.became ?? ''} ${line.state ?? ''}`);
  return h('li', null, h('span.when.digits', null, wall(instant(line.at))),
    h(`span.what${loud ? '.warn' : ''}`, null, line.event.replaceAll('_', ' ')),
    h('span', null, short(about.join(' · '))));
}
