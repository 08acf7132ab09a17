// The attacks of a page from another origin on a gateway. Returns the result of each attack; data that an attack read
// begins with READ.

const TIMEOUT = 10000;

/**
 * @param {string} target origin of the gateway
 * @param {{name: string, adapter: string, generation: string, elsewhere: string}} about name of the page, which marks
 *     its requests; adapter and generation to attack; and URL prefix that redirects to the URL appended to it
 */
async function attack(target, about) {
  const got = {};
  async function attempt([what, how]) {
    try {
      got[what] = String(await how());
    } catch (e) {
      got[what] = `failed: ${e.name}`;
    }
  }
  await Promise.all([...reads(target, about), ...embeds(target, about)].map(attempt));
  for (const write of writes(target, about)) { // in sequence, because a write may undo the previous write
    await attempt(write);
  }
  return got;
}

/** Problems are not secret: a page under the gateway's own name may read that its request is refused. */
const told = (status, text) => (status >= 400 ? `refused: ${status}` : `READ ${status} ${text.slice(0, 60)}`);

async function tell(request) {
  const answer = await request;
  return answer.type === 'opaque' ? 'sent' : told(answer.status, await answer.text());
}

const patient = (options) => ({ ...options, signal: AbortSignal.timeout(TIMEOUT) });

function xhr(method, address, type, body) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.withCredentials = true;
    request.timeout = TIMEOUT;
    if (type) {
      request.setRequestHeader('Content-Type', type);
    }
    request.onload = () => resolve(told(request.status, request.responseText));
    request.onerror = request.ontimeout = (event) => resolve(event.type);
    request.send(body);
  });
}

/** Resolves at the first of these events, or after a timeout. */
function event(source, ...names) {
  return new Promise((resolve) => {
    names.forEach((name) => source.addEventListener(name, resolve, { once: true }));
    setTimeout(() => resolve({ type: 'nothing' }), TIMEOUT);
  });
}

function reads(target, { adapter, generation }) {
  const image = `/v1/generations/${generation}`;
  const paths = ['/', '/v1/generations', image, `${image}/events`, `${image}/images/0`, '/v1/adapters', '/v1/models',
    `/v1/adapters/${adapter}/versions/1/weights`, '/v1/workers', '/v1/trainings', '/v1/fleet', '/q/metrics',
    '/q/metrics/x', '/q/openapi'];
  return [
    ...paths.map((path) => [`fetch GET ${path}`, () => tell(fetch(target + path, patient({ mode: 'cors' })))]),
    ...paths.map((path) => [`fetch no-cors GET ${path}`,
      () => tell(fetch(target + path, patient({ mode: 'no-cors', credentials: 'include' })))]),
    ['XHR GET /v1/generations', () => xhr('GET', `${target}/v1/generations`)],
    ['EventSource', async () => {
      const source = new EventSource(`${target}${image}/events`);
      const { type, data } = await event(source, 'queued', 'started', 'finished', 'error');
      source.close();
      return type === 'error' ? 'error' : `READ ${type} ${data}`;
    }],
    ['WebSocket', async () => {
      const socket = new WebSocket(`${target.replace('http', 'ws')}${image}/events`);
      const { type } = await event(socket, 'open', 'error');
      socket.close();
      return type === 'open' ? 'READ open' : type;
    }],
    ['storage', () => (sessionStorage.length + localStorage.length ? 'READ a key' : 'empty')],
  ];
}

