// <message-bar> turns a sentence into a dismissible message. show(sentence) adds one; nothing vanishes by itself,
// because a message that goes before it is read was never there.

import { h, icon } from './dom.js';

const AT_MOST = 3; // older ones give way

class MessageBar extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'alert');
  }

  show(sentence) {
    for (const old of this.children) if (old.dataset.sentence === sentence) old.remove();
    while (this.children.length >= AT_MOST) this.firstChild.remove();
    const message = h('div', { class: 'message', 'data-sentence': sentence }, h('p', {}, sentence),
      h('button', { type: 'button', class: 'icon-only', 'aria-label': 'Dismiss', onclick: () => message.remove() }, icon('close')));
    this.append(message);
  }

  clear() { this.replaceChildren(); }
}

customElements.define('message-bar', MessageBar);
