'use strict';
/* The report of one file: filters, the table of sessions, the drawer of one. Text of logs is only ever set as
 * textContent. State lives in the hash: #q=...&sev=...&s=ID */
let data, rows;
const at = t => t === null || t === undefined ? NaN : Date.parse(t);
const el = (name, attributes, ...children) => {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes || {}))
    if (k === 'class') e.className = v; else if (k.startsWith('on')) e.addEventListener(k.slice(2), v); else if (v !== null) e.setAttribute(k, v);
  e.append(...children.filter(c => c !== null && c !== undefined));
  return e;
};
const svg = (name, attributes, ...children) => {
  const e = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  e.append(...children);
  return e;
};
const marks = { critical: '✖', error: '✖', warning: '▲', info: '●' };
const order = ['critical', 'error', 'warning', 'info'];

/* ---- times ---- */
let local = false;
const pad = (n, w = 2) => String(n).padStart(w, '0');
const clock = (t, ms) => {
  if (Number.isNaN(t)) return '-';
  const d = new Date(t), u = local ? '' : 'UTC';
  const hour = d['get' + u + 'Hours'](), minute = d['get' + u + 'Minutes'](), second = d['get' + u + 'Seconds']();
  return pad(hour) + ':' + pad(minute) + ':' + pad(second) + (ms ? '.' + pad(d['get' + u + 'Milliseconds'](), 3) : '');
};
const day = t => {
  const d = new Date(t), u = local ? '' : 'UTC';
  return d['get' + u + 'FullYear']() + '-' + pad(d['get' + u + 'Month']() + 1) + '-' + pad(d['get' + u + 'Date']());
};
const length = ms => {
  if (Number.isNaN(ms)) return '-';
  if (ms < 1000) return Math.round(ms) + 'ms';
  const s = Math.floor(ms / 1000), h = Math.floor(s / 3600), m = Math.floor(s % 3600 / 60);
  return h > 0 ? h + 'h' + pad(m) + 'm' : m > 0 ? m + 'm' + pad(s % 60) + 's' : (ms / 1000).toFixed(ms < 10000 ? 1 : 0) + 's';
};

/* ---- what a session is, for the table ---- */
const rowFrom = (s, index) => {
  const of = s.findings.map(i => data.findings[i]);
  const worst = order.find(o => of.some(f => f.severity === o)) || null;
  const words = [s.cname, s.uid, s.sid, s.resource_id, s.state, s.mode, ...s.codes, ...of.map(f => f.id)];
  return { s, index, of, worst, rank: worst ? order.length - order.indexOf(worst) : 0, first: at(s.first_time), last: at(s.last_time),
    words: words.filter(w => w !== null).join('\n').toLowerCase() };
};
const load = report => { data = report; rows = data.sessions.map(rowFrom); };
load(JSON.parse(document.getElementById('data').textContent));
const columns = [
  ['channel', '20%', r => r.s.cname || r.s.id, 1], ['uid', '10%', r => r.s.uid || '-', 1], ['mode', '8%', r => r.s.mode || '-', 1],
  ['state', '11%', r => r.s.state, 1], ['phases', '17%', null, 0], ['findings', '14%', r => r.rank * 1000 + r.of.length, -1],
  ['length', '9%', r => r.last - r.first, -1], ['start', '11%', r => r.first, 1],
];

