// A person's call: sent once, answered by the journal, said aloud.
import { $, data, h, short, word } from './dom.js';

const may = new Set(data.may);
const ARMED_MS = 4000;

export const can = (verb) => may.has(verb);

let clock = null;
let seenSeq = () => null;

/** What a call needs: the run's clock, and the seq that is on the screen now. */
export function prepareCalls(theClock, seen) {
  clock = theClock;
  seenSeq = seen;
}

/** Random, also where the page is not served securely and randomUUID is missing. */
const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0')).join('');

export async function call(verb, target = null, args = {}) {
  const now = clock?.now() ?? null;
  const body = { id: `web-${newId()}`, verb, target, args, seen: seenSeq() };
  // In a paced rehearsal the way here would take seconds of the run's clock: the server
  // says then when it came.
  if (now !== null && clock.speed === 1) body.at = new Date(now).toISOString();
  const said = short([verb, target].filter(Boolean).join(' '));
  try {
    const answer = await fetch('/api/v1/calls', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const found = await answer.json();
    if (answer.ok) toast(true, `${said}: ${word('accepted')}`);
    else if (found.digest) askForList(said, found, () => call(verb, target, { ...args, digest: found.digest }));
    else if (answer.status === 409) toast(false, `${said}: ${word('refused')}. ${found.reason ?? ''}`);
    else toast(false, `${said}: ${found.error}${found.hint ? ` (${found.hint})` : ''}`);
  } catch {
    toast(false, `${said}: ${word('failed_call')}`);
  }
}

/** A button that calls. `sure` asks for a second press: no dialog, no accident. */
export function button(label, { act, kind = '', sure = false, name = null, press }) {
  let armed = 0;
  const element = h(`button${kind ? `.${kind}` : ''}`, {
    type: 'button', 'data-act': act, 'aria-label': name,
  }, label);
  const calm = () => {
    clearTimeout(armed);
    armed = 0;
    element.classList.remove('armed');
    element.textContent = label;
    if (name) element.setAttribute('aria-label', name);
  };
  element.addEventListener('blur', () => armed && calm());
  element.addEventListener('click', () => {
    if (!sure || armed) {
      if (armed) calm();
      press();
      return;
    }
    armed = setTimeout(calm, ARMED_MS);
    element.classList.add('armed');
    element.textContent = word('press_again', label);
    if (name) element.setAttribute('aria-label', word('press_again', name));
  });
  return element;
}

/** What moves the show is shown first: it is done by its list's digest, or left. */
function askForList(said, { listed, digest }, act) {
  $('shown')?.remove();
  const panel = h('section', { id: 'shown', role: 'alertdialog', 'aria-labelledby': 'shown-h' },
    h('h2', { id: 'shown-h' }, word('would', said)),
    h('ol', null, listed.map((line) => h('li', null, line))));
  const leave = button(word('leave_it'), { act: 'leave', press: () => panel.remove() });
  panel.append(h('div.row', null, leave, button(word('do_it'), {
    act: 'confirm-list', kind: 'danger', name: word('do_it_named', said, short(digest)),
    press: () => {
      panel.remove();
      act();
    },
  })));
  panel.addEventListener('keydown', (event) => event.key === 'Escape' && panel.remove());
  document.body.append(panel);
  leave.focus();
}

export function toast(good, text) {
  const close = h('button.quiet', { type: 'button', 'aria-label': word('dismiss') }, '×');
  const element = h(`div.toast.${good ? 'yes' : 'no'}`, null, h('span', null, text), close);
  close.addEventListener('click', () => element.remove());
  $('toasts').append(element);
  setTimeout(() => element.remove(), good ? 4000 : 15000);
  while ($('toasts').children.length > 4) $('toasts').firstChild.remove();
}
