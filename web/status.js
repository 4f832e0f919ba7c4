/** Keeps the status page fresh: asks for the same address again, and takes over what differs. Without it the page stands still. */

const BUSY_MS = 2_000;
const IDLE_MS = 10_000;
const UNREACHABLE_MS = 15_000;

const live = document.querySelector('#live');
if (live !== null) void keepFresh(live);

async function keepFresh(live) {
  for (;;) {
    const isBusy = live.dataset.busy === 'yes';
    await sleep(document.querySelector('#offline').hidden ? (isBusy ? BUSY_MS : IDLE_MS) : UNREACHABLE_MS);
    if (document.hidden) await untilVisible();
    const next = await readPage();
    document.querySelector('#offline').hidden = next !== undefined;
    if (next !== undefined) takeOver(live, next);
  }
}

async function readPage() {
  try {
    const answer = await fetch(location.href, { cache: 'no-store' });
    if (!answer.ok) return undefined;
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    return undefined;
  }
}

/** What a person is at, stays: an element with the focus, and what they have unfolded. */
function takeOver(live, next) {
  const news = [...next.querySelectorAll('.connector')].flatMap((connector) => {
    const before = document.getElementById(connector.id);
    if (before === null) return [];
    const name = connector.querySelector('h2').textContent;
    const { state, stream } = connector.dataset;
    return [
      ...(before.dataset.state === state ? [] : [`${name}: ${state}`]),
      ...(before.dataset.stream === stream || stream === undefined ? [] : [`changes of ${name}: ${stream}`]),
    ];
  });
  const nextLive = next.querySelector('#live');
  live.dataset.busy = nextLive.dataset.busy;
  live.replaceChildren(...[...nextLive.children].map(keepOrTake));
  const filters = document.querySelector('#filters');
  if (!filters.contains(document.activeElement)) filters.replaceWith(next.querySelector('#filters'));
  if (news.length > 0) document.querySelector('#news').textContent = news.join(', ');
}

function keepOrTake(element) {
  const before = element.id === '' ? null : document.getElementById(element.id);
  if (before === null) return element;
  if (before.contains(document.activeElement)) return before;
  if (before.querySelector('details')?.open) element.querySelector('details')?.setAttribute('open', '');
  return before.outerHTML === element.outerHTML ? before : element;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function untilVisible() {
  return new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
}
