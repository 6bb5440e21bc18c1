// What was answered, kept in this browser until it is withdrawn, and the file that is handed in.

class Answers {
  constructor(form, count) {
    this.key = `mgllm-form-${form}`;
    this.form = form;
    this.count = count;
    this.state = this.nothing();
    try { Object.assign(this.state, JSON.parse(localStorage.getItem(this.key) ?? '{}')); } catch { /* nothing kept, or no storage */ }
    this.stored = this.keep();
  }

  nothing() {
    return { consent: false, at: 0, started: null, labels: {}, seconds: {} };
  }

  clear() {
    this.state = this.nothing();
    try { localStorage.removeItem(this.key); } catch { /* there is no storage */ }
  }

  // Whether the browser keeps it.
  keep() {
    if (!this.state.consent) return true;
    try { localStorage.setItem(this.key, JSON.stringify(this.state)); return true; } catch { return false; }
  }

  get done() {
    return Object.keys(this.state.labels).length;
  }

  put(n, label) {
    this.state.started ??= today();
    this.state.labels[n] = label;
    this.stored = this.keep();
  }

  add(n, seconds) {
    this.state.seconds[n] = (this.state.seconds[n] ?? 0) + seconds;
    this.stored = this.keep();
  }

  has(n) {
    return n in this.state.labels;
  }

  file() {
    const ratings = [];
    for (let n = 1; n <= this.count; n += 1) {
      if (this.has(n)) ratings.push({ n, label: this.state.labels[n], seconds: Math.round((this.state.seconds[n] ?? 0) * 100) / 100 });
    }
    return { schema: 'mgllm.ratings/1', form: this.form, consent: this.state.consent, started: this.state.started ?? today(), finished: today(), ratings };
  }
}

// The day here, never the time.
function today() {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}