/* Provision, joining, recording, draining as parts of the session's length. */
const phases = s => {
  const ev = s.events.filter(e => e.time), first = at(s.first_time), last = Math.max(at(s.last_time), first + 1);
  const find = test => { const e = ev.find(test); return e ? at(e.time) : NaN; };
  const called = find(e => e.name === 'start' && e.ok !== false);
  const joined = find(e => /recorder_started|slice_start/.test(e.name) || (e.name === 'query' && e.fields && Number(e.fields.status) >= 4));
  const start = Number.isNaN(called) ? joined : called;
  const stop = find(e => e.name === 'stop' || /recorder_leave|session_exit/.test(e.name));
  const out = [], add = (from, to, kind) => { if (to > from) out.push([(from - first) / (last - first), (to - first) / (last - first), kind]); };
  add(first, Number.isNaN(start) ? last : start, 'provision');
  if (!Number.isNaN(start)) {
    const end = Number.isNaN(stop) ? last : stop, up = Number.isNaN(joined) ? NaN : Math.min(Math.max(joined, start), end);
    add(start, Number.isNaN(up) ? end : up, 'joining');
    if (!Number.isNaN(up)) add(up, end, 'recording');
    add(end, last, 'draining');
  }
  return out;
};
const phaseBar = s => {
  const fill = { provision: 'url(#dots)', joining: 'var(--joining)', recording: 'var(--record)', draining: 'url(#hatch)' };
  const bar = svg('svg', { class: 'phase', viewBox: '0 0 100 10', preserveAspectRatio: 'none', role: 'img' });
  const parts = phases(s);
  bar.append(svg('title', {}, document.createTextNode(parts.map(p => p[2]).join(', ') || 'unknown')));
  bar.append(svg('rect', { x: 0, y: 1, width: 100, height: 8, fill: 'none', stroke: 'var(--line)', 'vector-effect': 'non-scaling-stroke' }));
  for (const [from, to, kind] of parts) bar.append(svg('rect', { x: from * 100, y: 1, width: Math.max((to - from) * 100, 0.8), height: 8, fill: fill[kind] }));
  if (/failed|never-started|expired/.test(s.state))
    bar.append(svg('path', { d: 'M95 1 L99 9 M99 1 L95 9', stroke: 'var(--error)', 'stroke-width': 2, 'vector-effect': 'non-scaling-stroke' }));
  return bar;
};

/* ---- state and filters ---- */
const state = { q: '', sev: null, rule: '', sort: null, down: false, s: null };
const readHash = () => {
  const h = new URLSearchParams(location.hash.slice(1));
  state.q = h.get('q') || '';
  state.sev = h.has('sev') ? h.get('sev').split(',') : null;
  state.rule = h.get('rule') || '';
  state.s = h.get('s');
};
const writeHash = () => {
  const h = new URLSearchParams();
  if (state.q) h.set('q', state.q);
  if (state.sev) h.set('sev', state.sev.join(','));
  if (state.rule) h.set('rule', state.rule);
  if (state.s) h.set('s', state.s);
  history.replaceState(null, '', '#' + h);
};
let shown = [], chosen = 0;
const filter = () => {
  const words = state.q.toLowerCase().split(/\s+/).filter(w => w);
  shown = rows.filter(r => words.every(w => r.words.includes(w)) && (!state.sev || state.sev.includes(r.worst || 'clean')) &&
    (!state.rule || r.of.some(f => f.id === state.rule)));
  const c = columns.find(column => column[0] === state.sort);
  if (c) {
    const sign = state.down ? -1 : 1;
    shown.sort((a, b) => { const x = c[2](a), y = c[2](b); return (x < y ? -1 : x > y ? 1 : a.index - b.index) * sign; });
  }
  chosen = Math.min(chosen, Math.max(shown.length - 1, 0));
  count.textContent = shown.length + ' of ' + rows.length + (rows.length === 1 ? ' session' : ' sessions');
};

