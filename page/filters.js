/* ---- what is shown ---- */
const state = { q: '', sev: null, rule: '', phase: '', t: null, sort: null, down: false, s: null };
const readHash = () => {
  const h = new URLSearchParams(location.hash.slice(1)), t = (h.get('t') || '').split('-').map(Number);
  state.q = h.get('q') || '';
  state.sev = h.has('sev') ? h.get('sev').split(',') : null;
  state.rule = h.get('rule') || '';
  state.phase = h.get('state') || '';
  state.t = t.length === 2 && t.every(Number.isFinite) ? t : null;
  state.down = (h.get('sort') || '').startsWith('-');
  state.sort = (h.get('sort') || '').replace(/^-/, '') || null;
  state.s = h.get('s');
};
const writeHash = () => {
  const h = new URLSearchParams();
  if (state.q) h.set('q', state.q);
  if (state.sev) h.set('sev', state.sev.join(','));
  if (state.rule) h.set('rule', state.rule);
  if (state.phase) h.set('state', state.phase);
  if (state.t) h.set('t', state.t.join('-'));
  if (state.sort) h.set('sort', (state.down ? '-' : '') + state.sort);
  if (state.s) h.set('s', state.s);
  history.replaceState(null, '', '#' + h);
};
let shown = [], chosen = 0;
const inTime = r => !state.t || (r.first >= state.t[0] && r.first <= state.t[1]);
const filter = () => {
  const words = state.q.toLowerCase().split(/\s+/).filter(w => w);
  shown = rows.filter(r => words.every(w => r.words.includes(w)) && (!state.sev || state.sev.includes(r.worst || 'clean')) &&
    (!state.rule || r.of.some(f => f.id === state.rule)) && (!state.phase || r.s.state === state.phase) && inTime(r));
  const c = columns.find(column => column.name === state.sort);
  if (c) {
    const sign = state.down ? -1 : 1, value = new Map(shown.map(r => [r, c.by(r)]));
    shown.sort((a, b) => {
      const x = value.get(a), y = value.get(b);
      return Number.isNaN(x) || Number.isNaN(y) ? Number.isNaN(x) - Number.isNaN(y) || a.index - b.index : (x < y ? -1 : x > y ? 1 : a.index - b.index) * sign;
    });
  }
  chosen = Math.min(chosen, Math.max(shown.length - 1, 0));
  count.textContent = shown.length === rows.length ? rows.length + (rows.length === 1 ? ' session' : ' sessions') : shown.length + ' of ' + rows.length + ' sessions';
};

/* ---- the starts over time; dragging chooses some ---- */
const BINS = 60;
const startsBox = document.getElementById('starts'), fromInput = document.getElementById('from'), toInput = document.getElementById('to');
const startsSpan = () => {
  const times = rows.map(r => r.first).filter(t => !Number.isNaN(t));
  return times.length ? [times.reduce((a, b) => Math.min(a, b)), Math.max(times.reduce((a, b) => Math.max(a, b)), times[0] + 1000)] : null;
};
let drawn = [];
const drawStarts = () => {
  const now = [rows, String(state.t), local];
  if (now.every((one, i) => one === drawn[i])) return;
  drawn = now;
  const whole = startsSpan();
  document.getElementById('range').hidden = !whole;
  if (!whole) return;
  const all = new Array(BINS).fill(0), bad = new Array(BINS).fill(0);
  for (const r of rows) {
    if (Number.isNaN(r.first)) continue;
    const bin = Math.min(BINS - 1, Math.floor((r.first - whole[0]) / (whole[1] - whole[0]) * BINS));
    all[bin]++;
    if (r.rank >= 3) bad[bin]++;
  }
  const most = all.reduce((a, b) => Math.max(a, b)), kids = [];
  all.forEach((n, i) => {
    if (n === 0) return;
    const high = Math.max(n / most * 24, 2), low = Math.min(bad[i] / most * 24, high);
    kids.push(svg('rect', { x: i * 4, y: 26 - high, width: 3, height: high, class: 'all' }), svg('rect', { x: i * 4, y: 26 - low, width: 3, height: low, class: 'bad' }));
  });
  if (state.t) {
    const x = t => Math.max(0, Math.min(BINS * 4, (t - whole[0]) / (whole[1] - whole[0]) * BINS * 4)), a = x(state.t[0]), b = x(state.t[1]);
    kids.push(svg('rect', { x: a, y: 0, width: Math.max(b - a, 1), height: 26, class: 'chosen' }));
  }
  startsBox.setAttribute('viewBox', '0 0 ' + BINS * 4 + ' 26');
  startsBox.setAttribute('preserveAspectRatio', 'none');
  startsBox.replaceChildren(...kids);
  fromInput.value = state.t ? day(state.t[0]) + ' ' + clock(state.t[0]) : '';
  toInput.value = state.t ? day(state.t[1]) + ' ' + clock(state.t[1]) : '';
  fromInput.placeholder = day(whole[0]) + ' ' + clock(whole[0]);
  toInput.placeholder = day(whole[1]) + ' ' + clock(whole[1]);
};
const chooseTime = () => {
  let begin = null;
  const timeAt = e => {
    const box = startsBox.getBoundingClientRect(), whole = startsSpan(), share = Math.max(0, Math.min(1, (e.clientX - box.left) / box.width));
    return Math.round(whole[0] + share * (whole[1] - whole[0]));
  };
  startsBox.addEventListener('pointerdown', e => { begin = timeAt(e); startsBox.setPointerCapture(e.pointerId); });
  startsBox.addEventListener('pointermove', e => {
    if (begin === null) return;
    const t = timeAt(e);
    state.t = [Math.min(begin, t), Math.max(begin, t)];
    refresh();
  });
  startsBox.addEventListener('pointerup', e => {
    if (begin !== null && Math.abs(timeAt(e) - begin) < (startsSpan()[1] - startsSpan()[0]) / 200) state.t = null;
    begin = null;
    refresh();
  });
  for (const input of [fromInput, toInput]) input.addEventListener('change', () => {
    const whole = startsSpan(), a = typed(fromInput.value, whole[0]), b = typed(toInput.value, whole[0]);
    for (const [box, t] of [[fromInput, a], [toInput, b]]) box.setAttribute('aria-invalid', String(box.value !== '' && Number.isNaN(t)));
    state.t = Number.isNaN(a) && Number.isNaN(b) ? null : [Number.isNaN(a) ? whole[0] : a, Number.isNaN(b) ? whole[1] : b + 999];
    refresh();
  });
};
