// Enhancement only: every page says and does the same without this file.

// After a refusal or a deed, the reader is taken to the sentence about it.
function takeToNews(root) {
  const news = root.querySelector('[data-focus]');
  if (news) { news.focus(); news.removeAttribute('data-focus'); }
}
takeToNews(document);
document.addEventListener('htmx:after:swap', (event) => takeToNews(event.target instanceof Element ? event.target : document));

// A button that sends is pressed once; the server would also take the second as the same.
document.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (!button || !button.dataset.once || event.defaultPrevented) return;
  if (button.dataset.sent) { event.preventDefault(); return; }
  button.dataset.sent = '1';
  window.setTimeout(() => { delete button.dataset.sent; }, 4000);
});

// What was typed and not sent is not lost by leaving without noticing.
for (const form of document.querySelectorAll('form[data-keep]')) {
  let changed = false;
  form.addEventListener('input', () => { changed = true; });
  form.addEventListener('submit', () => { changed = false; });
  window.addEventListener('beforeunload', (event) => { if (changed) event.preventDefault(); });
}

// j and k walk through a list of things to do; links and fields keep their own keys.
document.addEventListener('keydown', (event) => {
  if (!['j', 'k'].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')) return;
  const link = document.querySelector(event.key === 'j' ? '[data-key="next"]' : '[data-key="previous"]');
  if (link) link.click();
});

// The diagram, with the place where the case stands. The list of steps beside it says the same.
function load(tag, attributes) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject });
    document.head.append(element);
  });
}
async function draw(place) {
  const source = await fetch(place.dataset.diagram);
  if (!source.ok) return;
  const nonce = document.querySelector('script[nonce]').nonce;
  await Promise.all([
    load('script', { src: place.dataset.viewer, nonce }),
    load('link', { rel: 'stylesheet', href: place.dataset.style }),
    load('link', { rel: 'stylesheet', href: place.dataset.styleMore }),
  ]);
  place.replaceChildren();
  const viewer = new window.BpmnJS({ container: place });
  await viewer.importXML(await source.text());
  const canvas = viewer.get('canvas');
  const known = viewer.get('elementRegistry');
  const here = (place.dataset.current || '').split(' ').filter((id) => id && known.get(id));
  for (const id of here) canvas.addMarker(id, 'kaasa-here');
  canvas.zoom('fit-viewport', 'auto');
  if (here.length) {
    const { x, y, width, height } = known.get(here[0]);
    const { scale, outer } = canvas.viewbox();
    const shown = Math.max(scale, outer.width < 500 ? 0.6 : 0.75);
    const wide = outer.width / shown;
    const high = outer.height / shown;
    canvas.viewbox({ x: x + width / 2 - wide / 2, y: y + height / 2 - high / 2, width: wide, height: high });
  }
  place.dataset.ready = '1';
}
for (const place of document.querySelectorAll('[data-diagram]')) draw(place);
