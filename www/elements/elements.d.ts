// The elements by their tags, and what they tell, for whoever creates them or listens to them.

import type { BeforeAfter } from './before-after.js';
import type { BrushDialog } from './brush-dialog.js';
import type { BrushSurface } from './brush-surface.js';
import type { CameraDialog } from './camera-dialog.js';
import type { LossPlot } from './loss-plot.js';
import type { MessageBar } from './message-bar.js';
import type { MovingDialog } from './moving-dialog.js';
import type { PictureWell } from './picture-well.js';
import type { PrintDialog } from './print-dialog.js';
import type { SampleShelf } from './sample-shelf.js';
import type { SaveDialog } from './save-dialog.js';
import type { ScumbleInvitation } from './scumble-invitation.js';
import type { SketchBoard } from './sketch-board.js';
import type { SketchDialog } from './sketch-dialog.js';
import type { StyleDialog } from './style-dialog.js';
import type { SupportNotice } from './support-notice.js';
import type { TimeLine } from './time-line.js';
import type { WeightsDialog } from './weights-dialog.js';

/** A picture that somebody gave. */
export interface Given { blob: Blob, title: string }
/** A picture of this site's own, and what it shows. */
export interface Sample { kind: string, file: string, thumb: string, title: string, alt: string }
/** How moving pictures are to be painted: `style` counts those that were offered. */
export interface Manner { style: number, strength: number, edge: number }
/** In which form a picture leaves. */
export interface Wish { format: 'png' | 'png16' | 'jpeg' | 'webp', enclose: boolean }

declare global {
  interface HTMLElementTagNameMap {
    'before-after': BeforeAfter;
    'brush-dialog': BrushDialog;
    'brush-surface': BrushSurface;
    'camera-dialog': CameraDialog;
    'loss-plot': LossPlot;
    'message-bar': MessageBar;
    'moving-dialog': MovingDialog;
    'picture-well': PictureWell;
    'print-dialog': PrintDialog;
    'sample-shelf': SampleShelf;
    'save-dialog': SaveDialog;
    'scumble-invitation': ScumbleInvitation;
    'sketch-board': SketchBoard;
    'sketch-dialog': SketchDialog;
    'style-dialog': StyleDialog;
    'support-notice': SupportNotice;
    'time-line': TimeLine;
    'weights-dialog': WeightsDialog;
  }

  interface HTMLElementEventMap {
    again: CustomEvent<void>;
    brush: CustomEvent<void>;
    camera: CustomEvent<void>;
    choose: CustomEvent<{ value: string }>;
    closed: CustomEvent<void>;
    copy: CustomEvent<Wish> & ClipboardEvent;
    download: CustomEvent<void>;
    enlarge: CustomEvent<Wish>;
    file: CustomEvent<{ blob: Blob }>;
    film: CustomEvent<Wish>;
    halt: CustomEvent<void>;
    hand: CustomEvent<{ name: string }>;
    hold: CustomEvent<void>;
    keep: CustomEvent<{ name: string }>;
    link: CustomEvent<Wish>;
    look: CustomEvent<{ index: number | null }>;
    manner: CustomEvent<void>;
    pick: CustomEvent<{ index: number }>;
    picture: CustomEvent<Given>;
    print: CustomEvent<{ edge: number, memory: number }>;
    record: CustomEvent<void>;
    refuse: CustomEvent<void>;
    sample: CustomEvent<Sample>;
    save: CustomEvent<Wish>;
    share: CustomEvent<Wish>;
    size: CustomEvent<{ edge: number }>;
    train: CustomEvent<{ length: string, isSmall: boolean, photos: File[] }>;
    trouble: CustomEvent<{ message: string }>;
    use: CustomEvent<{ name: string }>;
  }
}
