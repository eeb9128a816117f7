// Queue depth, throughput and drops of each subscription, in the last minute.

const SECONDS = 60;
const SUBJECTS = ['depth', 'throughput', 'drops'];
const COLORS = {billing: 0, warehouse: 1, inventory: 2, notifications: 3, completion: 4, audit: 5}; // pages have the last
const points = new Map(); // by the name of the subscription: of each subject its points, and the last stats
const charts = {};
let lastTime = null;

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colorOf = (name) => `--s${COLORS[name] ?? 6}`;
const canvas = (subject) => document.getElementById(subject);

function drawCharts() {
  const scale = () => ({grid: {color: style('--line')}, ticks: {color: style('--faint'), maxTicksLimit: 6}});
  for (const subject of SUBJECTS) {
    charts[subject]?.destroy();
    charts[subject] = new Chart(canvas(subject), {
      type: 'line',
      data: {
        datasets: [...points].map(([name, one]) => ({
          label: name,
          data: one[subject],
          borderColor: style(colorOf(name)),
          borderWidth: 2,
          pointRadius: 0,
        })),
      },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        maintainAspectRatio: false,
        events: [],
        plugins: {legend: {display: false}},
        scales: {
          x: {...scale(), type: 'linear', ticks: {...scale().ticks, callback: clock}},
          y: {...scale(), beginAtZero: true, suggestedMax: 10},
        },
      },
    });
  }
  document.getElementById('legend').replaceChildren(...[...points.keys()].map((name) => {
    const item = document.createElement('li');
    const swatch = document.createElement('span');
    swatch.style.background = `var(${colorOf(name)})`;
    item.append(swatch, name);
    return item;
  }));
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], {hour12: false});

// Those that are to stay have a line also while they are not there: between one subscription and the next.
export function addPoints(subscriptions, now, toStay) {
  const seconds = lastTime === null ? null : now - lastTime;
  lastTime = now;
  const names = subscriptions.map((stats) => stats.name);
  const gone = [...points.keys()].filter((name) => !names.includes(name) && !toStay.includes(name));
  const come = names.filter((name) => !points.has(name));
  gone.forEach((name) => points.delete(name));
  come.forEach((name) => points.set(name, {depth: [], throughput: [], drops: [], last: null}));
  for (const stats of subscriptions) {
    const one = points.get(stats.name);
    add(one.depth, now, stats.depth);
    if (one.last !== null && seconds > 0) {
      add(one.throughput, now, more(one.last.delivered, stats.delivered) / seconds);
      add(one.drops, now, more(one.last.dropped, stats.dropped) / seconds);
    }
    one.last = stats;
  }
  if (gone.length + come.length > 0) {
    drawCharts();
  }
  for (const subject of SUBJECTS) {
    charts[subject].options.scales.x.min = now - SECONDS;
    charts[subject].options.scales.x.max = now;
    charts[subject].update();
  }
}

function add(line, x, y) {
  line.push({x, y});
  while (line[0].x < x - SECONDS) {
    line.shift();
  }
}

// a count that is less than before is that of a new subscription
const more = (before, now) => (now < before ? now : now - before);

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawCharts);