/* ---- the table: only the rows in sight exist ---- */
const HEIGHT = 36, SPARE = 8;
const grid = document.getElementById('grid'), count = document.getElementById('count');
const body = el('tbody'), before = el('tr'), behind = el('tr');
const rowOf = (r, i) => {
  const open = () => { chosen = i; choose(r.s.id); };
  const findings = r.worst ? el('span', { class: r.worst }, marks[r.worst] + ' ' + r.of.length + ' ' + r.worst) : el('span', { class: 'quiet' }, 'none');
  const cells = [r.s.cname || r.s.id, r.s.uid || '-', r.s.mode || '-', r.s.state, phaseBar(r.s), findings, length(r.last - r.first), clock(r.first)];
  const tr = el('tr', { onclick: open, 'aria-selected': String(i === chosen) });
  cells.forEach((c, k) => tr.append(el('td', { class: k > 5 ? 'time' : '', title: typeof c === 'string' ? c : null }, c)));
  return tr;
};
const paint = () => {
  const top = Math.max(0, Math.floor(grid.scrollTop / HEIGHT) - SPARE);
  const end = Math.min(shown.length, top + Math.ceil(grid.clientHeight / HEIGHT) + 2 * SPARE);
  before.style.height = top * HEIGHT + 'px';
  behind.style.height = (shown.length - end) * HEIGHT + 'px';
  body.replaceChildren(before, ...shown.slice(top, end).map((r, i) => rowOf(r, top + i)), behind);
};
const refresh = () => { filter(); paint(); writeHash(); };
const makeTable = () => {
  const head = el('tr');
  for (const [name, width, by] of columns) {
    const sort = () => { state.down = state.sort === name ? !state.down : columns.find(c => c[0] === name)[3] < 0; state.sort = name; refresh(); };
    head.append(el('th', { scope: 'col', style: 'width:' + width }, by ? el('button', { onclick: sort, title: 'sort' }, name) : name));
  }
  grid.replaceChildren(el('table', { 'aria-label': 'sessions' }, el('thead', {}, head), body));
  grid.addEventListener('scroll', () => requestAnimationFrame(paint), { passive: true });
};
const move = by => {
  chosen = Math.max(0, Math.min(shown.length - 1, chosen + by));
  const y = chosen * HEIGHT;
  if (y < grid.scrollTop) grid.scrollTop = y;
  if (y + 2 * HEIGHT > grid.scrollTop + grid.clientHeight) grid.scrollTop = y + 2 * HEIGHT - grid.clientHeight;
  paint();
  if (state.s && shown[chosen]) choose(shown[chosen].s.id);
};

/* ---- one session ---- */
const drawer = document.getElementById('drawer');
const result = e => [e.http, e.code !== null && e.code !== undefined ? 'code ' + e.code : null, e.fields && e.fields.status !== undefined ? 'status ' + e.fields.status : null,
  e.fields && e.fields.leaveCode !== undefined ? 'leaveCode ' + e.fields.leaveCode : null, e.fields && e.fields.errorCode !== undefined ? 'errorCode ' + e.fields.errorCode : null,
  e.reason].filter(x => x !== null && x !== undefined).join(' ');
