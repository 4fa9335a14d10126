// What is to be done today, sending, checking a notice, this phone.
import * as api from "../api.js";
import * as qr from "../qr.js";
import * as sheet from "../sheet.js";
import * as store from "../store.js";
import * as sync from "../sync.js";
import { button, card, facts, field, h, heading, link, note, row, say, screen, time } from "../ui.js";
import { flushDrafts, tally } from "../words.js";
import { check } from "../verify.js";
import * as patrols from "./patrols.js";
import * as watch from "./watch.js";

const WORDS = { SAVED: ["已存，待发", "warn"], RECEIVED: ["已送达", "ok"], APPLIED: ["已写入", "ok"], SUPERSEDED: ["已被后来的填写替代", "mute"], WAITING: ["已送达，等待中", "info"], DIFFERING: ["填写不一致，待选定", "bad"], HELD: ["已保留，未采用", "bad"], UNKNOWN: ["已保留，无法识别", "bad"] };
const FILES = { SAVED: ["已存，待发", "warn"], SENDING: ["发送中", "info"], RECEIVED: ["已收到，哈希一致", "ok"], REFUSED: ["未收下", "bad"], BROKEN: ["待重发", "warn"] };

// What a kind of words is called, form by form, as the desk says.
async function kindWords() {
  const bundle = await store.meta("bundle");
  return new Map((bundle?.forms ?? []).map((form) => [form.key, form.kinds ?? {}]));
}

const has = (bundle, key) => Boolean(bundle?.forms.some((form) => form.key === key));

export async function todayPage() {
  const bundle = await store.meta("bundle");
  const isMonitor = has(bundle, patrols.FORM);
  heading(isMonitor ? "今日巡查" : "今日检查", bundle ? `${bundle.bureau} · ${store.person().name}` : store.person().name, "");
  screen.replaceChildren(
    ...(await warnings()),
    bundle?.is_expired ? note("warn", "登记摘录已到期删除", "联网后点“更新资料”。没有发送的记录都还在。") : "",
    ...(isMonitor ? await monitorSections() : await visitSections(bundle)),
    button("更新资料", refresh, { cls: "btn-wide", symbol: "refresh" }),
    h("div", { class: "rows" }, row({ title: "发送情况", href: "#/send", symbol: "send" }), row({ title: "离线核验文书", sub: "扫二维码或输入核验码", href: "#/check", symbol: "qrcode" }), row({ title: "这部手机", sub: "存储、时钟、退出登录", href: "#/phone", symbol: "device-mobile" })),
    bundle ? h("p", { class: "sub" }, `资料取于 ${time(bundle.fetched_at)}，${time(bundle.expires_at)} 自动删除。`) : "",
  );
}

async function visitSections(bundle) {
  const visits = await sync.visits();
  if (!bundle) return [note("info", "还没有取用资料", "请在有网络时点“更新资料”，再去现场。")];
  if (!visits.length) return [note("info", "今天没有要检查的机构", "检查须先审批、通知；下达通知后点“更新资料”。")];
  const counted = await Promise.all(visits.map(async (visit) => [visit, await tally(visit.uid)]));
  return [h("div", { class: "rows" }, counted.map(([visit, counts]) => visitRow(visit, counts)))];
}

async function monitorSections() {
  const seen = await watch.watchRows();
  return [
    ...(await patrols.homeSections()),
    seen.length ? h("section", {}, h("h2", {}, "人流观察"), h("div", { class: "rows" }, seen)) : "",
    button("登记人流观察", watch.begin, { cls: "btn-wide", symbol: "eye" }),
  ];
}

function visitRow(visit, counts) {
  const ended = counts.operations.some((one) => one.kind === "end");
  const started = counts.operations.some((one) => one.kind === "start") || visit.status === "STARTED";
  const unsent = counts.waiting + counts.filesWaiting;
  const [state, tone] = ended ? (unsent ? ["待发送", "warn"] : ["已送达", "ok"]) : started ? ["检查中", "info"] : ["待检查", "mute"];
  return row({ title: visit.title, sub: `${visit.place} · ${visit.outing}`, state, tone, href: `#/v/${visit.uid}`, symbol: "building" });
}

async function refresh(event) {
  const pressed = event.currentTarget;
  pressed.disabled = true;
  try {
    await sync.fetchBundle();
    say("资料已更新。", "ok");
    await sync.send();
  } catch (error) {
    if (error instanceof api.Refused && error.code === "revoked") await sync.forgetExtracts();
    say(error instanceof api.Lapsed ? "登录已过期，请重新登录后更新。" : error instanceof api.Refused ? error.message : "没有网络，稍后再试。", "bad");
  }
  pressed.disabled = false;
  todayPage();
}

