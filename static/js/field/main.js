// The field app: finds out who is here, shows the screen named in the address, sends in the background.
import * as api from "./api.js";
import * as store from "./store.js";
import * as sync from "./sync.js";
import { note, say, screen, shell } from "./ui.js";
import { flushDrafts, onChange, tally } from "./words.js";
import { itemPage, listPage, visitSheet } from "./screens/checklist.js";
import { findingPage, findingsPage } from "./screens/findings.js";
import { endPage, slipPage } from "./screens/finish.js";
import { checkPage, phonePage, sendPage, todayPage, welcomePage } from "./screens/home.js";
import * as patrols from "./screens/patrols.js";
import { recordPage, signOnePage, signPage, sketchPage } from "./screens/record.js";
import * as stop from "./screens/stop.js";
import { extractPage, rightsPage, startPage, visitPage } from "./screens/visit.js";
import * as watch from "./screens/watch.js";

const SOON = 4000;
const AGAIN = 30000;
const FRESH = 3600000;

const PAGES = {
  "": visitPage,
  rights: rightsPage,
  extract: async (visit) => extractPage(visit, await store.meta("bundle")),
  start: startPage,
  list: (visit, part) => (part ? itemPage(visitSheet(visit), Number(part)) : listPage(visitSheet(visit))),
  findings: findingsPage,
  finding: findingPage,
  record: recordPage,
  sketch: sketchPage,
  sign: (visit, part) => (part ? signOnePage(visit, part) : signPage(visit)),
  slip: slipPage,
  end: endPage,
};

async function patrolShow(uid, page, key, part, number) {
  if (uid === "new") return patrols.newPage(page);
  const patrol = await patrols.patrolOf(uid);
  if (!patrol) return todayPage();
  if (page === "place") return stop.placePage(patrol);
  if (page === "end") return patrols.endPage(patrol);
  if (page !== "s") return patrols.patrolPage(patrol);
  if (part === "save") return stop.savePage(patrol, key);
  if (part !== "list") return stop.stopPage(patrol, key);
  const sheet = await stop.stopSheet(patrol, key);
  if (!sheet.isOpen || !sheet.checklist) return stop.stopPage(patrol, key);
  return number ? itemPage(sheet, Number(number)) : listPage(sheet);
}

async function show() {
  const [, first, uid, page = "", part = "", more = "", number = ""] = decodeURIComponent(location.hash).split("/");
  if (!store.person()) return welcomePage();
  if (first === "send") return sendPage();
  if (first === "check") return checkPage();
  if (first === "phone") return phonePage();
  if (first === "p") return patrolShow(uid, page, part, more, number);
  if (first === "o") return watch.watchPage(uid);
  if (first !== "v") return todayPage();
  const visit = ((await sync.visits()) ?? []).find((one) => one.uid === uid);
  if (!visit || !PAGES[page]) return todayPage();
  await PAGES[page](visit, part);
}

async function paint() {
  try {
    await show();
  } catch (error) {
    screen.replaceChildren(note("bad", "这一页打不开", `${error.message}。已填的内容都在手机里，请返回重试。`));
    throw error;
  }
  window.scrollTo(0, 0);
  document.getElementById("title").focus({ preventScroll: true });
}

// One page after the other: a slow page that was left behind must not paint over the one wanted last.
let asked = 0;
let turning = Promise.resolve();
function turn() {
  const mine = (asked += 1);
  turning = turning.catch(() => null).then(() => (mine === asked ? paint() : null));
  return turning;
}

async function paintStatus() {
  if (!store.person()) return;
  const counts = await tally();
  const unsent = counts.waiting + counts.filesWaiting;
  const pill = document.getElementById("status");
  const [text, tone] = sync.line.state === "LAPSED" ? [`登录过期 · 待发 ${unsent}`, "warn"] : !navigator.onLine || sync.line.state === "OFFLINE" ? [`离线 · 已存 ${counts.saved} 项`, "warn"] : unsent ? [`待发 ${unsent}`, "warn"] : counts.saved ? ["全部送达", "ok"] : ["在线", "ok"];
  pill.textContent = text;
  pill.className = `pill pill-${tone}`;
}

let planned = 0;
function plan() {
  clearTimeout(planned);
  planned = setTimeout(() => navigator.onLine && sync.line.state !== "OTHER" && sync.send(), SOON);
}

let lastState = "";
onChange(async () => {
  await paintStatus();
  if (sync.line.state !== lastState && ["LAPSED", "OTHER", "REVOKED"].includes(sync.line.state)) say(sync.line.message, "bad");
  lastState = sync.line.state;
  if (sync.line.state === "IDLE" && (await tally()).waiting) plan();
  if (location.hash.startsWith("#/send")) sendPage();
});

async function arrive() {
  const known = store.person();
  try {
    const { user } = await api.hello();
    if (known && known.id !== user.id) {
      await sync.forgetExtracts().catch(() => null);
    }
    store.setPerson(known?.id === user.id ? known : user);
    const bundle = await store.meta("bundle");
    const isOld = bundle && Date.now() - Date.parse(bundle.fetched_at) > FRESH;
    if (!bundle || isOld || bundle.is_expired || known?.id !== user.id) store.setPerson((await sync.fetchBundle()).user);
  } catch (error) {
    if (error instanceof api.Refused) {
      say(error.message, "bad");
      if (error.code === "revoked") await sync.forgetExtracts().catch(() => null);
      if (!known) return welcomePage(error.message);
    } else if (!(error instanceof api.Lapsed || error instanceof api.Offline)) throw error;
    else if (!known && error instanceof api.Offline) return welcomePage("现在没有网络。请在有网络的地方登录一次。");
  }
}

const seen = async () => `${store.person()?.id} ${store.person() ? (await store.meta("bundle"))?.fetched_at : ""}`;

async function begin() {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(shell.dataset.worker, { scope: shell.dataset.home }).catch(() => null);
  navigator.storage?.persist?.().catch(() => null);
  const known = store.person();
  if (known) {
    await sync.expireIfDue();
    if (await flushDrafts()) say("上次没有存完的内容已恢复。", "ok");
    await turn();
  }
  const before = await seen();
  await arrive();
  // Painting again would take away what is being drawn or chosen, so only news is a reason.
  if (!known || (await seen()) !== before) await turn();
  await paintStatus();
  if (store.person() && navigator.onLine) sync.send();
}

window.addEventListener("hashchange", turn);
window.addEventListener("online", () => (paintStatus(), plan()));
window.addEventListener("offline", paintStatus);
document.addEventListener("visibilitychange", () => document.hidden || (store.person() && plan()));
setInterval(async () => {
  if (!store.person()) return;
  if (await sync.expireIfDue()) turn();
  const counts = await tally();
  const open = counts.operations.some((one) => ["SAVED", "RECEIVED", "WAITING"].includes(one.state)) || counts.filesWaiting;
  if (open && navigator.onLine) sync.send();
}, AGAIN);
begin();
