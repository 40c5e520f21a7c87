/* ---- one session on an axis: parts, calls, callbacks, streams, findings ---- */
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat([1, 2, 5, 10, 15, 30].map(n => n * 1e3), [1, 2, 5, 10, 15, 30].map(n => n * 6e4),
  [1, 2, 3, 6, 12].map(n => n * 36e5), [1, 2, 7, 14, 30].map(n => n * 864e5));
/* Round times, as many as have room. */
const ticks = (from, to, room) => {
  const step = STEPS.find(s => (to - from) / s <= room) || STEPS[STEPS.length - 1], shift = local ? new Date(from).getTimezoneOffset() * 6e4 : 0, out = [];
  for (let t = Math.ceil((from - shift) / step) * step + shift; t <= to; t += step) out.push(t);
  return [out, step];
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
const streamsOf = events => {
  const streams = new Map();
  for (const e of events) {
    const uid = e.fields.streamUid ?? e.fields.user;
    if (uid === undefined || e.fields.state === undefined) continue;
    if (!streams.has(uid)) streams.set(uid, []);
    streams.get(uid).push(e);
  }
  return streams;
};
/* Steps that were not seen stand between their neighbours that were, or before or behind all. */
const holesOf = s => {
  const first = at(s.first_time), last = Math.max(at(s.last_time), first + 1000), spare = (last - first) * 0.05, out = [];
  const seen = one => one[2] === 'seen' || one[2] === 'failed', timed = s.steps.map(one => seen(one) ? at(one[3]) : NaN);
  for (let i = 0; i < s.steps.length; i++) {
    if (seen(s.steps[i])) continue;
    let end = i;
    while (end < s.steps.length && !seen(s.steps[end])) end++;
    const from = timed.slice(0, i).reduce((a, b) => Number.isNaN(b) ? a : Math.max(a, b), -Infinity), to = end < s.steps.length ? timed[end] : NaN;
    for (let k = i; k < end; k++) {
      const [name, hook, kind, , why] = s.steps[k];
      const time = Number.isFinite(from) && to > from ? from + (to - from) * (k - i + 1) / (end - i + 1) : end === s.steps.length ? last + spare * (k - i + 1) : first - spare * (end - k);
      out.push({ name, lane: hook ? 'hook' : 'call', kind, why, time });
    }
    i = end;
  }
  return out;
};
const result = e => [e.http, e.code !== null && e.code !== undefined ? 'code ' + e.code : null, ...['status', 'uploadingStatus', 'leaveCode', 'exitStatus', 'errorCode', 'warnCode'].filter(k => e.fields && e.fields[k] !== undefined)
  .map(k => (k === 'uploadingStatus' ? '' : k + ' ') + e.fields[k]), e.fields && e.fields.error, e.reason].filter(x => x !== null && x !== undefined).join(' ');
const titleOf = e => e.name + (e.repeated > 1 ? ' x' + e.repeated : '') + (e.copies > 1 ? ' (told ' + e.copies + ' times)' : '');

const drawAxis = (s, pick) => {
  const events = s.events.filter(e => e.time !== null), streams = streamsOf(events), holes = holesOf(s), findings = s.findings.map(i => data.findings[i]).filter(f => f.first_time !== null);
  const top = 14, lanes = { call: 50, hook: 86 }, LEFT = 84, RIGHT = 14, streamTop = 104, findTop = streamTop + streams.size * 17 + (streams.size ? 6 : 0);
  const H = findTop + findings.length * 17 + 28;
  const first = Math.min(at(s.first_time), ...holes.map(h => h.time)), last = Math.max(at(s.last_time), at(s.first_time) + 1000, ...holes.map(h => h.time));
  const fitted = [first - (last - first) * 0.02, last + (last - first) * 0.03];
  let view = [...fitted], W = 800;
  const box = svg('svg', { class: 'axis', role: 'group', tabindex: 0, 'aria-label': 'calls and callbacks over time; plus and minus zoom, arrows move, 0 shows all' });
  const tip = el('div', { class: 'tip', role: 'status', hidden: '' });
  const x = t => LEFT + (t - view[0]) / (view[1] - view[0]) * (W - LEFT - RIGHT);
  const back = px => view[0] + (px - LEFT) / (W - LEFT - RIGHT) * (view[1] - view[0]);
  const text = (px, y, words, kind, anchor) => svg('text', { x: px, y, class: kind || '', 'text-anchor': anchor || 'start' }, document.createTextNode(words));
  const inView = t => t >= view[0] && t <= view[1];
  const shapeOf = e => {
    const px = x(at(e.time)), hook = e.source !== 'api', y = hook ? lanes.hook : lanes.call, kind = e.ok === false ? 'fail' : hook ? 'hook' : 'call';
    const d = kind === 'fail' ? 'M' + (px - 4.5) + ' ' + (y - 4.5) + 'l9 9m0 -9l-9 9' : 'M' + (px - 5) + ' ' + (y - 6) + 'h10l-5 11z';
    const mark = hook && kind !== 'fail' ? svg('circle', { cx: px, cy: y, r: 5, class: kind }) : svg('path', { d, class: kind });
    mark.append(svg('title', {}, document.createTextNode('#' + e.n + ' ' + titleOf(e) + '  ' + clock(at(e.time), true) + '  ' + result(e))));
    mark.addEventListener('click', () => pick(e.n));
    return mark;
  };
  /* Names where they have room; what failed and what is missing first. */
  const labels = () => {
    const used = { call: [], hook: [] }, out = [];
    const wanted = [...holes.map(h => [h.time, h.name, h.lane, 'hole', 0]), ...events.map(e => [at(e.time), titleOf(e), e.source === 'api' ? 'call' : 'hook', e.ok === false ? 'fail' : '', e.ok === false ? 1 : 2])]
      .filter(w => inView(w[0])).sort((a, b) => a[4] - b[4] || a[0] - b[0]);
    for (const [t, name, lane, kind] of wanted) {
      const words = name.replace(/_state_changed$/, '').replace(/^recorder_(?=.*stream)/, '').slice(0, 24), wide = words.length * 6.3 + 8;
      const from = Math.max(LEFT, Math.min(x(t) - 5, W - wide - 2)), to = from + wide;
      if (used[lane].some(([a, b]) => from < b && to > a)) continue;
      used[lane].push([from, to]);
      out.push(text(from, (lane === 'call' ? lanes.call : lanes.hook) - 10, words, kind));
    }
    return out;
  };
  const draw = () => {
    const kids = [], [at5, step] = ticks(view[0], view[1], Math.max(2, (W - LEFT) / 92));
    for (const t of at5) {
      const time = step < 1000 ? clock(t, true) : step < 6e4 ? clock(t) : clock(t).slice(0, 5), words = days && (t === at5[0] || step >= 864e5) ? day(t).slice(5) + ' ' + time : time;
      kids.push(svg('line', { x1: x(t), x2: x(t), y1: top - 8, y2: H - 22, class: 'tick' }), text(Math.max(x(t), LEFT + 14), H - 7, words, '', x(t) > W - 40 ? 'end' : 'middle'));
    }
    kids.push(svg('rect', { x: 0, y: 0, width: LEFT - 2, height: H - 20, class: 'names' }));
    kids.push(text(8, top + 3, 'phases'), text(8, lanes.call + 4, 'calls'), text(8, lanes.hook + 4, 'callbacks'));
    for (const [kind, a, b] of s.parts) {
      const from = Math.max(x(a), LEFT), to = Math.min(x(b), W - RIGHT);
      if (to < from) continue;
      const one = svg('rect', { x: from, y: top - 6, width: Math.max(to - from, 1.5), height: 12, class: 'part ' + data.parts[kind] });
      one.append(svg('title', {}, document.createTextNode(data.parts[kind] + ' ' + length(b - a))));
      kids.push(one);
    }
    for (const y of [lanes.call, lanes.hook]) kids.push(svg('line', { x1: LEFT, x2: W - RIGHT, y1: y, y2: y, class: 'lane' }));
    for (const e of events) {
      const t = at(e.time), to = Math.min(x(at(e.end_time)), W - RIGHT), y = e.source === 'api' ? lanes.call : lanes.hook;
      if (e.repeated > 1 && to > LEFT && t < view[1]) kids.push(svg('rect', { x: Math.max(x(t), LEFT), y: y - 2, width: Math.max(to - Math.max(x(t), LEFT), 1), height: 4, class: 'call' }));
      if (inView(t)) kids.push(shapeOf(e));
    }
    for (const h of holes) {
      if (!inView(h.time)) continue;
      const hole = svg('circle', { cx: x(h.time), cy: h.lane === 'hook' ? lanes.hook : lanes.call, r: 6, class: 'hole' });
      hole.append(svg('title', {}, document.createTextNode(h.name + ': ' + h.why)));
      kids.push(hole);
    }
    kids.push(...labels());
    let y = streamTop;
    for (const [uid, list] of streams) {
      kids.push(text(8, y + 9, 'uid ' + String(uid).slice(0, 10)));
      for (const [begin, end] of spans(list, at(s.last_time))) {
        const from = Math.max(x(begin), LEFT), to = Math.min(x(end), W - RIGHT);
        if (to <= from) continue;
        const one = svg('rect', { x: from, y, width: Math.max(to - from, 2), height: 10, rx: 2, class: 'stream' });
        one.append(svg('title', {}, document.createTextNode('uid ' + uid + ' was received from ' + clock(begin, true) + ' for ' + length(end - begin))));
        kids.push(one);
      }
      y += 17;
    }
    y = findTop;
    for (const f of findings) {
      const from = Math.max(x(at(f.first_time)), LEFT), to = Math.min(x(at(f.last_time)), W - RIGHT);
      if (to >= from - 1) {
        const right = from > W - f.id.length * 6.3 - 30;
        kids.push(svg('rect', { x: from, y: y + 3, width: Math.max(to - from, 3), height: 5, class: 'finding ' + f.severity }),
          text(right ? from - 6 : Math.max(to, from + 3) + 6 > W - f.id.length * 6.3 - 20 ? from + 2 : Math.max(to, from + 3) + 6, right || Math.max(to, from + 3) + 6 <= W - f.id.length * 6.3 - 20 ? y + 9 : y, marks[f.severity] + ' ' + f.id, f.severity, right ? 'end' : 'start'));
      }
      y += 17;
    }
    if (findings.length) kids.push(text(8, findTop + 9, 'findings'));
    box.setAttribute('viewBox', '0 0 ' + W + ' ' + H);
    box.setAttribute('height', H);
    box.replaceChildren(...kids, cross);
  };
  const cross = svg('line', { y1: 4, y2: H - 22, class: 'cross-hair', visibility: 'hidden' });
  const zoom = (factor, middle) => {
    const whole = fitted[1] - fitted[0], width = Math.max((view[1] - view[0]) * factor, 50), share = (middle - view[0]) / (view[1] - view[0]);
    if (width >= whole) { fit(); return false; }
    view = [middle - width * share, middle + width * (1 - share)];
    draw();
    return true;
  };
  const shift = by => { view = [view[0] + by, view[1] + by]; draw(); };
  const fit = () => { view = [...fitted]; draw(); };
  const middle = () => (view[0] + view[1]) / 2;
  const place = e => (e.clientX - box.getBoundingClientRect().left) / box.getBoundingClientRect().width * W;
  /* Wide open, the wheel scrolls the page as everywhere. */
  box.addEventListener('wheel', e => {
    if (e.deltaY > 0 && view[0] === fitted[0] && view[1] === fitted[1]) return;
    e.preventDefault();
    zoom(e.deltaY > 0 ? 1.25 : 0.8, back(place(e)));
  }, { passive: false });
  const held = new Map();
  let pinch = 0;
  box.addEventListener('pointerdown', e => { held.set(e.pointerId, place(e)); if (held.size === 2) { const [a, b] = [...held.values()]; pinch = Math.abs(a - b); } });
  const point = e => {
    const px = place(e), t = back(px);
    tip.hidden = px < LEFT || px > W - RIGHT;
    cross.setAttribute('visibility', tip.hidden ? 'hidden' : 'visible');
    if (tip.hidden) return;
    cross.setAttribute('x1', px);
    cross.setAttribute('x2', px);
    const near = events.reduce((best, one) => best === null || Math.abs(at(one.time) - t) < Math.abs(at(best.time) - t) ? one : best, null);
    const close = near && Math.abs(x(at(near.time)) - px) < 9, prior = events.filter(one => at(one.time) < (close ? at(near.time) : t)).pop();
    tip.textContent = (close ? clock(at(near.time), true) + '  ' + titleOf(near) + '  ' + result(near) : clock(t, true)) + (prior ? '   +' + length((close ? at(near.time) : t) - at(prior.time)) + ' after ' + prior.name : '');
    tip.style.left = Math.min(px / W * box.clientWidth, Math.max(box.clientWidth - tip.offsetWidth, 0)) + 'px';
  };
  box.addEventListener('pointermove', e => {
    if (!held.has(e.pointerId)) { point(e); return; }
    const px = place(e), was = held.get(e.pointerId);
    held.set(e.pointerId, px);
    if (held.size === 2) {
      const [a, b] = [...held.values()], now = Math.abs(a - b);
      if (pinch > 0 && now > 0) zoom(pinch / now, back((a + b) / 2));
      pinch = now;
    } else if (Math.abs(px - was) > 0) {
      if (!box.hasPointerCapture(e.pointerId)) box.setPointerCapture(e.pointerId);
      shift((was - px) / (W - LEFT - RIGHT) * (view[1] - view[0]));
    }
  });
  for (const name of ['pointerup', 'pointercancel']) box.addEventListener(name, e => { held.delete(e.pointerId); });
  box.addEventListener('pointerleave', () => { tip.hidden = true; cross.setAttribute('visibility', 'hidden'); });
  box.addEventListener('keydown', e => {
    const act = { '+': () => zoom(0.6, middle()), '=': () => zoom(0.6, middle()), '-': () => zoom(1.6, middle()), 0: fit, ArrowLeft: () => shift((view[0] - view[1]) / 8), ArrowRight: () => shift((view[1] - view[0]) / 8) }[e.key];
    if (!act || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  });
  const frame = el('div', { class: 'axis-frame' }, box, tip);
  new ResizeObserver(() => { if (box.clientWidth > 0 && Math.abs(box.clientWidth - W) > 1) { W = box.clientWidth; draw(); } }).observe(frame);
  draw();
  return el('div', {}, frame, el('div', { class: 'axisbar' }, el('button', { onclick: () => zoom(0.6, middle()), title: 'closer', 'aria-label': 'closer' }, '+'),
    el('button', { onclick: () => zoom(1.6, middle()), title: 'wider', 'aria-label': 'wider' }, '−'), el('button', { onclick: fit }, 'fit'),
    el('span', { class: 'quiet keyed' }, '▼ call   ● callback   ✖ failed   ◌ missing')));
};
