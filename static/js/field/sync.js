// Sending: operations, then files piece by piece, then asking what became of them. May stop anywhere and go on later.
import * as api from "./api.js";
import * as store from "./store.js";
import { changed, flushDrafts, UNSENT } from "./words.js";

const BATCH = 100;
const PIECE = 1024 * 1024;
export const line = { state: "IDLE", message: "" };
let running = null;

export function send() {
  running ??= work().finally(() => {
    running = null;
    changed();
  });
  return running;
}

async function work() {
  set("SENDING", "正在发送…");
  try {
    await flushDrafts();
    const { user } = await api.hello();
    const mine = store.person();
    if (user.id !== mine.id) return set("OTHER", `现在登录的是${user.name}，这些记录是${mine.name}填的。请退出后用${mine.name}的账号登录再发送。`);
    await sendOperations();
    await sendFiles();
    await ask();
    set("IDLE", "");
  } catch (error) {
    if (error instanceof api.Lapsed) set("LAPSED", "登录已过期。记录都在手机里，重新登录后继续发送。");
    else if (error instanceof api.Refused && error.code === "revoked") {
      await forgetExtracts();
      set("REVOKED", error.message);
    } else if (error instanceof api.Refused) set("REFUSED", error.message);
    else if (error instanceof api.Offline) set("OFFLINE", "没有网络。记录存在手机里，有网络后自动发送。");
    else if (!store.person()) set("IDLE", ""); // logged out meanwhile: what was not sent waits for the next login
    else {
      set("FAILED", "这次发送没有完成，记录都在手机里。请再试一次；仍不行的，导出文件交给教育部门。");
      throw error;
    }
  }
}

function set(state, message) {
  line.state = state;
  line.message = message;
  changed();
}

const outward = ({ uid, form, subject, kind, item, value, sequence, lamport, made_at, supersedes, files }) => ({ uid, form, subject, kind, item, value, sequence, lamport, made_at, supersedes, files });

async function sendOperations() {
  const waiting = (await store.all("operations")).filter((one) => UNSENT.has(one.state)).sort((a, b) => a.sequence - b.sequence);
  for (let start = 0; start < waiting.length; start += BATCH) {
    const { receipts } = await api.operations(waiting.slice(start, start + BATCH).map(outward));
    for (const { uid, state, reason } of receipts) await store.change("operations", uid, { state, reason });
    changed();
  }
}

async function sendFiles() {
  for (const sha256 of await store.keys("files")) {
    const file = await store.get("files", sha256);
    if (file.state === "RECEIVED" || !file.data) continue;
    try {
      await sendFile(file);
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      await store.change("files", sha256, { state: "REFUSED", reason: error.message });
    }
    changed();
  }
}

async function sendFile(file) {
  let at = await api.fileState(file.sha256);
  // The desk may have taken the file in from an export, or the receipt was lost on the way.
  if (at.state === "RECEIVED") await store.change("files", file.sha256, { state: "RECEIVED", received: at.received });
  for (let tries = 0; at.state !== "RECEIVED" && tries < 200; tries += 1) {
    const offset = at.state === "PARTIAL" ? at.received : 0;
    at = await api.filePiece(file.sha256, file.data.byteLength, offset, file.data.slice(offset, offset + PIECE));
    await store.change("files", file.sha256, { state: at.state === "RECEIVED" ? "RECEIVED" : "SENDING", received: at.received });
    if (at.state === "BROKEN") break;
  }
}

async function ask() {
  const operations = await store.all("operations");
  const spoken = new Map(operations.map((one) => [one.subject, one.form]));
  for (const form of (await store.meta("bundle"))?.forms ?? []) for (const one of form.subjects) spoken.set(one.uid, form.key);
  for (const [subject, form] of spoken) {
    try {
      const held = await api.state(form, subject);
      for (const { uid, state, reason } of held.outcomes) await store.change("operations", uid, { state, reason });
      await store.put("seen", { subject, merged: held.merged, settled: held.is_settled });
    } catch (error) {
      if (!(error instanceof api.Refused && error.code === "missing")) throw error;
    }
  }
}

// What the desk gave us to do, of one form.
export async function subjects(key) {
  const form = await formOf(key);
  return form?.subjects.map((subject) => ({ ...subject, form: form.key, extras: form.extras })) ?? [];
}

export const formOf = async (key) => (await store.meta("bundle"))?.forms.find((form) => form.key === key) ?? null;
export const visits = () => subjects("inspections.visit");

export async function fetchBundle() {
  const held = await api.bundle();
  const old = await store.meta("bundle");
  const still = await unfinished(held, old);
  held.forms.forEach((form) => form.subjects.push(...still.filter((subject) => subject.form === form.key)));
  await store.setMeta("bundle", held);
  changed();
  return held;
}

// A subject with words of ours stays on the list, though the desk no longer counts it as due.
async function unfinished(held, old) {
  const fresh = new Set(held.forms.flatMap((form) => form.subjects.map((subject) => subject.uid)));
  const spoken = new Set((await store.all("operations")).map((one) => one.subject));
  return (old?.forms ?? []).flatMap((form) => form.subjects.filter((subject) => spoken.has(subject.uid) && !fresh.has(subject.uid)).map((subject) => ({ ...bare(subject), form: form.key })));
}

const bare = ({ uid, title, place, planned_on, status, status_label, outing, kind, lead, checklist, started_at, task }) => ({ uid, title, place, planned_on, status, status_label, outing, kind, lead, checklist, started_at, task, institution: [], team: [], notice: null, before: [], is_bare: true });

// Register extracts and names leave the phone at their time; own words stay until they are received.
export async function forgetExtracts() {
  const held = await store.meta("bundle");
  if (!held) return;
  for (const form of held.forms) {
    form.subjects = form.subjects.map(bare);
    for (const name of form.fleeting ?? []) delete form.extras[name];
  }
  held.is_expired = true;
  await store.setMeta("bundle", held);
  for (const key of await store.keys("seen")) await store.remove("seen", key);
  for (const file of await store.all("files")) if (file.state === "RECEIVED") await store.change("files", file.sha256, { data: null });
  changed();
}

export async function expireIfDue() {
  const held = await store.meta("bundle");
  if (!held || held.is_expired) return false;
  const clock = await store.meta("clock");
  const now = Date.now() - (clock?.skew ?? 0);
  if (now < Date.parse(held.expires_at)) return false;
  await forgetExtracts();
  return true;
}

// Whether the phone's clock can be believed: it cannot be before the day on which the extracts were fetched.
export async function clockTrouble() {
  const held = await store.meta("bundle");
  const clock = await store.meta("clock");
  if (held && Date.now() < Date.parse(held.fetched_at) - 86400000 + Math.min(0, clock?.skew ?? 0)) return "手机时间不对（早于取用资料的时间）。请在系统设置里打开自动时间；已填内容不受影响，时间以服务器收到为准。";
  const skew = clock?.skew ?? 0;
  if (Math.abs(skew) > 120000) return `手机时钟比服务器${skew > 0 ? "快" : "慢"}约 ${span(Math.abs(skew))}，记录时间会自动校正。请在系统设置里打开自动时间。`;
  return "";
}

const span = (ms) => (ms < 7200000 ? `${Math.round(ms / 60000)} 分钟` : ms < 172800000 ? `${Math.round(ms / 3600000)} 小时` : `${Math.round(ms / 86400000)} 天`);
