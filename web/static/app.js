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

// The plan's map: a place pressed on it, or walked to with the arrow keys, is written into the field of coordinates,
// where it can also be typed. The map only helps; the list and the field say and do the same.
for (const map of document.querySelectorAll('[data-map]')) {
  const field = document.getElementById(map.dataset.map);
  if (!field) continue;
  const size = 256 * 2 ** Number(map.dataset.zoom);
  const drawn = map.querySelector('[data-drawn]');
  const shape = (tag, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const place = (x, y) => {
    const east = ((Number(map.dataset.left) + x) / size) * 360 - 180;
    const north = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (Number(map.dataset.top) + y)) / size))) * 180) / Math.PI;
    field.value = `${field.value.trimEnd()}\n${north.toFixed(6)}, ${east.toFixed(6)}`.trimStart();
    field.dispatchEvent(new Event('input', { bubbles: true }));
    drawn.append(shape('circle', { class: 'kaasa-map__place', cx: x, cy: y, r: 7 }));
  };
  const cross = shape('path', { class: 'kaasa-map__cross', d: '' });
  let [x, y] = [map.viewBox.baseVal.width / 2, map.viewBox.baseVal.height / 2];
  const show = () => cross.setAttribute('d', `M${x - 12} ${y}H${x + 12}M${x} ${y - 12}V${y + 12}`);
  map.append(cross);
  map.setAttribute('tabindex', '0');
  map.setAttribute('role', 'application');
  map.addEventListener('focus', show);
  map.addEventListener('blur', () => cross.setAttribute('d', ''));
  map.addEventListener('click', (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    place(at.x, at.y);
  });
  map.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 40 : 8;
    const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (way) { [x, y] = [x + way[0], y + way[1]]; show(); event.preventDefault(); }
    if (event.key === 'Enter' || event.key === ' ') { place(x, y); event.preventDefault(); }
  });
}
