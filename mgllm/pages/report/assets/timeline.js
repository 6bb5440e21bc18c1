// Gestures above the speech turns, on one axis of seconds.

const LINE = /(\d+):(\d\d(?:\.\d+)?)(?:\s*[–-]\s*(\d+):(\d\d(?:\.\d+)?))?\s+(.+)$/;
const AXIS = { left: 200, right: 780, lane: 20 };

// The item's own gestures: from the item file where the page has it, else from the cue block.
function gesturesOf(payload, item) {
  if (item.extra) return item.extra[1].map(([label, start, end]) => ({ label: payload.texts[label], start, end: end ?? start }));
  const block = ownArms(item).map((arm) => cueBlock(payload, item, arm)).find((text) => text !== null);
  return (block ?? '').split('\n').map((line) => LINE.exec(line)).filter(Boolean).map(([, m, s, m2, s2, label]) => {
    const start = 60 * Number(m) + Number(s);
    return { label, start, end: m2 === undefined ? start : 60 * Number(m2) + Number(s2) };
  });
}

// Arms that show the item's own gestures unchanged, the main one first.
function ownArms(item) {
  const other = (arm) => arm.includes('@') || item.group.attributed.includes(arm) || hasRole(arm, 'shuffled') || hasRole(arm, 'filler');
  return [...item.arms.keys()].filter((arm) => !other(arm)).sort((a, b) => hasRole(b, 'main') - hasRole(a, 'main'));
}

function cueBlock(payload, item, arm) {
  const at = item.arms.get(arm)?.[0];
  const messages = at === undefined ? null : payload.prompts[payload.records.prompt[at]][1];
  if (!messages) return null;
  const blocks = messages.flatMap(([, pieces]) => pieces.filter((_, n) => n % 2 === 1 && pieces[n - 1] === 2));
  return blocks.length ? blocks.map((text) => payload.texts[text]).join('\n') : null;
}

function turnsOf(payload, item) {
  return (item.extra?.[2] ?? []).map(([speaker, text, start, end]) => ({ speaker: payload.texts[speaker], text: payload.texts[text], start, end: end ?? start }));
}

// A figure, or null where no gesture and no turn has a time.
function timeline(payload, item) {
  const every = gesturesOf(payload, item), hasTime = (one) => one.start !== null && one.start !== undefined;
  const gestures = every.filter(hasTime), present = presentList(every.filter((one) => !hasTime(one)));
  const turns = turnsOf(payload, item);
  const timed = turns.filter((one) => one.start !== null);
  if (!gestures.length && !timed.length) return turns.length || present ? make('div', { class: 'moves' }, present, turns.length ? turnList(turns, false) : null) : null;
  const length = Math.max(item.extra?.[0] ?? 0, ...[...gestures, ...timed].map((one) => one.end)) || 1;
  const lanes = [...new Set(gestures.map((one) => one.label))];
  const speakers = [...new Set(timed.map((one) => one.speaker))];
  const x = (seconds) => AXIS.left + ((AXIS.right - AXIS.left) * seconds) / length;
  const rows = lanes.length + speakers.length, bottom = 8 + rows * AXIS.lane + (speakers.length ? 8 : 0);
  const bar = (one, row, kind, title) => draw('rect', { class: kind, x: x(one.start).toFixed(1), y: row, width: Math.max(3, x(one.end) - x(one.start)).toFixed(1), height: AXIS.lane - 7, rx: 2 }, draw('title', {}, title));
  const name = (text, row) => draw('text', { x: AXIS.left - 8, y: row + 11, 'text-anchor': 'end' }, clipped(visible(text)));
  const parts = [];
  lanes.forEach((label, n) => parts.push(name(label, 8 + n * AXIS.lane), ...gestures.filter((one) => one.label === label).map((one) => bar(one, 8 + n * AXIS.lane, 'gesture', `${visible(label)}, ${clock(one)}`))));
  speakers.forEach((speaker, n) => {
    const row = 16 + (lanes.length + n) * AXIS.lane;
    parts.push(name(speaker, row), ...timed.filter((one) => one.speaker === speaker).map((one) => bar(one, row, 'turn', `${visible(speaker)}, ${clock(one)}: ${visible(one.text)}`)));
  });
  parts.push(draw('line', { class: 'axis', x1: AXIS.left, x2: AXIS.right, y1: bottom, y2: bottom }));
  for (const second of ticks(length)) parts.push(draw('line', { class: 'axis', x1: x(second), x2: x(second), y1: bottom, y2: bottom + 4 }), draw('text', { x: x(second), y: bottom + 17, 'text-anchor': 'middle' }, `${second} s`));
  const words = `${gestures.length} gestures: ${gestures.map((one) => `${visible(one.label)} ${clock(one)}`).join(', ')}`;
  const svg = draw('svg', { class: 'timeline', viewBox: `0 0 800 ${bottom + 24}`, role: 'img', 'aria-label': words }, parts);
  const caption = `${timed.length ? 'Gestures above speech' : 'Gestures'}, ${item.extra ? 'from the item file' : 'as the prompt shows them'}`;
  return make('figure', { class: 'moves' }, make('figcaption', {}, caption), make('div', { class: 'wide' }, svg), present, turns.length ? turnList(turns, timed.length > 0) : null);
}

// Gestures without times: the annotation says only that they occurred.
function presentList(gestures) {
  if (!gestures.length) return null;
  return make('p', { class: 'present' }, 'Gestures (no times given): ', make('b', {}, word(gestures.map((one) => one.label).join(', '))));
}

function turnList(turns, timed) {
  const lines = turns.map((one) => make('li', {}, timed && one.start !== null ? `${clock(one)} ` : '', make('b', {}, word(`${one.speaker}:`)), ' ', word(one.text)));
  return make('div', { class: 'turns' }, timed ? null : make('p', { class: 'small' }, 'What was said (no times given):'), make('ol', {}, lines));
}

function ticks(length) {
  const step = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800].find((one) => length / one <= 9) ?? 3600;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, n) => n * step);
}

function clock({ start, end }) {
  const minutes = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
  return end > start ? `${minutes(start)}–${minutes(end)}` : minutes(start);
}

function clipped(text) {
  return text.length > 29 ? `${text.slice(0, 28)}…` : text;
}
