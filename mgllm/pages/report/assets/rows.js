// The payload's columns as items, and the state of each arm of an item.

const OUTCOMES = ['answered', 'unparsed', 'refused', 'failed'];

// Whether an arm has a role in some run of the page: unasked, main, shuffled, filler.
const hasRole = (arm, role) => (document.body.dataset[role] ?? '').split(',').includes(arm);

function readItems(payload) {
  const { groups, items, records, texts } = payload;
  for (const group of groups) Object.assign(group, { firstEpoch: Infinity, firstShuffle: {} });
  const read = items.id.map((id, number) => {
    const group = groups[items.group[number]];
    const target = items.target[number] < 0 ? null : group.labels[items.target[number]];
    const name = texts[id], subject = texts[items.subject[number]];
    return { number, group, id: name, subject, target, extra: items.extra[number], arms: new Map() };
  });
  records.item.forEach((item, at) => {
    const arms = read[item].arms, arm = read[item].group.arms[records.arm[at]];
    if (!arms.has(arm)) arms.set(arm, []);
    arms.get(arm).push(at);
    const group = read[item].group;
    if (!hasRole(arm, 'unasked')) group.firstEpoch = Math.min(group.firstEpoch, records.epoch[at]);
    group.firstShuffle[arm] = Math.min(group.firstShuffle[arm] ?? Infinity, records.shuffle[at]);
  });
  return read;
}

// right · wrong · answered (no target) · unparsed · refused · failed · mixed · absent
function stateOf(payload, item, arm) {
  const states = (item.arms.get(arm) ?? []).map((at) => recordState(payload, at));
  if (!states.length) return { word: 'absent', right: 0, of: 0 };
  const right = states.filter((state) => state === 'right').length;
  return { word: states.every((state) => state === states[0]) ? states[0] : 'mixed', right, of: states.length };
}

function recordState(payload, at) {
  const { right, outcome } = payload.records;
  return right[at] === 1 ? 'right' : right[at] === 0 ? 'wrong' : OUTCOMES[outcome[at]];
}

// What an arm changed against the baseline, in the first epoch and shuffle, as the tables count b and c.
function changeOf(payload, item, arm) {
  const [mine, other] = [arm, item.group.baseline].map((name) => firstState(payload, item, name));
  if (mine === null || other === null || arm === item.group.baseline) return 'not comparable';
  if (mine === other) return mine === 'right' ? 'both right' : 'both wrong';
  return mine === 'right' ? 'gained' : 'lost';
}

function firstState(payload, item, arm) {
  const { epoch, shuffle } = payload.records, { firstEpoch, firstShuffle } = item.group;
  const first = (item.arms.get(arm) ?? []).find((at) => epoch[at] === firstEpoch && shuffle[at] === firstShuffle[arm]);
  const state = first === undefined ? null : recordState(payload, first);
  return state === 'right' || state === 'wrong' ? state : null;
}