const holesOf = s => {
  const has = name => s.events.some(e => e.name === name), hooks = data.coverage.webhook.length > 0;
  const up = s.events.some(e => /recorder_started/.test(e.name));
  const out = [];
  if (has('acquire') && !has('start')) out.push(['call', 'start', 'never came']);
  if (s.sid && !has('stop')) out.push(['call', 'stop', 'not in the logs']);
  if (s.sid && hooks && !up) out.push(['hook', 'recorder_started', 'missing']);
  return out;
};
/* A stream is received from a state of 0 to one of 1; audio and video count together. */
const spans = (list, end) => {
  const out = [], on = new Set();
  let since = NaN;
  for (const e of list) {
    const t = at(e.time), was = on.size;
    if (Number(e.fields.state) === 0) on.add(e.name); else on.delete(e.name);
    if (was === 0 && on.size > 0) since = t;
    if (was > 0 && on.size === 0) { out.push([since, t]); since = NaN; }
  }
  if (on.size > 0) out.push([since, end]);
  return out;
};
const drawAxis = s => {
  const timed = s.events.filter(e => e.time), W = 1000, LEFT = 78, lanes = { call: 34, hook: 74, streams: 104 };
  const streams = new Map();
  for (const e of timed) {
    const uid = e.fields && (e.fields.streamUid ?? e.fields.user);
    if (uid === undefined || !/stream_state/.test(e.name)) continue;
    if (!streams.has(uid)) streams.set(uid, []);
    streams.get(uid).push(e);
  }
  const H = lanes.streams + Math.max(streams.size, 0) * 16 + 26;
  const whole = [at(s.first_time), Math.max(at(s.last_time), at(s.first_time) + 1000)];
  let view = null;
  const box = svg('svg', { class: 'axis', viewBox: '0 0 ' + W + ' ' + H, role: 'img', tabindex: 0, 'aria-label': 'calls and callbacks over time' });
  const x = t => LEFT + (t - view[0]) / (view[1] - view[0]) * (W - LEFT - 20);
  const put = (t, y, e, n) => {
    const fail = e.ok === false, hook = e.source !== 'api', kind = fail ? 'fail' : hook ? 'hook' : 'call';
    const shape = hook ? svg('circle', { cx: x(t), cy: y, r: 5, class: kind }) : svg('path', { d: 'M' + (x(t) - 5) + ' ' + (y - 6) + ' h10 l-5 11 z', class: kind });
    shape.append(svg('title', {}, document.createTextNode('#' + n + ' ' + e.name + (e.repeated > 1 ? ' x' + e.repeated : '') + '  ' + clock(t, true) + '  ' + result(e))));
    return shape;
  };
  const draw = () => {
    const kids = [];
    for (const [name, y] of [['calls', lanes.call], ['callbacks', lanes.hook]]) {
      kids.push(svg('line', { x1: LEFT, x2: W - 20, y1: y, y2: y, class: 'lane' }), svg('text', { x: 8, y: y + 4 }, document.createTextNode(name)));
    }
    const step = (view[1] - view[0]) / 5;
    for (let i = 0; i <= 5; i++) kids.push(svg('text', { x: x(view[0] + i * step) - (i === 5 ? 50 : i === 0 ? 0 : 24), y: H - 8 }, document.createTextNode(clock(view[0] + i * step, view[1] - view[0] < 60000))));
    let last = { call: -99, hook: -99 };
    const labels = [];
    for (const e of timed) {
      const t = at(e.time), hook = e.source !== 'api', y = hook ? lanes.hook : lanes.call;
      if (t < view[0] || t > view[1]) continue;
      if (e.repeated > 1 && e.end_time) kids.push(svg('rect', { x: x(t), y: y - 1.5, width: Math.max(x(at(e.end_time)) - x(t), 1), height: 3, class: 'call' }));
      kids.push(put(t, y, e, e.n));
      const lane = hook ? 'hook' : 'call';
      if (x(t) - last[lane] > 64) { labels.push(svg('text', { x: Math.min(x(t) - 4, W - 110), y: y - 11 }, document.createTextNode(e.name.slice(0, 18)))); last[lane] = x(t) + e.name.length * 4; }
    }
    kids.push(...labels);
    let row = 0;
    for (const [uid, list] of streams) {
      const y = lanes.streams + row++ * 16;
      kids.push(svg('text', { x: 8, y: y + 9 }, document.createTextNode('uid ' + uid)));
      for (const [begin, end] of spans(list, whole[1])) {
        const from = x(Math.max(begin, view[0])), to = x(Math.min(end, view[1]));
        if (to > from) kids.push(svg('rect', { x: from, y, width: Math.max(to - from, 2), height: 9, rx: 2, class: 'stream' }));
      }
    }
    holesOf(s).forEach(([lane, name, why], i) => {
      const hole = svg('circle', { cx: W - 34 - i * 16, cy: lane === 'hook' ? lanes.hook : lanes.call, r: 6, class: 'hole' });
      hole.append(svg('title', {}, document.createTextNode(name + ': ' + why)));
      kids.push(hole);
    });
    box.replaceChildren(...kids);
  };
  const zoom = (factor, middle) => {
    const width = Math.max((view[1] - view[0]) * factor, 1000), share = (middle - view[0]) / (view[1] - view[0]);
    view = [middle - width * share, middle + width * (1 - share)];
    if (view[1] - view[0] >= whole[1] - whole[0]) fit(); else draw();
  };
  const fit = () => { const spare = (whole[1] - whole[0]) * 0.03; view = [whole[0] - spare, whole[1] + spare]; draw(); };
  box.addEventListener('wheel', e => {
    e.preventDefault();
    const r = box.getBoundingClientRect(), px = (e.clientX - r.left) / r.width * W;
    zoom(e.deltaY > 0 ? 1.25 : 0.8, view[0] + (px - LEFT) / (W - LEFT - 20) * (view[1] - view[0]));
  }, { passive: false });
  let held = null;
  box.addEventListener('pointerdown', e => { held = [e.clientX, view]; box.setPointerCapture(e.pointerId); });
  box.addEventListener('pointermove', e => {
    if (!held) return;
    const shift = (held[0] - e.clientX) / box.getBoundingClientRect().width * (held[1][1] - held[1][0]);
    view = [held[1][0] + shift, held[1][1] + shift];
    draw();
  });
  box.addEventListener('pointerup', () => { held = null; });
  const middle = () => (view[0] + view[1]) / 2;
  fit();
  return el('div', {}, box, el('div', { class: 'axisbar' }, el('button', { onclick: () => zoom(0.6, middle()), title: 'closer' }, '+'),
    el('button', { onclick: () => zoom(1.6, middle()), title: 'wider' }, '−'), el('button', { onclick: fit }, 'fit'),
    el('span', { class: 'quiet' }, '▼ call   ● callback   ◌ missing')));
};
const place = p => p.file + ':' + p.line;
const shortPlace = p => p.file.slice(p.file.lastIndexOf('/') + 1) + ':' + p.line;
const ticket = (s, of) => {
  const lines = ['### Cloud Recording: ' + (of.length ? of[0].id.replaceAll('-', ' ') : 'question'), '',
    'App ID: ' + s.app_id, 'Channel: ' + s.cname, 'uid: ' + s.uid, 'Resource ID: ' + s.resource_id, 'sid: ' + s.sid, 'UTC: ' + s.first_time + ' - ' + s.last_time, ''];
  for (const f of of) lines.push('**' + f.severity + ': ' + f.id + '**', f.say, 'Why: ' + f.why, 'Do: ' + f.fix, 'Proof: ' + f.evidence.map(place).join(', '), '');
  return lines.concat(s.events.map(e => (e.time || '-') + '  ' + e.name + '  ' + result(e))).join('\n');
};
const copier = (label, text) => el('button', { onclick: e => {
  const b = e.currentTarget, done = () => { b.textContent = 'copied'; setTimeout(() => { b.textContent = label; }, 1500); };
  if (navigator.clipboard) navigator.clipboard.writeText(text()).then(done, () => {});
  else { const area = el('textarea'); area.value = text(); document.body.append(area); area.select(); document.execCommand('copy'); area.remove(); done(); }
} }, label);
const close = () => { state.s = null; drawer.hidden = true; document.body.classList.remove('opened'); writeHash(); };
const choose = id => {
  const r = rows.find(one => one.s.id === id);
  if (!r) { close(); return; }
  const s = r.s, proof = new Set(r.of.flatMap(f => f.evidence.map(place)));
  state.s = id;
  document.body.classList.add('opened');
  const list = el('dl');
  for (const [name, value] of [['uid', s.uid], ['mode', s.mode], ['state', s.state], ['sid', s.sid], ['resource id', s.resource_id], ['app id', s.app_id],
    ['time', Number.isNaN(r.first) ? null : day(r.first) + ' ' + clock(r.first, true) + ' .. ' + clock(r.last, true) + (local ? ' local' : ' UTC') + ', ' + length(r.last - r.first)]])
    list.append(el('dt', {}, name), el('dd', { class: 'id' }, value || '(none)'));
  const cases = r.of.map(f => el('article', { class: 'case ' + f.severity },
    el('h3', {}, marks[f.severity] + ' ' + f.id + ' ', el('span', {}, f.severity + ', ' + f.confidence + (f.count > 1 ? ', ' + f.count + ' times' : ''))),
    el('p', {}, el('b', {}, 'What'), f.say), el('p', {}, el('b', {}, 'Why'), f.why), el('p', {}, el('b', {}, 'Do'), f.fix),
    el('p', { class: 'quiet' }, el('b', {}, 'Proof'), el('span', { class: 'id' }, f.evidence.map(place).join(', '))),
    f.excluded && f.excluded.length ? el('p', { class: 'quiet' }, el('b', {}, 'Not it'), el('span', {}, f.excluded.join('; '))) : null));
  if (!r.of.length) cases.push(el('p', { class: 'good' }, 'No misuse found in this session.'));
  for (const u of data.unchecked.filter(one => one.session === s.id))
    cases.push(el('p', { class: 'quiet' }, '? ' + u.rule + ' could not be checked: ' + u.needs));
  const table = el('tbody');
  let last = NaN;
  for (const e of s.events) {
    const t = at(e.time), tr = el('tr', { class: (e.ok === false ? 'fail' : '') + (proof.has(place(e.at)) ? ' proof' : '') });
    for (const [kind, text, title] of [['number', String(e.n)], ['time', clock(t, true)], ['time', Number.isNaN(t) || Number.isNaN(last) ? '' : '+' + length(t - last)],
      ['', e.source === 'api' ? 'call' : 'hook'], ['', e.name + (e.repeated > 1 ? ' x' + e.repeated : '')], ['', result(e)], ['id quiet', shortPlace(e.at), place(e.at)]])
      tr.append(el('td', { class: kind, title: title || null }, text));
    table.append(tr);
    if (!Number.isNaN(t)) last = t;
  }
  for (const [lane, name, why] of holesOf(s))
    table.append(el('tr', { class: 'hole' }, el('td', { class: 'number' }, '◌'), el('td', {}, '-'), el('td'), el('td', {}, lane), el('td', {}, name), el('td', { colspan: 2 }, why)));
  drawer.replaceChildren(
    el('header', {}, el('h2', { id: 'drawer-title' }, s.cname || s.id), el('span', {}, copier('copy ticket', () => ticket(s, r.of)), ' ', copier('copy link', () => location.href), ' ',
      el('button', { onclick: close, 'aria-label': 'close' }, '✕'))),
    list, Number.isNaN(r.first) ? '' : drawAxis(s), ...cases,
    el('div', { class: 'scroll' }, el('table', { class: 'lines' }, el('thead', {}, el('tr', {}, ...['#', local ? 'time' : 'time (UTC)', 'since', 'who', 'event', 'result', 'line'].map(n => el('th', {}, n)))), table)));
  drawer.hidden = false;
  drawer.scrollTop = 0;
  writeHash();
};

