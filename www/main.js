// Introduces the elements, the engine and the page to one another. What each does stands in its own file.

import './elements/picture-well.js';
import './elements/sample-shelf.js';
import './elements/camera-dialog.js';
import './elements/brush-dialog.js';
import './elements/message-bar.js';
import './elements/before-after.js';
import './elements/scumble-invitation.js';
import './elements/support-notice.js';
import './elements/weights-dialog.js';
import './elements/loss-plot.js';

import { Easel } from './easel.js';
import { ModelChoice } from './model-choice.js';
import { Page } from './page.js';
import * as settings from './settings.js';
import { Wells } from './wells.js';

const form = document.getElementById('settings');
const page = new Page();
const wells = new Wells(page);
const models = new ModelChoice(page, form);
new Easel(page, wells, form);

settings.attend(form);
wells.addEventListener('weights', ({ detail }) => models.takeFile(detail));
page.addEventListener('again', start);

async function start() {
  if (!await page.open()) return;
  await wells.resend();
  await models.open();
}

start();
wells.offerSamples();
