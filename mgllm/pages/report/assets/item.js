// One item: its arms side by side, each with prompt, reply and probabilities.

class ItemDialog {
  constructor(dialog) {
    this.dialog = dialog;
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('keydown', (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by && !event.target.closest('.wide, pre')) this.go(by);
    });
  }

  show(payload, item, table) {
    Object.assign(this, { payload, item, table });
    const step = (words, by) => this.button(words, () => this.go(by), !table.beside(item, by));
    const facts = [['Scenario and model', item.group.name], ['Subject', item.subject], ['Target', item.target ?? 'unknown'], [`${table.controls.arm.value} against ${item.group.baseline}`, item.change]];
    this.dialog.replaceChildren(
      make('div', { class: 'dialog-head' }, make('h2', { id: 'item-h', tabindex: '-1' }, word(item.id)), make('div', {}, step('Previous', -1), step('Next', 1), this.button('Close', () => this.dialog.close()))),
      make('dl', {}, facts.map(([term, words]) => make('div', {}, make('dt', {}, visible(term)), make('dd', {}, word(words))))),
      timeline(payload, item) ?? '',
      make('div', { class: 'arms' }, this.records(false).map((at) => this.card(at))),
      this.gestureByGesture(),
    );
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.scrollTop = 0;
    this.dialog.querySelector('h2').focus();
  }

  go(by) {
    const other = this.table.beside(this.item, by);
    if (other) this.show(this.payload, other, this.table);
  }

  button(words, act, disabled = false) {
    const made = make('button', { type: 'button', disabled }, words);
    made.addEventListener('click', act);
    return made;
  }

  // Those of the run's arms, or of its attribution.
  records(attributed) {
    const group = this.item.group;
    return group.arms.filter((arm) => group.attributed.includes(arm) === attributed).flatMap((arm) => this.item.arms.get(arm) ?? []);
  }

  gestureByGesture() {
    const found = this.records(true);
    if (!found.length) return '';
    const words = `Gesture by gesture: ${found.length} more prompts, with each gesture left out (text+without) and shown alone (text+only)`;
    return make('details', { class: 'gestures' }, make('summary', {}, words), make('div', { class: 'arms' }, found.map((at) => this.card(at))));
  }

  card(at) {
    const { records, texts, prompts, orders } = this.payload, group = this.item.group;
    const arm = group.arms[records.arm[at]], state = recordState(this.payload, at);
    const several = this.item.arms.get(arm).length > 1;
    const turn = group.raters ? `reader ${records.epoch[at] + 1}` : `epoch ${records.epoch[at] + 1}, shuffle ${records.shuffle[at] + 1}`;
    const which = several ? ` · ${turn}` : '';
    const answer = records.answer[at] < 0 ? null : group.labels[records.answer[at]];
    const [hash, messages] = prompts[records.prompt[at]];
    const marked = messages?.some(([, pieces]) => pieces.some((kind, n) => n % 2 === 0 && kind === 2));
    const listed = orders[records.order[at]].map((label) => group.labels[label] ?? '?').join(', ');
    const seldom = (name) => records[name]?.[at] ?? -1;
    const small = [seldom('cell') < 0 ? null : texts[seldom('cell')], records.cues[at] < 0 ? 'no cues' : `cues: ${texts[records.cues[at]]}`, `order of labels: ${listed}`, records.tokens[at] < 0 ? null : `${records.tokens[at]} tokens`, seldom('thought') < 0 ? null : `${seldom('thought')} of them hidden reasoning`, seldom('read') < 0 ? null : `probabilities read at “${texts[seldom('read')]}”`, seldom('served') < 0 ? null : `answered by ${texts[seldom('served')]}`, `prompt ${hash}…`];
    return make('article', { class: `card ${state}` },
      make('h3', {}, word(`${arm}${which}`)),
      hasRole(arm, 'unasked') ? make('p', { class: 'small' }, 'The model is shown nothing about the person: the probabilities are priors.') : make('p', { class: `verdict ${state}` }, MARKS[state] ? `${MARKS[state]} ` : '', answer === null ? state : [state === 'answered' ? 'answered ' : `${state}: `, make('b', {}, word(answer))]),
      records.p[at] ? this.bars(records.p[at], records.answer[at]) : null,
      seldom('why') < 0 ? null : make('p', { class: 'small' }, word(`No probabilities: ${texts[seldom('why')]}.`)),
      records.error[at] < 0 ? null : make('p', { class: 'error' }, word(texts[records.error[at]])),
      make('h4', {}, marked ? 'Prompt (cue block marked)' : 'Prompt'),
      messages ? messages.map((message) => this.message(message, messages.length > 1)) : make('p', { class: 'small' }, 'The prompt is not stored here.'),
      records.text[at] < 0 ? null : [make('h4', {}, 'Reply'), make('pre', { tabindex: '0', dir: 'auto', class: 'reply' }, visible(texts[records.text[at]]))],
      make('p', { class: 'small' }, word(small.filter(Boolean).join(' · '))));
  }

  bars(p, answer) {
    const rows = p.map((share, label) => {
      const bar = make('span', { class: label === answer ? 'bar chosen' : 'bar' });
      bar.style.width = `${share / 100}%`;
      return make('div', { class: 'p' }, make('dt', {}, word(this.item.group.labels[label])), make('dd', {}, make('span', { class: 'track', 'aria-hidden': 'true' }, bar), ` ${(share / 100).toFixed(1)} %`));
    });
    return make('dl', { class: 'probabilities', 'aria-label': 'Probabilities' }, rows);
  }

  message([role, pieces], named) {
    const parts = [];
    for (let n = 0; n < pieces.length; n += 2) {
      const text = visible(this.payload.texts[pieces[n + 1]]);
      parts.push(pieces[n] === 2 ? make('mark', { class: 'cues' }, text) : pieces[n] === 1 ? make('span', { class: 'speech' }, text) : text);
    }
    return make('div', { class: 'message' }, named ? make('p', { class: 'role' }, role) : null, make('pre', { tabindex: '0', dir: 'auto' }, parts));
  }
}
