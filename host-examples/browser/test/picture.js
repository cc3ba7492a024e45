// Makes the pictures of the page that README.md shows, and what a test compares to see that they are not stale.
//
//   node test/picture.js        writes docs/page-light.png, docs/page-dark.png and docs/page.txt
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { PAGE, refuseExample, startChromium } from './chromium.js';

export const SIZE = { width: 1132, height: 572 };
const WINDOW = { width: SIZE.width + 48, height: 900 };
const ABOVE = 24;
export const DOCS = new URL('../../../docs/', import.meta.url);
const TIME = new Date('2030-01-31T12:00:00Z');

/** The page with a login that will be refused: its picture, and all of its text but for the footer with the version. */
export async function picture(browser, colorScheme) {
  const page = await browser.newPage({ viewport: WINDOW, colorScheme });
  await page.clock.setFixedTime(TIME);
  await page.goto(PAGE);
  await page.getByText('Nothing to judge yet').waitFor();
  await refuseExample(page);
  await page.evaluate(() => {
    document.activeElement.blur();
    scrollTo(0, 0);
  });
  await page.mouse.move(0, 0);
  const { y } = await page.locator('main').boundingBox();
  const png = await page.screenshot({ clip: { x: (WINDOW.width - SIZE.width) / 2, y: y - ABOVE, ...SIZE } });
  const text = await page.evaluate(() => ['header', 'main'].map((part) => document.querySelector(part).innerText).join('\n'));
  await page.close();
  return { png, text: `${text}\n` };
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
