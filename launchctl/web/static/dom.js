// Small helpers: make elements, keep lists up to date without losing the focus.

export const data = JSON.parse(document.getElementById('data').textContent);

/** A word of the page's language, with `{}` replaced by the values in order. */
export function word(key, ...values) {
  const text = data.words[key] ?? key.replace(/^(state|counter|level)_/, '').replaceAll('_', ' ');
  return values.reduce((said, value) => said.replace('{}', value), text);
}

export const $ = (id) => document.getElementById(id);

/** Make an element: h('p.soft', {title: 'x'}, 'text', child, null). */
export function h(what, attributes, ...children) {
  const [tag, ...classes] = what.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A digest by its first eight digits, as people compare them. */
export const short = (text) => String(text).replace(/\b([0-9a-f]{8})[0-9a-f]{24,}\b/g, '$1');

export const pill = (state, text) =>
  h('span.pill', { 'data-s': state }, text ?? word(`state_${state}`));

/** Set text only if it differs: nothing is repainted, nothing is read out again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Keep `parent` showing `items`: [key, value, make(value)]. An item is made again only
 * when its value changed; focus and open menus survive that.
 */
export function keep(parent, items) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstChild;
  for (const [key, value, make] of items) {
    const mark = JSON.stringify(value);
    let element = old.get(String(key));
    old.delete(String(key));
    if (!element || element.mark !== mark) {
      const fresh = make(value);
      fresh.dataset.key = key;
      fresh.mark = mark;
      if (element) {
        const again = remember(element);
        if (place === element) place = element.nextSibling;
        element.remove();
        parent.insertBefore(fresh, place);
        again(fresh);
      } else parent.insertBefore(fresh, place);
      element = fresh;
    } else if (element !== place) parent.insertBefore(element, place);
    place = element.nextSibling;
  }
  for (const gone of old.values()) gone.remove();
}

function remember(element) {
  const focused = element.contains(document.activeElement)
    ? document.activeElement.dataset.act : null;
  const open = element.querySelector('details')?.open;
  return (fresh) => {
    const details = fresh.querySelector('details');
    if (open && details) details.open = true;
    if (focused) fresh.querySelector(`[data-act="${focused}"]`)?.focus();
  };
}
