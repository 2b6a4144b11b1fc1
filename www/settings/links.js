// Turns settings into an address that brings them along, and such an address into settings. Pictures stay at home.

import { STRUCTURED } from '../engine/tables.js';

/** Everything that differs from the `usual` settings, behind the page's address. */
export function linkTo(settings, usual = linkTo.usual) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(usual[name])) parameters.set(name, STRUCTURED.includes(name) ? JSON.stringify(value) : String(value));
  }
  const url = new URL(location.href);
  url.search = '';
  url.hash = parameters.toString();
  return url.href;
}
/** What the page opens with; main.js knows. */
linkTo.usual = {};

/** The settings that an address brings; of names that `usual` knows, and of the same kind. Null if there are none. */
export function settingsIn(hash, usual = linkTo.usual) {
  const found = {};
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ''))) {
    const like = usual[name];
    if (STRUCTURED.includes(name)) {
      try { found[name] = JSON.parse(text); } catch { /* a broken link brings what it can */ }
    } else if (typeof like === 'number') {
      if (Number.isFinite(Number(text)) && text !== '') found[name] = Number(text);
    } else if (typeof like === 'boolean') found[name] = text === 'true';
    else if (typeof like === 'string') found[name] = text;
  }
  return Object.keys(found).length > 0 ? found : null;
}
