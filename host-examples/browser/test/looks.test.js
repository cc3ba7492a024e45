import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { openPage, refuseExample, startChromium } from './chromium.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
const SERVER_IDS = ['vault-primary.platform-security.eu-central-1.example.com', 'vault-standby.platform-security.eu-central-1.example.com'];
const ANSWER = JSON.stringify({
  errors: [`error validating X-Vault-AWS-IAM-Server-ID header: expected "${SERVER_IDS[0]}" but got "${SERVER_IDS[1]}"`],
});

/** What the page shows, from little to much. */
const STATES = {
  empty: () => {},
  accepted: (page) => page.getByRole('button', { name: 'Fill in an example' }).click(),
  refused: refuseExample,
  diagnosed: async (page) => {
    await refuseExample(page);
    await page.getByLabel('Vault’s answer', { exact: true }).fill(ANSWER);
  },
  everything: async (page) => {
    await refuseExample(page);
    await page.getByLabel('STS endpoint it calls').selectOption('this URL:');
    await page.getByLabel('Further headers it allows').selectOption('these:');
    await page.getByLabel('Vault role it asks for').selectOption('exists, of type iam');
    await page.getByLabel('AWS auth method', { exact: true }).selectOption('OpenBao’s plugin');
    await page.getByLabel('Time of sending').fill('soon');
    await page.getByLabel('Vault’s answer', { exact: true }).fill(ANSWER);
    await page.getByText('Sign a login here').click();
    await page.getByLabel('STS endpoint', { exact: true }).selectOption('this URL:');
  },
};
const LOOKS = ['light', 'dark'].flatMap((colorScheme) =>
  [DESKTOP, PHONE].map((viewport) => ({ colorScheme, viewport, name: `${colorScheme}, ${viewport.width} pixels wide` })),
);

let chromium;
before(async () => {
  chromium = await startChromium();
});
after(() => chromium?.close());

/** What is wrong with the places and sizes of what is shown. */
function layoutFaults(phone) {
  const faults = [];
  const name = (element) =>
    `${element.localName}${element.id && `#${element.id}`} “${element.textContent.trim().slice(0, 30)}”`;
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.unseen, #drop');
  const all = [...document.body.querySelectorAll('*')].filter(shown);
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const element of all) {
    const { left, right } = element.getBoundingClientRect();
    if (left < 0 || right > innerWidth) faults.push(`beyond the edge: ${name(element)}`);
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
    if ((scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1) && ['P', 'DD', 'DT', 'CODE', 'H1', 'H2', 'LABEL', 'BUTTON', 'PRE'].includes(element.tagName)) {
      if (getComputedStyle(element).display !== 'inline') faults.push(`text beyond its box: ${name(element)}`);
    }
    if (parseFloat(getComputedStyle(element).fontSize) < 12) faults.push(`small text: ${name(element)}`);
  }
  const controls = all.filter((element) => element.matches('button, input, select, textarea, summary'));
  for (const control of controls) {
    const { height, width } = control.getBoundingClientRect();
    const least = phone ? 44 : 24;
    if (Math.min(height, width) < least) faults.push(`small target, ${width} × ${height}: ${name(control)}`);
    if (phone && control.matches('input, select, textarea') && parseFloat(getComputedStyle(control).fontSize) < 16) {
      faults.push(`a phone zooms in: ${name(control)}`);
    }
  }
  const blocks = all.filter(
    (element) =>
      element.matches('button, input, select, textarea, summary, label, legend, h1, h2, h3, p, li, dt, dd, pre, .field > code, .where, .command > code') &&
      // On a phone it is above the rest on purpose.
      !(phone && element.closest('#verdict')) &&
      element.textContent + (element.value ?? 'x') !== '',
  );
  const boxes = blocks.map((element) => element.getBoundingClientRect());
  blocks.forEach((one, i) => {
    blocks.slice(i + 1).forEach((other, j) => {
      const [a, b] = [boxes[i], boxes[i + 1 + j]];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1 && !one.contains(other)) faults.push(`${name(one)} overlaps ${name(other)}`);
    });
  });
  return faults;
}

/** The ratios of contrast, as WCAG 2 defines them, of what axe-core does not look at: borders of fields and placeholders. */
function weakEdges() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color) =>
    rgb(color)
      .slice(0, 3)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ratio = (...colors) => {
    const [dark, light] = colors.map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const weak = [];
  for (const element of document.querySelectorAll('input, select, textarea, button')) {
    const style = getComputedStyle(element);
    const around = getComputedStyle(document.body).backgroundColor;
    if (ratio(style.borderTopColor, around) < 3) weak.push(`border of ${element.id}: ${ratio(style.borderTopColor, around)}`);
    const placeholder = getComputedStyle(element, '::placeholder');
    if (element.placeholder && ratio(placeholder.color, style.backgroundColor) * placeholder.opacity < 4.5) {
      weak.push(`placeholder of ${element.id}`);
    }
  }
  return weak;
}

