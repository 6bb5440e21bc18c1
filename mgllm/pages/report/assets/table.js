// The table of items: searched, filtered, sorted, a page at a time.

const PAGE = 50;
const MARKS = { right: '✓', wrong: '✗', answered: '·', unparsed: '?', refused: '⊘', failed: '!', mixed: '½', absent: '' };
const RANK = ['absent', 'failed', 'refused', 'unparsed', 'answered', 'wrong', 'mixed', 'right'];
const CHANGES = ['gained', 'lost', 'both right', 'both wrong', 'not comparable'];
const STATES = ['right', 'wrong', 'mixed', 'answered', 'unparsed', 'refused', 'failed'];
const order = new Intl.Collator('en', { numeric: true });

class ItemTable {
  constructor(place, open) {
    this.open = open;
    this.page = 0;
    this.sort = { column: 'item', down: false };
    this.controls = this.makeControls();
    this.status = make('p', { role: 'status', class: 'status' });
    this.head = make('thead');
    this.body = make('tbody');
    this.pager = make('nav', { class: 'pager', 'aria-label': 'Pages of the table' });
    const table = make('table', { class: 'items' }, make('caption', { class: 'unseen' }, 'Items; Enter opens one'), this.head, this.body);
    place.replaceChildren(this.form, this.status, make('div', { class: 'wide' }, table), this.pager);
    this.body.addEventListener('click', (event) => this.openRow(event.target.closest('tr')));
    this.body.addEventListener('keydown', (event) => this.move(event));
  }

