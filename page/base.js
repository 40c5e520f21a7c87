'use strict';
/* The page of a report. Text of logs is only ever set as text. What is chosen lives in the hash:
 * #q=...&sev=...&rule=...&state=...&t=FROM-TO&sort=...&s=ID */
const el = (name, attributes, ...children) => {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes || {}))
    if (k === 'class') e.className = v; else if (k.startsWith('on')) e.addEventListener(k.slice(2), v); else if (v !== null && v !== undefined) e.setAttribute(k, v);
  e.append(...children.filter(c => c !== null && c !== undefined));
  return e;
};
const svg = (name, attributes, ...children) => {
  const e = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  e.append(...children);
  return e;
};
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
const marks = { critical: '✖', error: '✖', warning: '▲', info: '●' };
const order = ['critical', 'error', 'warning', 'info'];

/* ---- times: milliseconds, NaN when there is none ---- */
let local = false;
const at = t => typeof t === 'number' ? t : t ? Date.parse(t) : NaN;
const pad = (n, w = 2) => String(n).padStart(w, '0');
const part = (t, what) => new Date(t)['get' + (local ? '' : 'UTC') + what]();
const clock = (t, ms) => Number.isNaN(t) ? '-' : pad(part(t, 'Hours')) + ':' + pad(part(t, 'Minutes')) + ':' + pad(part(t, 'Seconds')) + (ms ? '.' + pad(part(t, 'Milliseconds'), 3) : '');
const day = t => part(t, 'FullYear') + '-' + pad(part(t, 'Month') + 1) + '-' + pad(part(t, 'Date'));
const zoned = document.querySelector('#zone option[value=local]') !== null;
const zone = () => local ? 'local' : zoned ? 'UTC' : 'no zone';
/* What a person typed, in the zone of the page; only a time of day means that of the first day. */
const typed = (text, first) => {
  const m = /^\s*(?:(\d{4}-\d\d-\d\d)[ T]+)?(\d\d?):(\d\d)(?::(\d\d))?\s*$/.exec(text);
  if (!m) return NaN;
  return Date.parse((m[1] || day(first)) + 'T' + pad(m[2]) + ':' + m[3] + ':' + (m[4] || '00') + (local ? '' : 'Z'));
};
const length = ms => {
  if (Number.isNaN(ms)) return '-';
  if (ms < 1000) return Math.round(ms) + 'ms';
  const s = Math.floor(ms / 1000), h = Math.floor(s / 3600), m = Math.floor(s % 3600 / 60);
  if (h >= 24) return Math.floor(h / 24) + 'd' + pad(h % 24) + 'h';
  return h > 0 ? h + 'h' + pad(m) + 'm' : m > 0 ? m + 'm' + pad(s % 60) + 's' : (ms / 1000).toFixed(ms < 10000 ? 1 : 0) + 's';
};

/* ---- the data, as src/report/page_json.c writes it ---- */
let data, rows, days = false;
const eventOf = (row, i) => {
  const [kind, hook, time, took, ok, http, code, reason, repeated, copies, input, line, fields] = row;
  return { n: i + 1, name: data.kinds[kind], source: hook ? 'hook' : 'api', time, end_time: time === null ? null : time + took, ok: ok === null ? null : ok === 1,
    http: http || null, code, reason: reason || null, repeated, copies, fields, at: { file: data.paths[input], line } };
};
/* Events are unfolded when somebody looks. */
const unfold = s => Object.defineProperty(s, 'events', { configurable: true, get() {
  const value = s.e.map(eventOf);
  Object.defineProperty(s, 'events', { value });
  return value;
} });
const codesOf = s => s.e.map(e => e[6]).filter(c => c !== null);
const rowFrom = (s, index) => {
  const of = s.findings.map(i => data.findings[i]);
  const worst = order.find(o => of.some(f => f.severity === o)) || null;
  const words = [s.cname, s.uid, s.sid, s.resource_id, s.app_id, s.state, s.mode, ...new Set(codesOf(s)), ...of.map(f => f.id)];
  return { s: unfold(s), index, of, worst, rank: worst ? order.length - order.indexOf(worst) : 0, first: at(s.first_time), last: at(s.last_time), uploaded: at(s.uploaded),
    words: words.filter(w => w !== null && w !== undefined).join('\n').toLowerCase() };
};
const load = report => {
  data = report;
  for (const f of data.findings) f.evidence = f.at.map(([input, line]) => ({ file: data.paths[input], line }));
  rows = data.sessions.map(rowFrom);
  const times = rows.flatMap(r => [r.first, r.last]).filter(t => !Number.isNaN(t));
  days = times.length > 0 && day(times.reduce((a, b) => Math.min(a, b))) !== day(times.reduce((a, b) => Math.max(a, b)));
};
load(JSON.parse(document.getElementById('data').textContent));
