// <support-notice> turns a reason into a calm notice over the stage: show({title, why, next, action}).
//   again     its button was pressed (only with an action)

import { emit, h } from './dom.js';

export class SupportNotice extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'alert');
  }

  /** @param {{title: string, why: string, next: string, action?: string}} notice */
  show({ title, why, next, action }) {
    this.replaceChildren(h('h2', { id: 'notice-heading' }, title), h('p', {}, why), h('p', {}, next));
    if (action) this.append(h('button', { type: 'button', id: 'again', class: 'primary', onclick: () => emit(this, 'again') }, action));
    this.hidden = false;
  }
}

customElements.define('support-notice', SupportNotice);
