// Consent, one text a page, the end. Untrusted text becomes text nodes only.

const UNSURE = 'I do not know';
// As the model reads it: joiners belong to scripts and emoji; only what would turn text round, or end it, is named.
const TURNING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const legible = (text) => text.replace(TURNING, (one) => visible(one));
const byId = (id) => document.getElementById(id);

class Screens {
  constructor(payload, answers) {
    Object.assign(this, { payload, answers, since: null });
    byId('agree').addEventListener('submit', (event) => { event.preventDefault(); this.begin(); });
    byId('answer').addEventListener('submit', (event) => { event.preventDefault(); this.next(); });
    byId('choices').addEventListener('change', () => this.choose());
    byId('back').addEventListener('click', () => this.go(this.at - 1));
    byId('review').addEventListener('click', () => this.go(0));
    byId('save').addEventListener('click', () => this.save());
    byId('finish').addEventListener('click', () => this.go(this.payload.items.length));
    byId('withdraw').addEventListener('click', () => this.withdraw());
    document.addEventListener('keydown', (event) => this.key(event));
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.stopClock(); else this.startClock(); });
    addEventListener('pagehide', () => this.stopClock());
    addEventListener('beforeunload', (event) => { if (!answers.stored && answers.done && !this.saved) event.preventDefault(); });
    if (answers.state.consent) this.go(answers.state.at); else this.show('consent');
  }

  get at() {
    return this.answers.state.at;
  }

  show(name) {
    for (const id of ['consent', 'item', 'end', 'gone']) byId(id).hidden = id !== name;
    byId('footer').hidden = !['item', 'end'].includes(name);
    byId('finish').hidden = name !== 'item';
    byId('kept').textContent = this.answers.stored ? 'Your answers stay in this browser if you close the page.' : 'This browser cannot keep your answers: save them before you close the page.';
    this.name = name;
    scrollTo(0, 0);
    byId(`${name}-h`).focus({ preventScroll: true });
  }

  begin() {
    if (!byId('agreed').checked) return;
    this.answers.state.consent = true;
    this.go(0);
  }

  go(at) {
    this.stopClock();
    const { items } = this.payload;
    this.answers.state.at = Math.max(0, Math.min(at, items.length));
    this.answers.stored = this.answers.keep();
    if (this.at < items.length) this.item(items[this.at], this.at + 1); else this.end();
  }

  item({ messages, choices }, n) {
    byId('item-h').textContent = `Text ${n} of ${this.payload.items.length}`;
    byId('progress').max = this.payload.items.length;
    byId('progress').value = this.answers.done;
    byId('missing').textContent = '';
    byId('back').disabled = n === 1;
    byId('reading').replaceChildren(...messages.map((text) => make('div', { class: 'message', dir: 'auto' }, legible(text))));
    const said = this.answers.has(n) ? this.answers.state.labels[n] : undefined;
    const radio = ([label, words], place) => make('label', { class: label === null ? 'choice unsure' : 'choice' }, make('input', { type: 'radio', name: 'label', value: String(place), checked: said === label }), make('bdi', {}, legible(words)), make('kbd', { 'aria-hidden': 'true' }, place < 9 ? String(place + 1) : ''));
    byId('choices').replaceChildren(...this.offered(choices).map(radio));
    this.show('item');
    this.startClock();
  }

  offered(choices) {
    return [...choices, [null, UNSURE]];
  }

  choose() {
    const picked = byId('choices').querySelector(':checked');
    if (picked) this.answers.put(this.at + 1, this.offered(this.payload.items[this.at].choices)[Number(picked.value)][0]);
    byId('missing').textContent = '';
    byId('progress').value = this.answers.done;
  }

  next() {
    if (!this.answers.has(this.at + 1)) {
      byId('missing').textContent = `Please choose an answer, or “${UNSURE}”.`;
      byId('choices').querySelector('input').focus();
      return;
    }
    this.go(this.at + 1);
  }

  // 1 … 9 choose, Enter goes on; fields keep their own keys.
  key(event) {
    if (this.name !== 'item' || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = byId('choices').querySelectorAll('input')[Number(event.key) - 1];
    if (/^[1-9]$/.test(event.key) && field) { field.checked = true; field.focus(); this.choose(); }
    if (event.key === 'Enter' && !event.target.closest('button, summary, a')) { event.preventDefault(); this.next(); }
  }

  end() {
    const missing = this.payload.items.length - this.answers.done;
    byId('counted').textContent = `You answered ${this.answers.done} of ${this.payload.items.length} texts${missing ? `; you may leave the other ${missing} unanswered` : ''}.`;
    byId('file').textContent = JSON.stringify(this.answers.file(), null, 1);
    byId('saved').textContent = '';
    byId('save').disabled = this.answers.done === 0;
    this.show('end');
  }

  save() {
    const text = `${JSON.stringify(this.answers.file(), null, 1)}\n`;
    const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    make('a', { href: address, download: this.payload.file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    this.saved = true;
    byId('saved').textContent = `Saved as ${this.payload.file} in your browser's folder for downloads.`;
  }

  withdraw() {
    if (!confirm('Delete all your answers from this browser?')) return;
    this.since = null;
    this.answers.clear();
    byId('agreed').checked = false;
    this.show('gone');
  }

  startClock() {
    this.since = this.name === 'item' && !document.hidden ? performance.now() : null;
  }

  stopClock() {
    if (this.since !== null && this.name === 'item') this.answers.add(this.at + 1, (performance.now() - this.since) / 1000);
    this.since = null;
  }
}
