// The live page: shows what /api/live tells, and passes on what its controls are set to.

import {addPoints} from './charts.js';

const SHOWN_RETURNS = 10;
const SENDERS = 4;
const POLICIES = ['BACKPRESSURE', 'DROP_NEWEST', 'DROP_OLDEST', 'CONFLATE', 'DISCONNECT'];
const STOPS = ['billing', 'warehouse', 'inventory', 'notifications', 'completion'];
const STOP_OF = {
  RefundIssued: 'billing',
  ReviewRequested: 'billing',
  ParcelExpected: 'warehouse',
  RestockPlanned: 'inventory',
  CustomerNotified: 'notifications',
  ReturnCompleted: 'completion',
};

const byId = (id) => document.getElementById(id);
const text = (id, value) => { byId(id).textContent = value; };

async function request(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: {'Content-Type': 'application/json'},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) {
    throw new Error(json.detail || json.title || answer.statusText);
  }
  return json;
}

// ---- returns flowing through the departments

const flow = byId('flow');
const rows = new Map(); // by the id of the return
let missed = 0;

function row(id) {
  let item = rows.get(id);
  if (item) {
    return item;
  }
  item = document.createElement('li');
  const code = document.createElement('code');
  code.textContent = id.slice(0, 8);
  const what = document.createElement('span');
  what.className = 'what';
  item.append(code, what);
  for (const stop of STOPS) {
    const chip = document.createElement('span');
    chip.className = 'stop';
    chip.dataset.stop = stop;
    chip.textContent = stop;
    item.append(chip);
  }
  rows.set(id, item);
  flow.prepend(item);
  while (rows.size > SHOWN_RETURNS) {
    const [oldest] = rows.keys();
    rows.get(oldest).remove();
    rows.delete(oldest);
  }
  return item;
}

function showEvents(events) {
  for (const event of events) {
    missed += event.missedBefore;
    const stop = STOP_OF[event.kind];
    if (stop === undefined) {
      row(event.returnId).querySelector('.what').textContent = event.detail;
    } else if (rows.has(event.returnId)) {
      const chip = rows.get(event.returnId).querySelector(`[data-stop="${stop}"]`);
      chip.classList.add('done');
      chip.title = event.detail;
      chip.textContent = `${stop} ✓`;
    }
  }
  text('missed', missed === 0 ? '' : `This page was too slow for ${missed} events, which it has not shown.`);
}

// ---- subscriptions and their controls

const cards = new Map();
const wanted = new Map(); // by control, the change that is to be told next, or is just being told

function card(stats) {
  const article = byId('subscription').content.firstElementChild.cloneNode(true);
  article.dataset.name = stats.name;
  article.querySelector('h3').textContent = stats.name;
  const controls = article.querySelector('.controls');
  if (stats.delayMillis === null) {
    controls.remove();
  } else {
    addControls(article, stats.name);
    article.querySelector('.policy').remove();
  }
  byId('subscriptions').append(article);
  return article;
}

function addControls(article, name) {
  const slider = article.querySelector('input');
  const select = article.querySelector('select');
  const output = article.querySelector('output');
  slider.id = `delay-${name}`;
  select.id = `overflow-${name}`;
  label(slider, article, '.delay-label');
  label(select, article, '.overflow-label');
  select.append(...POLICIES.map((policy) => new Option(policy, policy)));
  slider.addEventListener('input', () => {
    output.textContent = `${slider.value} ms`;
  });
  slider.addEventListener('change', () => change(slider, {department: name, delayMillis: Number(slider.value)}));
  select.addEventListener('change', () => change(select, {department: name, overflow: select.value}));
}

// a control is called by its department and its own label, since there is one of each for each department
function label(control, article, selector) {
  const title = article.querySelector('h3');
  const own = article.querySelector(selector);
  title.id = `title-${article.dataset.name}`;
  own.id = `label-${control.id}`;
  own.htmlFor = control.id;
  control.setAttribute('aria-labelledby', `${title.id} ${own.id}`);
}

// one after the other, so that the last is what holds in the end; those in between need not be told
async function change(control, last) {
  const telling = wanted.has(control);
  wanted.set(control, last);
  if (telling) {
    return;
  }
  let told = null;
  while (told !== wanted.get(control)) {
    told = wanted.get(control);
    try {
      await request('PUT', '/api/controls', told);
      text('fault', '');
    } catch (e) {
      text('fault', `Not changed: ${e.message}`);
    }
  }
  wanted.delete(control);
}

// a control somebody is at shows what he wants, not what stats, which may be older, say
const isFree = (control) => control && control !== document.activeElement && !wanted.has(control);

function showSubscriptions(subscriptions) {
  for (const [name, article] of cards) {
    // a department is only between two subscriptions, and whoever is at its controls should stay there
    if (!STOPS.includes(name) && !subscriptions.some((one) => one.name === name)) {
      article.remove();
      cards.delete(name);
    }
  }
  for (const stats of subscriptions) {
    if (!cards.has(stats.name)) {
      cards.set(stats.name, card(stats));
    }
    const article = cards.get(stats.name);
    for (const field of article.querySelectorAll('[data-field]')) {
      field.textContent = stats[field.dataset.field];
    }
    const slider = article.querySelector('input');
    if (isFree(slider)) {
      slider.value = stats.delayMillis;
      article.querySelector('output').textContent = `${stats.delayMillis} ms`;
    }
    const select = article.querySelector('select');
    if (isFree(select)) {
      select.value = stats.overflow;
    }
  }
}

// ---- what comes

const live = new EventSource('/api/live');
live.addEventListener('open', () => text('connection', 'connected'));
live.addEventListener('error', () => text('connection', 'not connected'));
live.addEventListener('events', (message) => showEvents(JSON.parse(message.data)));
live.addEventListener('stats', (message) => {
  const stats = JSON.parse(message.data);
  text('refused', stats.refused);
  if (stats.returns !== null) {
    text('stored', stats.returns.stored);
    text('open', stats.returns.open);
  }
  showSubscriptions(stats.subscriptions);
  addPoints(stats.subscriptions, Date.now() / 1000, STOPS);
});

// ---- creating returns

let stopped = true;

async function create(count, perSecond) {
  const orders = await request('GET', '/api/orders');
  const start = performance.now();
  let begun = 0;
  let created = 0;
  let refused = 0;
  const send = async () => {
    while (begun < count && !stopped) {
      const line = orders[begun % orders.length];
      const due = perSecond === 0 ? 0 : start + (begun / perSecond) * 1000 - performance.now();
      begun++;
      if (due > 0) {
        await new Promise((resolve) => setTimeout(resolve, due));
      }
      try {
        await request('POST', '/api/returns', {order: line.order, sku: line.sku, quantity: 1});
        created++;
      } catch (e) {
        refused++;
      }
      text('progress', `${created} created${refused === 0 ? '' : `, ${refused} refused`}`);
    }
  };
  await Promise.all(Array.from({length: SENDERS}, send));
  text('progress', `Done: ${created} created${refused === 0 ? '' : `, ${refused} refused`}`);
}

byId('stop').addEventListener('click', () => { stopped = true; });
byId('create').addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = byId('create').querySelector('[type="submit"]');
  stopped = false;
  button.disabled = true;
  byId('stop').disabled = false;
  try {
    await create(Number(byId('count').value), Number(byId('rate').value));
  } catch (e) {
    text('progress', `Cannot create returns: ${e.message}`);
  } finally {
    stopped = true;
    button.disabled = false;
    byId('stop').disabled = true;
  }
});