async function warnings() {
  const found = [];
  const clock = await sync.clockTrouble();
  if (clock) found.push(note("warn", "手机时钟", clock));
  if (/MicroMessenger|DingTalk|QQ\//i.test(navigator.userAgent)) found.push(note("bad", "请换系统浏览器打开", "微信、钉钉等应用内的网页随时可能清除数据。请点右上角“在浏览器打开”，再添加到主屏幕。"));
  if (!("serviceWorker" in navigator)) found.push(note("bad", "这个浏览器不能离线使用", "请用最新的系统浏览器打开本页。"));
  const persisted = await navigator.storage?.persisted?.();
  if (persisted === false) found.push(note("warn", "浏览器可能清除数据", "请把本页“添加到主屏幕”再用；离场后若还没有网络，请在“发送情况”导出文件备份。"));
  return found;
}

export async function sendPage() {
  const counts = await tally();
  const unsent = counts.waiting + counts.filesWaiting;
  const kinds = await kindWords();
  heading("发送情况", "", "#/");
  screen.replaceChildren(
    unsent ? note("warn", `待发 ${counts.waiting} 条、${counts.filesWaiting} 个文件`, "记录都存在手机里，全部送达才算提交。") : counts.saved ? note("ok", "全部送达", `${counts.saved} 条记录、${counts.files.length} 个文件，服务器已逐一确认。`) : note("info", "还没有记录", ""),
    sync.line.state === "LAPSED" ? card(h("p", {}, sync.line.message), link("重新登录", api.loginUrl(), { cls: "btn-primary btn-big", symbol: "login" })) : sync.line.message && sync.line.state !== "SENDING" ? note("bad", "", sync.line.message) : "",
    counts.refused || counts.differing ? note("bad", "有内容需要处理", `${counts.refused ? `${counts.refused} 条已保留、未采用；` : ""}${counts.differing ? `${counts.differing} 条与另一部手机不一致；` : ""}原因见下面，可由教育部门在工作台“手机记录”办理。`) : "",
    button(sync.line.state === "SENDING" ? "正在发送…" : "立即发送", () => sync.send(), { cls: "btn-primary btn-big", symbol: "send", disabled: sync.line.state === "SENDING" }),
    h("div", { class: "pair" }, button("导出文件", async () => { await sheet.download(); say("已导出。文件里有现场照片和记录，请妥善保管。", "ok"); }, { symbol: "download" }), takeButton()),
    counts.files.length ? h("h2", {}, `文件 ${counts.files.length} 个`) : "",
    h("div", { class: "rows" }, counts.files.map((file) => stateRow(file.name, `${size(file.size)} · ${file.sha256.slice(0, 12)}${file.reason ? ` · ${file.reason}` : ""}`, FILES[file.state]))),
    counts.operations.length ? h("h2", {}, `记录 ${counts.operations.length} 条`) : "",
    h("div", { class: "rows" }, counts.operations.sort((a, b) => b.sequence - a.sequence).map((one) => stateRow(`${kinds.get(one.form)?.[one.kind] ?? one.kind} ${shortItem(one)}`, `${time(one.made_at)}${one.reason ? ` · ${one.reason}` : ""}`, WORDS[one.state]))),
  );
}

const shortItem = (one) => (one.kind === "answer" ? `${one.item.split("/").at(-1)} ${one.value.label ?? ""}` : one.kind === "fact" ? one.value.label || one.value.text : one.kind === "arrive" || one.kind === "stop" ? one.value.name ?? "" : one.kind === "pad" || (one.item.length < 7 && !/\//.test(one.item)) ? one.item : "");
const stateRow = (title, sub, [label, tone] = ["", "mute"]) => row({ title, sub, state: label, tone });
const size = (bytes) => (bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);

function takeButton() {
  const input = h("input", { type: "file", accept: "application/json,.json", class: "visually-hidden", "aria-label": "导入另一部手机的文件" });
  input.addEventListener("change", async () => {
    try {
      say(`已导入 ${await sheet.take(input.files[0])} 条记录，联网后发送。`, "ok");
    } catch {
      say("这不是现场应用导出的文件，请重新选择。", "bad");
    }
    sendPage();
  });
  return h("span", {}, button("导入文件", () => input.click(), { symbol: "file-import", cls: "btn-wide" }), input);
}

export async function checkPage() {
  heading("离线核验文书", "", "#/");
  const bundle = await store.meta("bundle");
  if (!bundle) return screen.replaceChildren(note("warn", "还没有取用公钥和撤回名单", "请联网后在首页点“更新资料”。"));
  const text = h("textarea", { rows: "3", placeholder: "核验码，或扫码得到的网址" });
  const place = h("div", { "aria-live": "polite" });
  const tell = async (given) => {
    const found = await check(given, bundle);
    const rows = [["核验码", found.code], ["制发机关", found.issuer], ["制发日期", found.issued]].filter(([, value]) => value).map(([label, value]) => ({ label, value }));
    place.replaceChildren(note(found.tone, found.title, found.text), rows.length ? card(facts(rows)) : "");
  };
  screen.replaceChildren(
    navigator.mediaDevices?.getUserMedia ? button("用相机扫码", () => scan(place, tell), { cls: "btn-primary btn-big", symbol: "qrcode" }) : note("info", "这个浏览器不能使用相机", "请选一张二维码的照片，或输入核验码。"),
    photoButton(place, tell),
    card(field("核验码或网址", text), button("核验", () => tell(text.value), { cls: "btn-wide", symbol: "shield-check" })),
    place,
  );
}

async function scan(place, tell) {
  const video = h("video", { class: "viewer", autoplay: true, muted: true, playsinline: true });
  place.replaceChildren(video);
  let text;
  try {
    text = await qr.fromCamera(video);
  } catch {
    return place.replaceChildren(note("bad", "打不开相机", "请在浏览器设置里允许使用相机；也可以选一张二维码的照片，或输入核验码。"));
  }
  return text ? tell(text) : undefined;
}

function photoButton(place, tell) {
  const input = h("input", { type: "file", accept: "image/*", class: "visually-hidden", "aria-label": "选二维码照片" });
  input.addEventListener("change", async () => {
    const text = input.files[0] ? await qr.fromPhoto(input.files[0]).catch(() => "") : "";
    input.value = "";
    if (text) return tell(text);
    return place.replaceChildren(note("bad", "照片上没有读出二维码", "请让二维码占满画面、对焦清楚后再拍一张，或输入核验码。"));
  });
  return h("span", {}, button("选二维码照片", () => input.click(), { cls: "btn-wide", symbol: "photo" }), input);
}

export async function phonePage() {
  const [bundle, clock, persisted, estimate] = await Promise.all([store.meta("bundle"), store.meta("clock"), navigator.storage?.persisted?.(), navigator.storage?.estimate?.()]);
  heading("这部手机", store.person().name, "#/");
  screen.replaceChildren(
    card(
      facts([
        { label: "使用人", value: `${store.person().name}（${store.person().organ ?? ""}）` },
        { label: "手机", value: api.label() },
        { label: "手机时间", value: time(new Date().toISOString()) },
        { label: "与服务器相差", value: clock ? `${Math.round(clock.skew / 1000)} 秒` : "还没有测过" },
        { label: "存储", value: `${persisted ? "已设为不自动清除" : "浏览器可能清除"}${estimate ? ` · 已用 ${size(estimate.usage ?? 0)}` : ""}` },
        { label: "登记摘录", value: bundle ? (bundle.is_expired ? "已删除" : `${time(bundle.expires_at)} 删除`) : "没有" },
      ]),
    ),
    persisted ? "" : button("设为不自动清除", async () => { await navigator.storage?.persist?.(); phonePage(); }, { cls: "btn-wide", symbol: "device-floppy" }),
    button("退出登录", leave, { cls: "btn-wide", symbol: "logout" }),
    h("p", { class: "sub" }, "退出时删除手机里的登记摘录，和已经全部写入的检查、巡查、观察。其中有一条、一张照片还没有送达、没有写入或者没有受理的，整件留在手机里，没有结束的巡查也留着，本人再登录后继续。"),
  );
}

// Words with which nothing is left to do.
const isDone = (one) => ["APPLIED", "SUPERSEDED"].includes(one.state);

// What has to stay whole: with one word or file of it open, a part of it would read as something not saved or not begun.
async function openSubjects(operations, waiting) {
  const open = operations.filter((one) => !isDone(one) || one.files.some((sha) => waiting.has(sha)));
  return new Set([...open.map((one) => one.subject), ...(await patrols.underWay())]);
}

async function leave() {
  await flushDrafts();
  const counts = await tally();
  const unsent = counts.waiting + counts.filesWaiting;
  const open = counts.operations.filter((one) => !isDone(one)).length - counts.waiting;
  const told = [unsent && `${unsent} 条（个）没有送达`, open && `${open} 条已送达但还没有写入或者没有受理`].filter(Boolean).join("、");
  if (told && !window.confirm(`还有 ${told}。退出后它们留在手机里，本人再登录才能接着发送、改正。确定退出？`)) return;
  const waiting = new Set(counts.files.filter((file) => file.state !== "RECEIVED").map((file) => file.sha256));
  const kept = await openSubjects(counts.operations, waiting);
  const done = counts.operations.filter((one) => !kept.has(one.subject));
  const wanted = new Set(counts.operations.filter((one) => kept.has(one.subject)).flatMap((one) => one.files));
  await sync.forgetExtracts();
  await store.remove("operations", ...done.map((one) => one.uid));
  await store.remove("files", ...counts.files.filter((file) => file.state === "RECEIVED" && !wanted.has(file.sha256)).map((file) => file.sha256));
  await store.remove("meta", "bundle");
  await api.logout();
  store.setPerson(null);
  location.hash = "#/";
  location.reload();
}

export function welcomePage(message = "") {
  heading("现场", "", "");
  screen.replaceChildren(
    message ? note("warn", "", message) : "",
    card(h("h2", {}, "先登录一次"), h("p", {}, "登录后取用今天的资料，之后没有网络也能检查、巡查。"), link("登录", api.loginUrl(), { cls: "btn-primary btn-big", symbol: "login" })),
    h("ul", { class: "reading" }, h("li", {}, "用手机的系统浏览器打开，不要在微信里打开。"), h("li", {}, "“添加到主屏幕”后，浏览器不会随意清除记录。"), h("li", {}, "去现场之前，在有网络的地方点一次“更新资料”。")),
  );
}
