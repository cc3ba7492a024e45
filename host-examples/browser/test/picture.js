// Makes the pictures of the page that README.md shows, and what a test compares to see that they are not stale.
//
//   node test/picture.js        writes docs/page-light.png, docs/page-dark.png and docs/page.txt
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { PAGE, refuseExample, startChromium } from './chromium.js';

/** The width of the window, and that of the picture, which is about the width that README.md is shown at. */
const WINDOW = 1040;
export const WIDTH = 884;
const BELOW = 20;
export const DOCS = new URL('../../../docs/', import.meta.url);
const TIME = new Date('2030-01-31T12:00:00Z');

/**
 * The page with a login that will be refused: its picture, from the header to the last of the commands that mend it, and
 * all of its text but for the footer with the version. `cut` is the text that the edge of the picture goes through.
 */
export async function picture(browser, colorScheme) {
  const page = await browser.newPage({ viewport: { width: WINDOW, height: 900 }, colorScheme, deviceScaleFactor: WIDTH / WINDOW });
  await page.clock.setFixedTime(TIME);
  await page.goto(PAGE);
  await page.getByText('Nothing to judge yet').waitFor();
  await refuseExample(page);
  // The picture ends above the long list of what may be known.
  await page.getByText('What you know of the server', { exact: true }).click();
  await page.evaluate(() => {
    document.activeElement.blur();
    scrollTo(0, 0);
  });
  await page.mouse.move(0, 0);
  const { y, height: above } = await page.locator('#details section', { hasText: 'What was found' }).boundingBox();
  const height = Math.ceil(y + above + BELOW);
  const png = await page.screenshot({ clip: { x: 0, y: 0, width: WINDOW, height } });
  const cut = await page.evaluate((edge) => {
    return [...document.querySelectorAll('p, li, dt, dd, pre, code, h1, h2, h3, summary, label, button, input, textarea, .command')]
      .filter((element) => element.checkVisibility() && !element.closest('.unseen'))
      .filter((element) => element.getBoundingClientRect().top < edge && element.getBoundingClientRect().bottom > edge)
      .map((element) => element.textContent);
  }, height);
  const text = await page.evaluate(() => ['header', 'main'].map((part) => document.querySelector(part).innerText).join('\n'));
  await page.close();
  return { png, cut, text: `${text}\n` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const browser = await startChromium();
  for (const colorScheme of ['light', 'dark']) {
    const { png, text } = await picture(browser, colorScheme);
    writeFileSync(new URL(`page-${colorScheme}.png`, DOCS), png);
    writeFileSync(new URL('page.txt', DOCS), text);
  }
  await browser.close();
}
