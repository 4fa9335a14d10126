// Talking to the desk. A lapsed login, no network and a refusal are three different things.
import { shell } from "./ui.js";
import * as store from "./store.js";

const HOME = shell.dataset.home;

export class Offline extends Error {}
export class Lapsed extends Error {}
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// A connection that hangs is no connection: the button must not say 正在发送 for ever. Long enough for 1 MB on a weak signal.
// Browsers older than 2022 do without.
const PATIENCE_MS = 90_000;

const token = () => document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";

async function ask(path, options = {}) {
  const begun = Date.now();
  let answer;
  try {
    answer = await fetch(`${HOME}api/${path}`, { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE_MS), ...options, headers: { "X-CSRFToken": token(), ...options.headers } });
  } catch {
    throw new Offline("没有网络");
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new Lapsed("登录已过期");
  const data = await answer.json().catch(() => null);
  if (data?.server_time) await measure(data.server_time, begun, Date.now());
  if (answer.ok && data) return data;
  if (!data) throw new (answer.status === 403 ? Lapsed : Offline)("没有得到答复");
  throw new Refused(data.error, data.message);
}

// The phone's clock minus ours, halfway through the exchange.
async function measure(serverTime, begun, ended) {
  if (!store.person()) return;
  const skew = Math.round((begun + ended) / 2 - Date.parse(serverTime));
  await store.setMeta("clock", { skew, server: serverTime });
}

const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

async function about() {
  return { device: { uid: await store.deviceUid(), label: label() }, clock: Date.now() };
}

export function label() {
  const agent = navigator.userAgent;
  const system = /Android/.test(agent) ? "安卓手机" : /iPhone|iPad/.test(agent) ? "苹果手机" : /Windows/.test(agent) ? "电脑 Windows" : "浏览器";
  const browser = /MicroMessenger/.test(agent) ? "微信" : /Edg\//.test(agent) ? "Edge" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : "";
  return `${system} ${browser}`.trim();
}

export const hello = () => ask("hello/");
export const bundle = async () => ask("bundle/", json(await about()));
export const operations = async (list) => ask("operations/", json({ ...(await about()), operations: list }));
export const state = async (form, subject) => ask(`state/?${new URLSearchParams({ device: await store.deviceUid(), form, subject })}`);
export const fileState = async (sha256) => ask(`files/${sha256}/?${new URLSearchParams({ device: await store.deviceUid() })}`);
export const filePiece = async (sha256, size, offset, piece) =>
  ask(`files/${sha256}/?${new URLSearchParams({ device: await store.deviceUid(), size, offset })}`, { method: "PUT", headers: { "Content-Type": "application/octet-stream" }, body: piece });

export async function logout() {
  await fetch(shell.dataset.logout, { method: "POST", credentials: "same-origin", redirect: "manual", headers: { "X-CSRFToken": token() } }).catch(() => null);
}

export const loginUrl = () => `${shell.dataset.login}?next=${encodeURIComponent(HOME)}`;