/** What axe-core finds, and what it cannot tell. */
async function accessibilityFaults(page) {
  await page.evaluate(AXE);
  // Where the verdict stays in sight, it would hide the colours of what is below it.
  await page.evaluate(() => (document.getElementById('verdict').style.position = 'static'));
  const { violations, incomplete } = await page.evaluate((values) => axe.run({ runOnly: { type: 'tag', values } }), AXE_RULES);
  return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
    nodes
      // `weakEdges` looks at placeholders.
      .filter(({ failureSummary }) => !failureSummary.includes('Element has no value'))
      .map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

for (const { name, ...look } of LOOKS) {
  test(`page is laid out without overlaps and can be read: ${name}`, async (t) => {
    for (const [state, reach] of Object.entries(STATES)) {
      const { page } = await openPage(t, chromium, look);
      await reach(page);
      await page.screenshot({ path: `../../target/pictures/${look.colorScheme}-${look.viewport.width}-${state}.png`, fullPage: true });
      assert.deepEqual(await page.evaluate(layoutFaults, look.viewport === PHONE), [], state);
      assert.deepEqual(await page.evaluate(weakEdges), [], state);
      assert.deepEqual(await accessibilityFaults(page), [], state);
    }
  });

  test(`each control is reached by Tab, in the page's order, with a ring around it and in sight: ${name}`, async (t) => {
    const { page } = await openPage(t, chromium, look);
    await STATES.everything(page);
    // Tab goes on from where the user clicked.
    await page.getByText('vault-aws-login', { exact: true }).click();
    const stops = await page.evaluate(() => {
      const controls = document.querySelectorAll('button, input, select, textarea, summary, [tabindex]');
      const shown = [...controls].filter((element) => element.checkVisibility());
      shown.forEach((element, index) => (element.dataset.stop = index));
      return shown.length;
    });
    assert.ok(stops > 35, stops);
    for (let stop = 0; stop < stops; stop += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const points = [[(left + right) / 2, top + 3], [(left + right) / 2, Math.min(bottom - 3, innerHeight - 3)]];
        const over = points.map(([x, y]) => document.elementFromPoint(x, y));
        return {
          stop: Number(element.dataset.stop),
          ring: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
          covered: over.some((found) => !found || !(element.contains(found) || found.contains(element))),
        };
      });
      // A text that is higher than the window cannot be in sight as a whole.
      assert.deepEqual({ ...at, covered: undefined }, { stop, ring: true, covered: undefined });
      assert.ok(!at.covered, `stop ${stop} is covered: ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 80))}`);
    }
  });
}

test('verdict tells the whole message on a phone, with the server ID at its close', async (t) => {
  const { page } = await openPage(t, chromium, { viewport: PHONE });
  await STATES.diagnosed(page);
  const message = page.locator('#verdict p');
  const told = await message.innerText();
  assert.ok(told.includes(SERVER_IDS[0]), told);
  assert.ok((await page.locator('#details').innerText()).includes(told), 'the explanation repeats it');
  const { bottom, end } = await message.evaluate((element) => {
    const words = document.createRange();
    words.selectNodeContents(element);
    return { bottom: element.getBoundingClientRect().bottom, end: words.getBoundingClientRect().bottom };
  });
  assert.ok(end <= bottom + 1, `the text goes on for ${end - bottom} pixels`);
  assert.ok((await page.locator('#verdict').boundingBox()).height < PHONE.height / 2);
});

test('verdict stays in sight on a phone', async (t) => {
  const { page } = await openPage(t, chromium, { viewport: PHONE });
  await refuseExample(page);
  await page.evaluate(() => scrollTo(0, 0));
  const { y, height } = await page.locator('#verdict').boundingBox();
  assert.ok(y > 0 && y + height <= PHONE.height, `${y} ${height}`);
});

test('whole way is done by keyboard alone: example, what is known of the server, copy of a fix', async (t) => {
  const { page, title } = await openPage(t, chromium);
  const tabTo = async (id) => {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), id)) return;
    }
    assert.fail(`no way to ${id}`);
  };
  await tabTo('#example');
  await page.keyboard.press('Enter');
  assert.equal(await title(), 'It will be accepted');
  await tabTo('#mount-config');
  await page.keyboard.type('not');
  assert.equal(await page.locator('#mount-config').inputValue(), '');
  assert.equal(await title(), 'It will be accepted');
  await tabTo('#server-id');
  await tabTo('#server-id-value');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('other.example.com');
  assert.equal(await title(), 'It will be refused');
  await tabTo('.copy');
  await page.keyboard.press('Enter');
  await page.locator('#copied', { hasText: 'Copied.' }).waitFor({ state: 'attached' });
});
