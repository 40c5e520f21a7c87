/* ---- the table: only the rows in sight exist ---- */
const HEIGHT = 36, SPARE = 8;
const grid = document.getElementById('grid'), count = document.getElementById('count');
const body = el('tbody'), before = el('tr', { class: 'space' }), behind = el('tr', { class: 'space' });
const partsOf = (s, first, last) => s.parts.map(([kind, from, to]) => [data.parts[kind], (from - first) / (last - first), (to - first) / (last - first)]);
const phaseBar = s => {
  const first = at(s.first_time), last = Math.max(at(s.last_time), first + 1), parts = Number.isNaN(first) ? [] : partsOf(s, first, last);
  const bar = svg('svg', { class: 'phase', viewBox: '0 0 100 10', preserveAspectRatio: 'none', role: 'img' });
  const says = s.parts.map(([kind, from, to]) => data.parts[kind] + ' ' + length(to - from));
  if (s.failed) says.push('not recorded');
  bar.append(svg('title', {}, document.createTextNode(says.join(', ') || 'unknown')), svg('rect', { x: 0, y: 1, width: 100, height: 8, class: 'frame' }));
  for (const [kind, from, to] of parts) bar.append(svg('rect', { x: from * 100, y: 1, width: Math.max((to - from) * 100, 1.2), height: 8, class: kind }));
  return s.failed ? el('span', { class: 'barred' }, bar, svg('svg', { viewBox: '0 0 10 10', class: 'crossed', 'aria-hidden': 'true' }, svg('path', { class: 'cross', d: 'M1 1l8 8m0-8l-8 8' }))) : bar;
};
const found = r => r.worst ? el('span', { class: r.worst }, marks[r.worst] + ' ' + r.of.length, el('span', { class: 'word' }, ' ' + r.worst)) : el('span', { class: 'quiet' }, '–');
const moment = t => Number.isNaN(t) ? '-' : days ? el('span', { title: day(t) }, el('span', { class: 'day quiet' }, day(t).slice(5) + ' '), clock(t)) : clock(t);
const columns = [
  { name: 'channel', by: r => r.s.cname || r.s.id, show: r => r.s.cname || r.s.id },
  { name: 'uid', by: r => r.s.uid || '', show: r => r.s.uid || '-' },
  { name: 'mode', by: r => r.s.mode || '', show: r => r.s.mode || '-' },
  { name: 'state', by: r => r.s.state, show: r => r.s.state },
  { name: 'phases', show: r => phaseBar(r.s) },
  { name: 'findings', by: r => r.rank * 1000 + r.of.length, down: true, show: found },
  { name: 'length', by: r => r.last - r.first, down: true, show: r => length(r.last - r.first) },
  { name: 'start', by: r => r.first, show: r => moment(r.first) },
  { name: 'upload', by: r => r.uploaded, show: r => Number.isNaN(r.uploaded) ? '-' : moment(r.uploaded) },
];
const rowOf = (r, i) => {
  const open = () => { chosen = i; choose(r.s.id); };
  const tr = el('tr', { onclick: open, 'aria-selected': String(i === chosen), id: 'row-' + i });
  for (const c of columns) {
    const what = c.show(r);
    tr.append(el('td', { class: 'c-' + c.name, title: typeof what === 'string' ? what : null }, what));
  }
  return tr;
};
/* Rows that stay in sight stay as they are. */
let painted = { list: null, top: 0, rows: [] };
const paint = () => {
  const top = Math.max(0, Math.floor(grid.scrollTop / HEIGHT) - SPARE);
  const end = Math.min(shown.length, top + Math.ceil(grid.clientHeight / HEIGHT) + 2 * SPARE);
  const known = i => painted.list === shown ? painted.rows[i - painted.top] : undefined;
  const now = shown.slice(top, end).map((r, i) => known(top + i) || rowOf(r, top + i));
  before.style.height = top * HEIGHT + 'px';
  behind.style.height = (shown.length - end) * HEIGHT + 'px';
  const kept = new Set(now);
  for (const tr of painted.rows) if (!kept.has(tr)) tr.remove();
  if (before.parentNode !== body || painted.list !== shown) body.replaceChildren(before, behind);
  let next = before.nextSibling;
  for (const tr of now) if (tr === next) next = next.nextSibling; else body.insertBefore(tr, next);
  now.forEach((tr, i) => { const on = String(top + i === chosen); if (tr.getAttribute('aria-selected') !== on) tr.setAttribute('aria-selected', on); });
  painted = { list: shown, top, rows: now };
  if (shown.length === 0) body.append(el('tr', {}, el('td', { colspan: columns.length, class: 'quiet nothing' }, 'No session fits. Clear a filter.')));
};
const head = el('tr');
const paintHead = () => head.replaceChildren(...columns.map(c => {
  const on = state.sort === c.name, name = el('span', {}, c.name, c.name === 'start' ? el('span', { class: 'zone' }, ' (' + zone() + ')') : null);
  const sort = () => { state.down = on ? !state.down : Boolean(c.down); state.sort = c.name; refresh(); };
  return el('th', { scope: 'col', class: 'c-' + c.name, 'aria-sort': on ? state.down ? 'descending' : 'ascending' : null },
    c.by ? el('button', { onclick: sort, title: 'sort by ' + c.name }, name, el('span', { class: 'arrow' }, on ? state.down ? ' ▾' : ' ▴' : '')) : name);
}));
const refresh = () => {
  filter();
  painted.list = null;
  paintHead();
  paint();
  drawStarts();
  document.getElementById('reset').hidden = !(state.q || state.sev || state.rule || state.phase || state.t);
  writeHash();
};
const makeTable = () => {
  grid.replaceChildren(el('table', { 'aria-label': 'sessions', 'aria-rowcount': String(rows.length) }, el('thead', {}, head), body));
  grid.addEventListener('scroll', () => requestAnimationFrame(paint), { passive: true });
};
const reveal = () => {
  const y = chosen * HEIGHT;
  if (y < grid.scrollTop) grid.scrollTop = y;
  if (y + 2 * HEIGHT > grid.scrollTop + grid.clientHeight) grid.scrollTop = y + 2 * HEIGHT - grid.clientHeight;
  paint();
};
const move = by => {
  chosen = Math.max(0, Math.min(shown.length - 1, chosen + by));
  reveal();
  if (state.s && shown[chosen]) choose(shown[chosen].s.id);
};
