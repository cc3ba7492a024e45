import { chromium } from 'playwright-core';

export const PAGE = new URL('../dist/index.html', import.meta.url).href;

/** Starts the system's Chromium, with an empty profile and without its own requests to its vendor. */
export function startChromium() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Opens the page from disk, and closes it after the test. Its requests and errors are recorded. */
export async function openPage(t, browser, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => page.close());
  const requests = [];
  const faults = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => requests.push(socket.url()));
  page.on('console', (message) => faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(PAGE);
  await page.getByText('Nothing to judge yet').waitFor();
  const title = () => page.locator('#verdict h2').textContent();
  return { page, requests, faults, title };
}

/** Fills in the example, for a server that wants another server ID than the login has. */
export async function refuseExample(page) {
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page.getByLabel('The server ID', { exact: true }).fill('other.example.com');
}
