// The desk: what is next, what stands by, and the few big buttons.
import { button, call, can, toast } from './calls.js';
import { instant, span } from './clock.js';
import { $, data, h, keep, say, word } from './dom.js';

const SETTLE_MS = 500;
/** When each standby was first shown: a GO in its first half second is not meant for it. */
const shown = new Map();

const roles = new Set(data.roles);
const accounts = Object.keys(data.handles);
export const whatOf = (cue) => data.cues[cue]?.what ?? '';
export const whenOf = (cue) => data.cues[cue]?.when ?? '';

export function focusGo() {
  document.querySelector('button.go')?.focus();
}

export function drawStandby(status) {
  const byCue = new Map();
  for (const [role, { cue, seq }] of Object.entries(status.standby)) {
    const entry = byCue.get(cue) ?? { cue, seq, roles: [] };
    entry.roles.push(role);
    entry.batons = { ...entry.batons, [role]: status.batons[role]?.by };
    byCue.set(cue, entry);
  }
  noteFocus();
  for (const cue of shown.keys()) if (!byCue.has(cue)) shown.delete(cue);
  const sheets = new Map(status.cues.map((cue) => [cue.cue, cue.sheet]));
  const items = [...byCue.values()].map((entry) =>
    [entry.cue, { ...entry, said: sheets.get(entry.cue)?.say }, standbyRow]);
  for (const choice of status.choices ?? []) items.push([`choice ${choice.choice}`, choice, choiceRow]);
  for (const poll of status.polls ?? []) if (poll.until) items.push([`poll ${poll.poll}`, poll, pollRow]);
  if (!items.length) items.push(['', null, () => h('p.none', null, word('no_standby'))]);
  keep($('standby'), items);
  if (onGo && document.activeElement === document.body) focusGo();
}

/** Whoever works on GO stays on GO when the standby changes; a GO still needs its press,
    and the half second above. */
let onGo = false;
function noteFocus() {
  if (document.activeElement !== document.body) {
    onGo = document.activeElement.matches('button.go');
  }
}

function standbyRow({ cue, said, roles: asked, batons }) {
  const who = (role) => (batons[role] ? `${role}: ${batons[role]}` : role);
  const row = h('div.standby-row', null,
    h('div', null,
      h('span.role', null, asked.map(who).join(', ')),
      h('strong', null, cue),
      said ? h('span.say', null, word('say_it', said)) : null,
      h('span.what', null, whatOf(cue))));
  const mine = asked.filter((role) => roles.has(role));
  if (!mine.length) return row;
  if (mine.some((role) => [undefined, data.person].includes(batons[role]))) {
    row.append(goButton(cue));
  } else row.append(...mine.map((role) => batonButton(role, batons[role])));
  return row;
}

/** Two persons of one role: who does not hold the baton can take it, with a reason. */
const batonButton = (role, by) => button(word('take_baton', role), {
  act: `baton-${role}`,
  press: () => {
    const why = prompt(word('ask_why', `${role}: ${by}`));
    if (why?.trim()) call('take-baton', role, { why: why.trim() });
  },
});

/** A choice that asks: one key for each answer, the default named. */
function choiceRow({ choice, ask, options, default: usual }) {
  const row = h('div.standby-row', null,
    h('div', null,
      h('span.role', null, ask.join(', ')),
      h('strong', null, choice),
      h('span.what', null, word('default_is', usual))));
  if (ask.some((role) => roles.has(role))) {
    row.append(h('span.push', null, options.map((option) => button(option, {
      act: `choose-${option}`, kind: 'primary', name: word('choose_option', choice, option),
      press: () => call('choose', choice, { option }),
    }))));
  }
  return row;
}

/** A poll that asks: who said what; one's own go and no. */
function pollRow({ poll, ask, votes, missing }) {
  const said = [...votes.map(({ role, vote }) => `${role}: ${word(`vote_${vote}`)}`),
    ...missing.map((role) => `${role}: ?`)].join(', ');
  const row = h('div.standby-row', null,
    h('div', null,
      h('span.role', null, word('poll')), h('strong', null, poll), h('span.what', null, said)));
  if (ask.some((role) => roles.has(role))) {
    row.append(h('span.push', null, ['go', 'no'].map((vote) => button(word(`vote_${vote}`), {
      act: `vote-${vote}`, kind: vote === 'go' ? 'primary' : 'danger',
      name: word('vote_on', poll, word(`vote_${vote}`)),
      press: () => call('vote', poll, { vote }),
    }))));
  }
  return row;
}