function embeds(target, { generation }) {
  async function embed(tag, address, more = {}) {
    const element = Object.assign(document.createElement(tag), more, address);
    document.body.append(element);
    const { type } = await event(element, 'load', 'error');
    return [element, type];
  }
  return [
    ['img', async () => {
      const [{ naturalWidth }] = await embed('img', { src: `${target}/v1/generations/${generation}/images/0` });
      return naturalWidth ? `READ an image ${naturalWidth} wide` : 'empty';
    }],
    ['img crossorigin', async () => {
      const src = `${target}/v1/generations/${generation}/images/0`;
      const [{ naturalWidth }] = await embed('img', { src }, { crossOrigin: 'use-credentials' });
      return naturalWidth ? `READ an image ${naturalWidth} wide` : 'empty';
    }],
    ...['/page/app.js', '/v1/generations'].map((path) => [`script ${path}`, async () => {
      const [, type] = await embed('script', { src: target + path });
      return type === 'load' ? 'READ that it is there' : type;
    }]),
    ['link stylesheet', async () => {
      const [, type] = await embed('link', { href: `${target}/page/style.css` }, { rel: 'stylesheet' });
      return type === 'load' ? 'READ that it is there' : type;
    }],
    ['iframe', async () => { // only WebDriver can check that the frame shows nothing
      const [frame] = await embed('iframe', { src: `${target}/` }, { id: 'framed' });
      const text = frame.contentDocument?.body?.textContent;
      return text && !text.includes('urn:lorafleet:problem') ? `READ ${text.slice(0, 60)}` : 'empty';
    }],
    ...['/', `/v1/generations/${generation}/images/0`].map((path) => [`window.open ${path}`, async () => {
      const child = window.open(target + path);
      let seen = 'nothing';
      for (let waited = 0; waited < TIMEOUT && !child.closed; waited += 100) {
        seen = look(child);
        if (seen.startsWith('READ') || seen === 'refused') {
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const severed = child.closed;
      child.close();
      return severed ? 'severed' : seen;
    }]),
  ];
}

/** Until the page is loaded, the window has the opener's origin. */
function look(child) {
  try {
    const { document } = child;
    if (document.URL === 'about:blank' || document.readyState !== 'complete') {
      return 'nothing';
    }
    const text = document.documentElement.textContent;
    return text.includes('urn:lorafleet:problem') ? 'refused' : `READ ${document.title} ${text.slice(0, 60)}`;
  } catch {
    return `HELD by its opener, which sees ${child.length} frames`;
  }
}

/** A page on the gateway's own host name does not need forms, and the error document in which it runs blocks them. */
function writes(target, { name, adapter, generation, elsewhere }) {
  const json = 'application/json';
  const types = { untyped: '', 'text/plain': 'text/plain', urlencoded: 'application/x-www-form-urlencoded' };
  const image = `/v1/generations/${generation}`;
  /** Each body has an equals sign, at which a form splits it. The text names the method that got through. */
  const changes = (way) => [
    ['POST', '/v1/generations', JSON.stringify({ prompt: `${name} = ${way}`, steps: 1 })],
    ['POST', `${image}/feedback`, JSON.stringify({ rating: -1, note: `${name} = ${way}` })],
    ['POST', `/v1/adapters/${adapter}/rollback`],
    ['POST', '/v1/unload_lora_adapter', JSON.stringify({ lora_name: adapter, why: '=' })],
    ['DELETE', `/v1/adapters/${adapter}/route`],
    ['DELETE', `/v1/adapters/${adapter}/versions/1`],
    ['DELETE', image],
    ['PUT', `/v1/adapters/stolen-${name}`, weights, 'application/octet-stream'],
  ];
  /** Weights that the gateway would accept, if the page can read them. */
  const weights = () => fetch(`${target}/v1/adapters/${adapter}/versions/2/weights`, patient())
    .then((answer) => answer.blob(), () => 'none');
  const all = (way, send) => changes(way).map(([method, path, body, type = json]) => [`${way} ${method} ${path}`,
    async () => send(target + path, body === weights ? await weights() : body, method, type)]);
  const posts = (way, send) => all(way, send).filter(([what]) => what.startsWith(`${way} POST`));
  const simple = (type, address, body) => tell(fetch(address, patient({
    method: 'POST', mode: 'no-cors', credentials: 'include', body: body && new Blob([body], { type }),
  })));
  const forms = target === location.origin ? [] : ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];
  return [
    ...Object.entries(types).flatMap(([called, type]) =>
      posts(`fetch no-cors ${called}`, (address, body) => simple(type, address, body))),
    ...posts('redirect', (address, body) => simple('', `${elsewhere}${encodeURIComponent(address)}`, body)),
    ...posts('beacon', (address, body) => navigator.sendBeacon(address, new Blob([body ?? '']))),
    ...posts('beacon text/plain', (address, body) => navigator.sendBeacon(address, body ?? '')),
    ...forms.flatMap((type) => posts(`form ${type}`, (address, body) => submitted(address, type, body))),
    ...forms.slice(0, 1).flatMap((type) => posts('sandboxed form', (address, body) => submitted(address, type, body, true))),
    ...posts('XHR text/plain', (address, body) => xhr('POST', address, 'text/plain', body)),
    ...all('fetch cors', (address, body, method, type) => tell(fetch(address, patient({
      method, headers: body ? { 'Content-Type': type } : {}, body,
    })))),
    ...all('XHR', (address, body, method, type) => xhr(method, address, body && type, body)),
  ];
}

/** @param {boolean} sandboxed whether to submit from a frame without an origin */
async function submitted(address, enctype, body, sandboxed = false) {
  const frame = Object.assign(document.createElement('iframe'), { name: `frame${window.length}` });
  const form = Object.assign(document.createElement('form'), { method: 'post', action: address, enctype });
  if (body) {
    const [, name, value] = body.match(/^([^=]*)=(.*)$/s);
    const input = document.createElement('input');
    Object.entries({ type: 'hidden', name, value }).forEach((attribute) => input.setAttribute(...attribute));
    form.append(input);
  }
  if (sandboxed) {
    frame.setAttribute('sandbox', 'allow-scripts allow-forms');
    frame.srcdoc = `${form.outerHTML}<script>onload = () => document.forms[0].submit()</script>`;
    document.body.append(frame);
    await event(frame, 'load');
  } else {
    document.body.append(form, frame);
    form.target = frame.name;
    form.submit();
  }
  const { type } = await event(frame, 'load');
  frame.remove();
  return type;
}
