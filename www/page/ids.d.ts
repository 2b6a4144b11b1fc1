// The ids of index.html that scripts ask for, and the elements that have them.

import type { BeforeAfter } from '../elements/before-after.js';
import type { LossPlot } from '../elements/loss-plot.js';
import type { MessageBar } from '../elements/message-bar.js';
import type { MovingDialog } from '../elements/moving-dialog.js';
import type { PrintDialog } from '../elements/print-dialog.js';
import type { SaveDialog } from '../elements/save-dialog.js';
import type { ScumbleInvitation } from '../elements/scumble-invitation.js';
import type { StyleDialog } from '../elements/style-dialog.js';
import type { SupportNotice } from '../elements/support-notice.js';
import type { TimeLine } from '../elements/time-line.js';
import type { WeightsDialog } from '../elements/weights-dialog.js';

export interface Ids {
  announcer: HTMLElement;
  branch: HTMLButtonElement;
  canvas: HTMLCanvasElement;
  closer: HTMLButtonElement;
  compare: HTMLButtonElement;
  example: HTMLImageElement;
  'forget-kept': HTMLButtonElement;
  'forget-weights': HTMLButtonElement;
  frame: HTMLImageElement;
  'head-start': HTMLButtonElement;
  install: HTMLButtonElement;
  invitation: ScumbleInvitation;
  language: HTMLSelectElement;
  losses: LossPlot;
  'make-style': HTMLButtonElement;
  messages: MessageBar;
  'model-vgg19': HTMLInputElement;
  moving: MovingDialog;
  notice: SupportNotice;
  'open-camera': HTMLButtonElement;
  'open-film': HTMLButtonElement;
  'open-style': HTMLButtonElement;
  original: HTMLButtonElement;
  paint: HTMLButtonElement;
  pause: HTMLButtonElement;
  pending: HTMLElement;
  pin: HTMLButtonElement;
  print: HTMLButtonElement;
  printing: PrintDialog;
  progress: HTMLProgressElement;
  prospect: HTMLElement;
  redo: HTMLButtonElement;
  repaint: HTMLButtonElement;
  runs: HTMLSelectElement;
  save: HTMLButtonElement;
  'save-as': HTMLButtonElement;
  saving: SaveDialog;
  settings: Form;
  size: HTMLSelectElement;
  stage: HTMLElement;
  status: HTMLElement;
  stop: HTMLButtonElement;
  time: TimeLine;
  undo: HTMLButtonElement;
  'style-at-hand': HTMLElement;
  'style-making': StyleDialog;
  styles: HTMLElement;
  'vgg19-cost': HTMLElement;
  'wall-label': HTMLElement;
  weights: WeightsDialog;
  'weights-line': HTMLElement;
  'weights-source': HTMLElement;
  wipe: BeforeAfter;
}

/** The form of settings; its controls are settings.js's to know. */
export type Form = HTMLFormElement & { elements: any };

export function $<Id extends keyof Ids>(id: Id): Ids[Id];