function goButton(cue) {
  if (!shown.has(cue)) shown.set(cue, performance.now());
  const since = shown.get(cue);
  const isSettled = () => performance.now() - since >= SETTLE_MS;
  const go = h('button.go', {
    type: 'button', 'data-act': 'go', 'data-cue': cue,
    'aria-label': word('go_cue', cue), 'aria-disabled': isSettled() ? null : 'true',
  }, word('go'));
  setTimeout(() => go.removeAttribute('aria-disabled'), SETTLE_MS);
  go.addEventListener('keydown', (event) => event.repeat && event.preventDefault());
  go.addEventListener('click', () => {
    if (isSettled()) call('go', cue);
    else toast(false, word('just_changed'));
  });
  return go;
}

/** The next cues by the clock; their countdowns run on between frames. */
export function drawNext(status, now) {
  const cues = new Map(status.cues.map((cue) => [cue.cue, cue]));
  const entries = status.next.map((name) => cues.get(name)).filter(Boolean).slice(0, 3);
  const items = entries.map((cue) =>
    [cue.cue, { name: cue.cue, warning: warningOf(cue, now) }, nextRow]);
  if (!items.length) items.push(['', null, () => h('p.none', null, word('nothing_next'))]);
  keep($('next'), items);
  entries.forEach((cue, i) => say($('next').children[i].querySelector('.in'),
    howSoon(cue, status, now)));
}

function nextRow({ name, warning }) {
  return h('div.next-cue', null, h('span.in.digits', null, ''), h('strong', null, name),
    warning && h('span.warn', null, warning), h('span.soft', null, whatOf(name)));
}

/** The caller's warning of a cue that is expected within its `warn`; else null. */
function warningOf(cue, now) {
  if (!cue.sheet?.warn_s || !cue.expected || now === null) return null;
  const left_s = (instant(cue.expected) - now) / 1000;
  if (left_s < 0 || left_s > cue.sheet.warn_s) return null;
  return [word('warning'), cue.sheet.say].filter(Boolean).join(': ');
}

function howSoon(cue, status, now) {
  if (cue.state === 'waiting') return word('next_waits');
  const at = instant(cue.due ?? cue.expected ?? cue.planned);
  if (status.state === 'holding' && whenOf(cue.cue).startsWith('T')) return whenOf(cue.cue);
  if (at === null || now === null) return whenOf(cue.cue);
  return at <= now ? word('next_now') : word('next_in', span((at - now) / 1000));
}

export function drawControls(status) {
  const over = ['closing', 'complete', 'aborted'].includes(status.state);
  const held = status.holds.some((hold) => hold.name === 'operator');
  const quiet = status.silenced.length > 0;
  const items = [];
  const add = (key, allowed, make) => allowed && items.push([key, key, make]);
  add('hold', can('hold') && !over && !held,
    () => button(word('hold'), { act: 'hold', kind: 'hold', press: () => call('hold', 'operator') }));
  if (!over) {
    for (const hold of status.holds) {
      add(`resume ${hold.name}`, mayRelease(hold),
        () => resumeButton(hold, `${word('resume')}: ${hold.name}`));
    }
  }
  add('silence', can('silence') && accounts.some((name) => !status.silenced.includes(name)),
    () => button(word('silence_all'), { act: 'silence', press: () => call('silence', 'all') }));
  add('unsilence', can('silence') && quiet, () => button(word('unsilence_all'),
    { act: 'unsilence', sure: true, press: () => call('unsilence', 'all') }));
  add('retime', can('retime') && !over, () => button(word('retime'), { act: 'retime', press: () => {
    const to = prompt(word('ask_retime'));
    if (to?.trim()) call('retime', to.trim());
  } }));
  add('end', (can('end') || can('retime')) && !over, () => button(word('end'),
    { act: 'end', sure: true, press: () => call('end') }));
  add('abort', can('abort') && status.state !== 'complete' && status.state !== 'aborted',
    () => button(word('abort'), { act: 'abort', kind: 'danger', sure: true, press: () => call('abort') }));
  keep($('controls'), items);
}

export const mayRelease = (hold) =>
  hold.release.length ? hold.release.some((role) => roles.has(role)) : can('hold');

/** The early end of a planned hold brings T-0 forward: it takes a second press. */
export const resumeButton = ({ name, kind }, label = word('resume')) => button(label, {
  act: `resume-${name}`, kind: 'hold', name: word('resume_hold', name),
  sure: kind === 'planned',
  press: () => call('resume', name, kind === 'planned' ? { confirm: true } : {}),
});
