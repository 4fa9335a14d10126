// Sending on a poor connection: proof of work, files in parts, patience.
const PART = 192 * 1024;
const WAITS = [1000, 2000, 4000, 8000, 15000];
const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;
export const hexOf = (array) => [...new Uint8Array(array)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const randomHex = (count) => hexOf(crypto.getRandomValues(new Uint8Array(count)));
export const canWork = Boolean(globalThis.crypto?.subtle && globalThis.Worker);

export class Refused extends Error {}

// Waits until the network may be back: the browser says so, or some seconds pass.
const pause = (milliseconds) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
  });

// `ask` until an answer comes; lost connections and busy servers are waited out.
export async function patiently(ask, onWait) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await ask();
      if (answer.status < 500) return answer;
    } catch {
      /* no connection */
    }
    onWait?.();
    await pause(WAITS[Math.min(attempt, WAITS.length - 1)]);
  }
}

export const post = (url, body, headers = {}) =>
  fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token(), ...headers }, cache: "no-store", referrerPolicy: "no-referrer" });

// A pass for one report; empty where the browser cannot compute it.
export class Passes {
  constructor(form) {
    this.form = form;
    this.pending = null;
  }

  get(onWait) {
    this.pending ??= this.#fresh(onWait).catch((error) => {
      this.pending = null;
      throw error;
    });
    return this.pending;
  }

  forget() {
    this.pending = null;
  }

  async #fresh(onWait) {
    if (!canWork) return "";
    const { challenge, pass, worker } = this.form.dataset;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const question = await patiently(() => fetch(challenge, { cache: "no-store" }), onWait);
      if (question.status === 429) throw new Refused((await question.json()).message);
      const answer = await this.#solve(await question.json(), worker);
      const body = new FormData();
      body.set("answer", answer);
      const given = await patiently(() => post(pass, body), onWait);
      if (given.ok) return (await given.json()).pass;
    }
    return "";
  }

  #solve(question, url) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(url);
      worker.onmessage = (event) => {
        worker.terminate();
        if (event.data.answer) resolve(event.data.answer);
        else reject(new Error(event.data.error));
      };
      worker.onerror = () => reject(new Error("worker"));
      worker.postMessage(question);
    });
  }
}

// Uploads one file in parts under its own random key; goes on where it broke off.
export async function uploadFile(form, passes, item, { onProgress, onWait }) {
  const data = await item.blob.arrayBuffer();
  const sha256 = hexOf(await crypto.subtle.digest("SHA-256", data));
  const headers = async () => ({ "Report-Pass": await passes.get(onWait), "Upload-Key": item.key });
  const say = async (send) => {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const answer = await patiently(send, onWait);
      if (answer.status === 403) {
        passes.forget();
        continue;
      }
      const told = await answer.json();
      if (answer.ok || answer.status === 409) return told;
      throw new Refused(told.message);
    }
    throw new Refused("验证没有通过，请重新发送。");
  };
  const open = async () => {
    const body = new FormData();
    body.set("size", data.byteLength);
    body.set("sha256", sha256);
    return post(form.dataset.upload, body, await headers());
  };
  let state = await say(open);
  while (!state.sha256) {
    const { received } = state;
    onProgress(received / data.byteLength);
    const part = data.slice(received, received + PART);
    state = await say(async () =>
      post(form.dataset.part, part, { ...(await headers()), "Upload-Offset": String(received), "Content-Type": "application/octet-stream" }),
    );
  }
  if (state.sha256 !== sha256) throw new Refused("照片传输有误，请重新发送。");
  onProgress(1);
}
