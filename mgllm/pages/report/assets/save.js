// Pictures as files: the drawing that is seen, in the page's light colours on white. Nothing leaves the browser.

const SHARP = 3;

function saving() {
  document.documentElement.dataset.saves = 'yes';
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-save]');
    if (button) save(button.closest('figure'), button.dataset.save);
  });
}

async function save(figure, kind) {
  const drawing = [...figure.querySelectorAll('.drawing svg')].find((one) => one.getClientRects().length);
  const svg = inLight(() => standalone(drawing));
  const text = new Blob([new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml' });
  const content = kind === 'svg' ? text : await painted(text, svg);
  const link = make('a', { download: `${fileName(figure.dataset.name)}.${kind}`, href: URL.createObjectURL(content) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function fileName(words) {
  return words.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'picture';
}

// What is read inside is read in light colours, whatever the page shows.
function inLight(read) {
  const { dataset } = document.documentElement, before = dataset.theme;
  dataset.theme = 'light';
  try { return read(); } finally { if (before === undefined) delete dataset.theme; else dataset.theme = before; }
}

// A copy that needs no style sheet.
function standalone(drawing) {
  const copy = drawing.cloneNode(true), copies = [copy, ...copy.querySelectorAll('*')];
  [drawing, ...drawing.querySelectorAll('*')].forEach((element, n) => {
    const names = element.getAttribute('class') ?? '', style = getComputedStyle(element);
    for (const key of ['fill', 'stroke']) if (names.includes(`${key}-`)) copies[n].setAttribute(key, style[key]);
    copies[n].removeAttribute('class');
  });
  const { width, height } = drawing.viewBox.baseVal, wide = Number(drawing.getAttribute('width'));
  copy.setAttribute('height', String(Math.round(wide * height / width)));
  copy.setAttribute('font-family', 'Helvetica, Arial, sans-serif');
  const first = copy.querySelector('desc');
  first.after(draw('rect', { width: String(width), height: String(height), fill: '#ffffff' }));
  return copy;
}

async function painted(text, svg) {
  const image = new Image(), address = URL.createObjectURL(text);
  image.src = address;
  await image.decode();
  const canvas = make('canvas', { width: SHARP * svg.getAttribute('width'), height: SHARP * svg.getAttribute('height') });
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return new Promise((done) => { canvas.toBlob(done, 'image/png'); });
}
