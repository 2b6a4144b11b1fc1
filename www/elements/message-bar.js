// <message-bar> turns a sentence into a dismissible message. show(sentence, {label, run}) adds one, perhaps with a button; nothing vanishes by itself,
// because a message that goes before it is read was never there. withdraw(sentence) takes back what is no longer true.

import { t } from '../language/words.js';
import { h, icon } from './dom.js';

const AT_MOST = 3; // older ones give way

export class MessageBar extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'alert');
  }

  show(sentence, action) {
    this.withdraw(sentence);
    while (this.children.length >= AT_MOST) (this.querySelector('.message:not(:has(.link))') ?? this.firstChild)?.remove(); // what can be answered stays longest
    const message = h('div', { class: 'message', 'data-sentence': sentence }, h('p', {}, sentence),
      action && h('button', { type: 'button', class: 'link', onclick: () => { message.remove(); action.run(); } }, action.label),
      h('button', { type: 'button', class: 'icon-only', 'aria-label': t('Dismiss'), onclick: () => message.remove() }, icon('close')));
    this.append(message);
  }

  withdraw(sentence) {
    for (const old of this.querySelectorAll('div')) if (old.dataset.sentence === sentence) old.remove();
  }

  clear() { this.replaceChildren(); }
}

customElements.define('message-bar', MessageBar);
