// Put the page together.

async function start() {
  themes(document.getElementById('theme'));
  folding();
  saving();
  const dialog = new ItemDialog(document.getElementById('item'));
  const browser = document.getElementById('browser');
  const table = new ItemTable(browser, (item) => dialog.show(table.payload, item, table));
  const load = async () => table.load(await unpack(document.getElementById('payload').textContent));
  await load();
  document.getElementById('fallback').hidden = true;
  browser.hidden = false;
  document.documentElement.dataset.ready = 'yes';
  live(load);
}

// On a phone the verdicts of several scenarios are folded to what is shown, so that the key plot is seen too.
const narrow = matchMedia('(max-width: 40rem)');

function fold() {
  document.querySelectorAll('.verdicts[data-several] .more').forEach((one) => { one.open = !narrow.matches; });
}

function folding() {
  narrow.addEventListener('change', fold);
  fold();
}

addEventListener('beforeprint', () => document.querySelectorAll('#overview details').forEach((one) => { one.open = true; }));
if ('DecompressionStream' in window) start();
else { themes(document.getElementById('theme')); folding(); saving(); }
