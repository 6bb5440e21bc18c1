// A served page asks its own server every two seconds whether records have come.

function live(reload) {
  const place = document.getElementById('live');
  let seen = document.body.dataset.live;
  const ask = async () => {
    try {
      const { version, records } = await (await fetch('state', { cache: 'no-store' })).json();
      if (version !== seen) {
        const page = new DOMParser().parseFromString(await (await fetch('.', { cache: 'no-store' })).text(), 'text/html');
        seen = page.body.dataset.live;
        renew(page);
        await reload();
      }
      place.textContent = `live: ${records.toLocaleString('en')} record${records === 1 ? '' : 's'}`;
    } catch {
      place.textContent = 'the server has stopped; the page shows its last state';
    }
    setTimeout(ask, 2000);
  };
  if (seen !== undefined) ask();
}

// The new page's overview, links to its parts and payload; what was folded out stays so.
function renew(page) {
  document.querySelector('header nav').replaceWith(document.adoptNode(page.querySelector('header nav')));
  const old = document.getElementById('overview'), fresh = document.adoptNode(page.getElementById('overview'));
  const open = [...old.querySelectorAll('details')].map((one) => one.open);
  fresh.querySelectorAll('details').forEach((one, n) => { one.open = open[n] ?? one.open; });
  old.replaceWith(fresh);
  if (open.length !== fresh.querySelectorAll('details').length) fold();
  document.getElementById('payload').textContent = page.getElementById('payload').textContent;
}
