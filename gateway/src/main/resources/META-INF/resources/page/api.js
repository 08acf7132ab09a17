// A client for the gateway's API. Error responses are thrown as Errors with the details of the response.

const KEY = 'lorafleet.key';

function headers(more = {}) {
  const key = sessionStorage.getItem(KEY);
  return key ? { ...more, Authorization: `Bearer ${key}` } : more;
}

/** Asks for a key only once for all waiting requests. */
let asking = null;
function askForKey() {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById('key');
    dialog.addEventListener(
      'close',
      () => {
        sessionStorage.setItem(KEY, dialog.querySelector('input').value.trim());
        asking = null;
        resolve();
      },
      { once: true },
    );
    dialog.showModal();
  });
  return asking;
}

async function send(path, options = {}) {
  for (;;) {
    const answer = await fetch(path, { ...options, headers: headers(options.headers) });
    if (answer.status === 401) {
      await askForKey();
      continue;
    }
    if (!answer.ok) {
      throw Object.assign(await problem(answer), { status: answer.status });
    }
    return answer;
  }
}

/** @returns {Promise<Error>} an error; if the gateway refused fields of the request, with an array of them as "errors" */
async function problem(answer) {
  try {
    const { title, detail, errors } = await answer.json();
    if (errors?.length) {
      const text = errors.map(({ field, expected, found }) => `${field}: expected ${expected}, found ${found}`).join('; ');
      return Object.assign(new Error(text), { errors });
    }
    return new Error(detail || title);
  } catch {
    return new Error(`The gateway responded with status ${answer.status}.`);
  }
}

export const get = async (path) => (await send(path)).json();

async function sendJson(method, path, body) {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  return (await send(path, { method, ...json })).json();
}

export const post = (path, body) => sendJson('POST', path, body);
export const put = (path, body) => sendJson('PUT', path, body);
export const remove = (path) => sendJson('DELETE', path);

export async function upload(path, file) {
  const options = { method: 'PUT', body: file, headers: { 'Content-Type': 'application/octet-stream' } };
  return (await send(path, options)).json();
}

/** Returns an object URL for an image; the caller must revoke the URL. */
export async function imageUrl(path) {
  return URL.createObjectURL(await (await send(path)).blob());
}

/**
 * Follows a generation until it is finished. Reconnects after errors; the gateway then starts with the current state.
 *
 * @param {(event: {name: string, data: object}) => void} listener
 * @param {AbortSignal} signal signal to stop following
 */
export async function follow(id, listener, signal) {
  let pause = 500;
  while (!signal.aborted) {
    try {
      const answer = await send(`/v1/generations/${id}/events`, { signal });
      for await (const event of events(answer.body)) {
        pause = 500;
        listener(event);
        if (event.name === 'finished') {
          return;
        }
      }
    } catch (e) {
      if (signal.aborted) {
        return;
      }
      listener({ name: 'broken', data: { reason: e.message } });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, 8000);
  }
}

/** Reads server-sent events (HTML standard, section 9.2.6). */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = parse(text.slice(0, end));
      text = text.slice(end + 2);
      if (event) {
        yield event;
      }
    }
  }
}

function parse(block) {
  let name = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) {
      name = line.slice(6).trim();
    } else if (line.startsWith('data:')) {
      data.push(line.slice(5).trimStart());
    }
  }
  return data.length ? { name, data: JSON.parse(data.join('\n')) } : null;
}