/* ---- controls ---- */
const search = document.getElementById('search'), rule = document.getElementById('rule'), buttons = [...document.querySelectorAll('[data-severity]')];
const show = () => {
  search.value = state.q;
  rule.value = state.rule;
  for (const b of buttons) b.setAttribute('aria-pressed', String(!state.sev || state.sev.includes(b.dataset.severity)));
};
search.addEventListener('input', () => { state.q = search.value; grid.scrollTop = 0; refresh(); });
rule.addEventListener('change', () => { state.rule = rule.value; refresh(); });
document.getElementById('zone').addEventListener('change', e => { local = e.target.value === 'local'; paint(); if (state.s) choose(state.s); });
for (const b of buttons) b.addEventListener('click', () => {
  const all = buttons.map(one => one.dataset.severity), now = new Set(state.sev || all);
  if (now.has(b.dataset.severity)) now.delete(b.dataset.severity); else now.add(b.dataset.severity);
  state.sev = now.size === all.length ? null : [...now];
  show();
  refresh();
});
for (const b of document.querySelectorAll('[data-rule]')) b.addEventListener('click', () => { state.rule = b.dataset.rule; show(); refresh(); grid.scrollIntoView({ block: 'nearest' }); });
document.addEventListener('keydown', e => {
  if (e.key === 'Escape') { if (state.s) close(); else search.blur(); return; }
  if (/INPUT|SELECT|TEXTAREA/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === '/') { e.preventDefault(); search.focus(); }
  if (e.key === 'j' || e.key === 'k') move(e.key === 'j' ? 1 : -1);
  if (e.key === 'Enter' && e.target.tagName !== 'BUTTON' && e.target.tagName !== 'SUMMARY' && shown[chosen]) choose(shown[chosen].s.id);
});
window.addEventListener('hashchange', () => { readHash(); show(); filter(); paint(); if (state.s) choose(state.s); else drawer.hidden = true; });
for (const id of new Set(data.findings.map(f => f.id))) rule.append(el('option', { value: id }, id));
document.documentElement.classList.add('js');
readHash();
show();
makeTable();
filter();
paint();
if (state.s) choose(state.s);
