// Put the form together.

async function start() {
  const payload = await unpack(document.getElementById('payload').textContent);
  const answers = new Answers(payload.form, payload.items.length);
  new Screens(payload, answers);
  document.documentElement.dataset.ready = 'yes';
}

themes(document.getElementById('theme'));
if ('DecompressionStream' in window) start();
else document.getElementById('broken').hidden = false;