  makeControls() {
    const pick = (name) => make('select', { name });
    const made = { search: make('input', { type: 'search', name: 'search', autocomplete: 'off', placeholder: 'item, subject, target …' }), texts: make('input', { type: 'checkbox', name: 'texts' }) };
    for (const name of ['group', 'subject', 'target', 'arm', 'change', 'state']) made[name] = pick(name);
    const say = { search: 'Search', texts: 'also in prompts and replies', group: 'Scenario and model', subject: 'Subject', target: 'Target', arm: 'Arm', change: 'Compared with the baseline', state: 'Answer' };
    this.labels = Object.fromEntries(Object.entries(made).map(([name, field]) => [name, make('label', { class: `f-${name}` }, make('span', {}, say[name]), field)]));
    this.form = make('form', { class: 'filters', 'aria-label': 'Which items to show' }, ...Object.values(this.labels), make('button', { type: 'reset' }, 'Show all'));
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('reset', () => setTimeout(() => this.resetArm()));
    made.arm.addEventListener('change', () => { this.armChosen = true; });
    for (const kind of ['input', 'change']) this.form.addEventListener(kind, () => this.later());
    return made;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.page = 0; this.show(); }, 80);
  }

  resetArm() {
    this.armChosen = false;
    this.controls.arm.value = this.mainArm;
    this.later();
  }

  // New records; search and order stay.
  load(payload) {
    this.payload = payload;
    this.items = readItems(payload);
    this.arms = [...new Set(payload.groups.flatMap((group) => group.arms.filter((arm) => !group.attributed.includes(arm))))].filter((arm) => !hasRole(arm, 'unasked') && this.items.some((item) => item.arms.has(arm)));
    const baselines = new Set(payload.groups.map((group) => group.baseline));
    this.mainArm = this.arms.find((arm) => hasRole(arm, 'main')) ?? this.arms.find((arm) => !baselines.has(arm)) ?? this.arms[0] ?? '';
    for (const item of this.items) item.states = new Map(this.arms.map((arm) => [arm, stateOf(payload, item, arm)]));
    const subjects = [...new Set(this.items.map((item) => item.subject))].sort(order.compare);
    const targets = [...new Set(this.items.map((item) => item.target ?? ''))].filter(Boolean).sort(order.compare);
    this.choices('group', payload.groups.map((group, n) => [String(n), nameOf(group)]));
    this.choices('subject', subjects.map((subject) => [subject, subject]));
    this.choices('target', targets.map((target) => [target, target]));
    if (!this.armChosen) this.controls.arm.value = '';
    this.choices('arm', this.arms.map((arm) => [arm, arm]), this.mainArm);
    this.choices('change', CHANGES.map((change) => [change, change]));
    this.choices('state', STATES.map((state) => [state, state]));
    this.labels.group.hidden = payload.groups.length < 2;
    this.labels.subject.hidden = subjects.length > 2000;
    this.show();
  }

  choices(name, pairs, first = null) {
    const field = this.controls[name], before = field.value;
    const every = first === null ? [make('option', { value: '' }, 'any')] : [];
    field.replaceChildren(...every, ...pairs.map(([value, text]) => make('option', { value }, visible(text))));
    field.value = pairs.some(([value]) => value === before) ? before : first ?? '';
  }

  show() {
    const arm = this.controls.arm.value;
    for (const item of this.items) item.change = changeOf(this.payload, item, arm);
    this.found = this.sorted(this.items.filter(this.filter(arm)));
    const pages = Math.max(1, Math.ceil(this.found.length / PAGE));
    this.page = Math.min(this.page, pages - 1);
    const counts = CHANGES.slice(0, 2).map((change) => `${this.found.filter((item) => item.change === change).length} ${change}`);
    const changed = arm ? `; ${visible(arm)} compared with the baseline: ${counts.join(', ')}` : '';
    this.status.textContent = `${this.found.length.toLocaleString('en')} of ${this.items.length.toLocaleString('en')} items${changed}`;
    this.drawHead(arm);
    this.body.replaceChildren(...this.found.slice(this.page * PAGE, (this.page + 1) * PAGE).map((item) => this.row(item)));
    this.drawPager(pages);
  }

  filter(arm) {
    const { search, texts, group, subject, target, change, state } = this.controls;
    const words = search.value.toLowerCase(), chosen = group.value === '' ? null : this.payload.groups[Number(group.value)];
    const inTexts = texts.checked && words ? itemsWith(this.payload, words) : new Set();
    return (item) => (!chosen || item.group === chosen)
      && (!subject.value || item.subject === subject.value)
      && (!target.value || item.target === target.value)
      && (!change.value || item.change === change.value)
      && (!state.value || item.states.get(arm)?.word === state.value)
      && (!words || inTexts.has(item.number) || [item.id, item.subject, item.target ?? ''].some((text) => text.toLowerCase().includes(words)));
  }

  sorted(items) {
    const { column, down } = this.sort, sign = down ? -1 : 1;
    const read = { item: (item) => item.id, subject: (item) => item.subject, target: (item) => item.target ?? '', group: (item) => item.group.name, change: (item) => item.change }[column];
    const rank = (item) => { const state = item.states.get(column); return RANK.indexOf(state.word) + (state.of ? state.right / state.of : 0) / 2; };
    const compare = read ? (a, b) => order.compare(read(a), read(b)) : (a, b) => rank(a) - rank(b);
    return items.sort((a, b) => sign * compare(a, b) || a.number - b.number);
  }

  drawHead(arm) {
    const several = this.payload.groups.length > 1 ? [['group', 'Scenario and model']] : [];
    const columns = [['item', 'Item'], ['subject', 'Subject'], ['target', 'Target'], ...several, ['change', `${arm} changes`], ...this.arms.map((name) => [name, name])];
    const focused = document.activeElement?.dataset?.column;
    const cells = columns.map(([column, title]) => {
      const sorted = this.sort.column === column;
      const arrow = make('span', { 'aria-hidden': 'true', class: 'arrow' }, sorted ? (this.sort.down ? '▼' : '▲') : '');
      const button = make('button', { type: 'button', 'data-column': column }, word(title), arrow);
      button.addEventListener('click', () => this.sortBy(column));
      return make('th', { scope: 'col', 'aria-sort': sorted ? (this.sort.down ? 'descending' : 'ascending') : 'none' }, button);
    });
    this.head.replaceChildren(make('tr', {}, cells));
    if (focused) [...this.head.querySelectorAll('button')].find((button) => button.dataset.column === focused)?.focus();
  }

  sortBy(column) {
    this.sort = { column, down: this.sort.column === column && !this.sort.down };
    this.page = 0;
    this.show();
  }

  row(item) {
    const several = this.payload.groups.length > 1;
    const button = make('button', { type: 'button', class: 'link' }, word(item.id));
    return make('tr', { 'data-number': String(item.number) },
      make('th', { scope: 'row' }, button), make('td', {}, word(item.subject)), make('td', {}, word(item.target ?? '–')),
      several && make('td', {}, word(nameOf(item.group))), make('td', { class: `change ${item.change.replace(' ', '-')}` }, item.change),
      this.arms.map((arm) => this.stateCell(item.states.get(arm))));
  }

  stateCell({ word: state, right, of }) {
    const words = state === 'mixed' ? `${right} of ${of} right` : state;
    return make('td', { class: `state ${state}`, title: words }, make('span', { 'aria-hidden': 'true' }, MARKS[state]), make('span', { class: 'unseen' }, words));
  }

  drawPager(pages) {
    const step = (words, by, able) => {
      const button = make('button', { type: 'button', disabled: !able, 'data-step': String(by) }, words);
      button.addEventListener('click', () => { this.page += by; this.show(); this.pager.querySelector(`[data-step="${by}"]:not(:disabled)`)?.focus(); });
      return button;
    };
    this.pager.hidden = pages < 2;
    this.pager.replaceChildren(step('Previous', -1, this.page > 0), make('span', {}, `Page ${this.page + 1} of ${pages}`), step('Next', 1, this.page < pages - 1));
  }

  openRow(row) {
    if (row) this.open(this.items[Number(row.dataset.number)]);
  }

  move(event) {
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    const other = step && event.target.closest('tr')?.[step]?.querySelector('button');
    if (other) { event.preventDefault(); other.focus(); }
  }

  // The item after (or before) one, in the table's present order.
  beside(item, by) {
    return this.found[this.found.indexOf(item) + by] ?? null;
  }
}

function nameOf(group) {
  return visible(`${group.scenario} · ${group.model}`);
}

// Numbers of the items whose prompts or replies contain the words.
function itemsWith(payload, words) {
  const hit = payload.texts.map((text) => text.toLowerCase().includes(words));
  const prompts = payload.prompts.map(([, messages]) => messages !== null && messages.some(([, pieces]) => pieces.some((piece, n) => n % 2 === 1 && hit[piece])));
  const { item, prompt, text } = payload.records;
  return new Set(item.filter((_, at) => prompts[prompt[at]] || hit[text[at]]));
}
