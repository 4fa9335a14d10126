// A monitor's patrols: begin with others, go from place to place, end. Nothing here asks the other side for anything.
import * as store from "../store.js";
import * as sync from "../sync.js";
import { button, card, facts, field, h, heading, link, note, row, say, screen, time } from "../ui.js";
import { flushDrafts, isRefused, sight, speak, spokenCount, tally, UNSENT } from "../words.js";

export const FORM = "monitors.outing";
export const RULE = "两人以上同行，佩戴证件。只在公共场所观察、拍照、询问，不检查、不下要求、不让对方签字。";

export async function extras() {
  return (await sync.formOf(FORM))?.extras ?? null;
}

// Patrols that began on this phone, and those that the desk knows to be under way.
export async function patrols() {
  const [given, operations] = await Promise.all([sync.subjects(FORM), store.all("operations")]);
  const begun = operations.filter((one) => one.form === FORM && one.kind === "start");
  const own = begun.map((one) => ({ uid: one.subject, form: FORM, title: `${time(one.made_at).slice(5)} 的巡查`, started_at: one.made_at, people: one.value.names ?? [], task: one.value.task_title ?? "", stops: [] }));
  const held = new Map(own.map((one) => [one.uid, one]));
  for (const one of given) held.set(one.uid, { ...held.get(one.uid), ...one, people: one.people ?? held.get(one.uid)?.people ?? [], stops: one.stops ?? [], task: one.task ?? "" });
  return [...held.values()].sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
}

export const patrolOf = async (uid) => (await patrols()).find((one) => one.uid === uid) ?? null;

// The places of a patrol as this phone knows them, dropped ones left out. A place that the desk has recorded all the
// same, or whose dropping was refused, is not dropped: it stands there with the reason.
export function stopsOf(patrol, seen) {
  const own = seen.items("arrive").map((key) => {
    const said = seen.own.get(`stop|${key}`) ?? null;
    const about = seen.value("arrive", key);
    return { key, ...about, name: about.name || seen.value("fact", `${key}/seen_name`)?.text || "", saved: seen.value("stop", key), said, refused: seen.refused(key) };
  });
  const recorded = new Set(patrol.stops.map((one) => one.uid));
  const dropped = new Map(own.filter((one) => one.saved?.removed).map((one) => [one.key, one]));
  const shown = own.filter((one) => !dropped.has(one.key) || (isRefused(one.said) && !recorded.has(one.key)));
  const known = new Set(shown.map((one) => one.key));
  const others = patrol.stops.filter((one) => !known.has(one.uid)).map((one) => ({ key: one.uid, name: one.name, institution: one.institution, recorded: one, said: dropped.get(one.uid)?.said }));
  return [...shown, ...others];
}

export function stopState(stop) {
  if (stop.recorded || stop.said?.state === "APPLIED") return stop.refused?.length || isRefused(stop.said) ? ["有改动没有采用", "warn"] : ["已写入", "ok"];
  if (!stop.saved) return ["没有保存", "warn"];
  if (!stop.said) return ["同行已保存", "ok"];
  if (UNSENT.has(stop.said.state)) return ["已存，待发", "warn"];
  if (isRefused(stop.said)) return ["没有受理", "bad"];
  return ["已送达", "info"];
}

const lastOf = (counts, kind) => counts.operations.filter((one) => one.kind === kind).at(-1);
const endsOf = (seen) => [seen.own.get("end|"), ...(seen.others.get("end|") ?? [])].filter((one) => one && !isRefused(one));
// A patrol has ended when somebody said so, a companion too, and was not refused; a refused end has to be said again.
export const isOver = (seen) => endsOf(seen).length > 0;
const ENDED = { SUBMITTED: ["已提交", "ok"], VOID: ["已作废", "mute"] };

function stateOf(patrol, counts, seen) {
  const ended = isOver(seen);
  const unsent = counts.waiting + counts.filesWaiting;
  if (isRefused(lastOf(counts, "start"))) return ["没有受理", "bad"];
  const known = ENDED[patrol.status];
  if (unsent && (ended || known)) return ["待发送", "warn"];
  if (known?.[1] === "ok" || endsOf(seen).some((one) => one.state === "APPLIED")) return counts.refused ? ["已提交，有内容没有采用", "warn"] : ["已提交", "ok"];
  if (known) return known;
  if (counts.refused) return ["有内容没有受理", "bad"];
  return ended ? ["已送达，待写入", "info"] : ["巡查中", "info"];
}

export async function patrolRows() {
  const rows = await Promise.all((await patrols()).map(async (one) => [one, await tally(one.uid), await sight(one.uid)]));
  return rows.map(([one, counts, seen]) => {
    const [state, tone] = stateOf(one, counts, seen);
    return row({ title: one.title, sub: [one.task || "自由巡查", one.people.join("、")].filter(Boolean).join(" · "), state, tone, href: `#/p/${one.uid}`, symbol: "walk" });
  });
}

// Patrols of the last day that nobody has ended yet; one takes at most a day, older ones come again from the desk.
const DAY = 86400000;
export async function underWay() {
  const recent = (await patrols()).filter((one) => !ENDED[one.status] && Date.now() - Date.parse(one.started_at) < DAY);
  const looked = await Promise.all(recent.map(async (one) => [one.uid, await sight(one.uid)]));
  return looked.filter(([, seen]) => !isOver(seen)).map(([uid]) => uid);
}

async function openOne() {
  for (const one of await patrols()) {
    if (ENDED[one.status]) continue;
    const [seen, counts] = await Promise.all([sight(one.uid), tally(one.uid)]);
    if (!isOver(seen) && !isRefused(lastOf(counts, "start"))) return one;
  }
  return null;
}

export async function homeSections() {
  const known = await extras();
  if (!known?.monitor) return [note("warn", "还不能巡查", "账号还没有关联监督员任期，请联系教育部门。")];
  const tasks = known.tasks ?? [];
  const running = await openOne();
  const rows = await patrolRows();
  return [
    termNote(known.monitor),
    running ? link("继续巡查", `#/p/${running.uid}`, { cls: "btn-primary btn-big", symbol: "walk" }) : hasEnded(known.monitor) ? "" : link("开始巡查", "#/p/new", { cls: "btn-primary btn-big", symbol: "walk" }),
    rows.length ? h("div", { class: "rows" }, rows) : note("info", "今天还没有巡查", RULE),
    tasks.length ? h("section", {}, h("h2", {}, "任务"), h("div", { class: "rows" }, tasks.map((task) => row({ title: task.title, sub: [`${task.ends_on} 前`, task.window, task.note].filter(Boolean).join(" · "), href: `#/p/new/${task.uid}`, symbol: "flag" })))) : "",
  ];
}

const today = () => time(new Date().toISOString()).slice(0, 10);
const hasEnded = (monitor) => Boolean(monitor.until && monitor.until < today());

function termNote(monitor) {
  if (!hasEnded(monitor)) return "";
  return note("bad", `任期已于 ${monitor.until} 结束`, "不能开始新的巡查。任期内做完的照常发送；账号已停用、不能登录的，请在“发送情况”导出文件，交教育部门导入，内容不会丢。");
}

export async function newPage(taskUid) {
  const known = await extras();
  heading("开始巡查", known?.monitor?.area ?? "", "#/");
  if (!known?.monitor) return screen.replaceChildren(note("warn", "还没有取用资料", "请在有网络时点“更新资料”。"), link("返回", "#/", { cls: "btn-big" }));
  if (hasEnded(known.monitor)) return screen.replaceChildren(termNote(known.monitor), link("返回", "#/", { cls: "btn-big" }));
  const open = await openOne();
  if (open) return screen.replaceChildren(note("warn", "还有一次巡查没有结束", `${open.title}。一个人不能同时在两处巡查，请先结束它，再开始新的。`), link("去结束", `#/p/${open.uid}`, { cls: "btn-primary btn-big" }));
  if (!known.people) return screen.replaceChildren(note("warn", "同行名单已到期删除", "请在有网络时点“更新资料”，再开始巡查。"), link("返回", "#/", { cls: "btn-big" }));
  const chosen = new Map();
  const tasks = known.tasks ?? [];
  const task = h("select", {}, h("option", { value: "" }, "自由巡查"), tasks.map((one) => h("option", { value: one.uid, selected: one.uid === taskUid }, `${one.title}（${one.ends_on} 前）`)));
  const words = h("input", { type: "text", maxlength: "60", placeholder: "按姓名、小分队找" });
  const list = h("div", { class: "rows", role: "group", "aria-label": "同行监督员" });
  const remark = h("input", { type: "text", maxlength: "200" });
  const paint = () => list.replaceChildren(...known.people.filter((one) => chosen.has(one.uid) || `${one.name}${one.squad}`.includes(words.value.trim())).slice(0, 30).map(person));
  const person = (one) => {
    const box = h("input", { type: "checkbox", checked: chosen.has(one.uid), onchange: () => (box.checked ? chosen.set(one.uid, one) : chosen.delete(one.uid)) });
    return h("label", { class: "row row-check" }, box, h("span", { class: "row-text" }, h("strong", {}, one.name), h("span", { class: "sub" }, one.squad)));
  };
  words.addEventListener("input", paint);
  paint();
  const begin = button("现在开始", async () => {
    if (chosen.size + 1 < known.least) return say(`巡查至少 ${known.least} 人同行，请选同行的监督员。`, "bad");
    begin.disabled = true;
    const picked = tasks.find((one) => one.uid === task.value);
    const patrol = { uid: store.uuid7(), form: FORM };
    const people = [known.monitor, ...chosen.values()];
    await speak(patrol, "start", "", { people: people.map((one) => one.uid), names: people.map((one) => one.name), avoid: [...new Set([...(known.ties ?? []), ...[...chosen.values()].flatMap((one) => one.avoid)])], task: picked?.uid ?? "", task_title: picked?.title ?? "", note: remark.value.trim() });
    say("巡查已开始，每到一家记录一次。", "ok");
    location.hash = `#/p/${patrol.uid}`;
  }, { cls: "btn-primary btn-big", symbol: "walk" });
  screen.replaceChildren(
    note("info", "巡查不是检查", RULE),
    note("info", "一次巡查只由一人在手机上开始", "同行的不要另外开始：等开始的人送达后点“更新资料”，在同一次巡查里一起填。两人都开始的，后送达的一次不受理。"),
    card(field("任务", task), h("div", { class: "label" }, `同行监督员（连您至少 ${known.least} 人）`), known.people.length > 8 ? field("找人", words) : "", list, field("说明（可不填）", remark)),
    begin,
  );
}

export async function patrolPage(patrol) {
  const [seen, counts] = await Promise.all([sight(patrol.uid), tally(patrol.uid)]);
  const base = `#/p/${patrol.uid}`;
  const stops = stopsOf(patrol, seen);
  const ended = isOver(seen) || Boolean(ENDED[patrol.status]);
  const again = isRefused(seen.own.get("end|"));
  const [state, tone] = stateOf(patrol, counts, seen);
  const unsent = counts.waiting + counts.filesWaiting;
  heading("巡查", `${time(patrol.started_at).slice(5)} 开始 · ${state}`, "#/");
  screen.replaceChildren(
    ...troubles(counts),
    ended ? endNote(tone, state, unsent, counts) : link("记录一家", `${base}/place`, { cls: "btn-primary btn-big", symbol: "map-pin" }),
    stops.length ? h("div", { class: "rows" }, stops.map((one, index) => stopRow(base, one, index))) : note("info", "还没有记录", "每到一家点“记录一家”。"),
    ended || !stops.length ? "" : link(again ? "重新填写结束时间" : "结束巡查", `${base}/end`, { cls: "btn-big", symbol: "door-exit" }),
    card(facts([{ label: "同行", value: patrol.people.join("、") || "见名单" }, { label: "任务", value: patrol.task || "自由巡查" }])),
    row({ title: "发送情况", sub: unsent ? `待发 ${counts.waiting} 条、${counts.filesWaiting} 个文件` : counts.saved ? "全部已送达" : "还没有记录", href: "#/send", symbol: "send" }),
  );
}

function stopRow(base, stop, index) {
  const [state, tone] = stopState(stop);
  return row({ title: `${index + 1}. ${stop.name || "未登记场所"}`, sub: isRefused(stop.said) ? stop.said.reason : stop.recorded?.is_clue ? "否决项已作为线索送出" : stop.refused?.length ? stop.refused.at(-1).reason : stop.said?.state === "APPLIED" ? "教育部门已收到" : stop.said?.reason ?? "", state, tone, href: stop.recorded ? "" : `${base}/s/${stop.key}`, symbol: "map-pin" });
}

// What was kept and not used, each reason once; the details stand on the page of sending.
export function troubles(counts) {
  const reasons = new Set(counts.operations.filter(isRefused).map((one) => one.reason));
  return [...reasons].map((reason) => note("bad", "没有受理，内容都在", reason));
}

function endNote(tone, state, unsent, counts) {
  if (unsent) return note("warn", "已结束，还没有提交", `还有 ${counts.waiting} 条记录、${counts.filesWaiting} 个文件没有送达。送达前请不要清除手机数据。`);
  if (state.startsWith("已提交")) return note("ok", "已提交", "服务器已逐条、逐个文件确认收到，并已计入巡查。");
  return note(tone === "bad" ? "warn" : "info", state, "服务器已收到全部内容，写入后显示“已提交”。");
}

export async function endPage(patrol) {
  await flushDrafts();
  const seen = await sight(patrol.uid);
  const base = `#/p/${patrol.uid}`;
  const stops = stopsOf(patrol, seen);
  const open = stops.filter((one) => !one.recorded && !one.saved);
  const hours = (Date.now() - Date.parse(patrol.started_at)) / 3600000;
  heading("结束巡查", `共 ${stops.length} 家`, base);
  const at = h("input", { type: "datetime-local", max: local(new Date()) });
  const leave = button("确认结束", async () => {
    leave.disabled = true;
    await speak(patrol, "end", "", { count: await spokenCount(patrol.uid), text: at.value });
    say("已结束。联网后自动发送，全部送达才算提交。", "ok");
    location.hash = base;
  }, { cls: "btn-primary btn-big", symbol: "door-exit" });
  const said = seen.own.get("end|");
  screen.replaceChildren(
    isRefused(said) ? note("bad", "上次填的结束时间没有受理", said.reason) : "",
    open.length ? card(h("h2", {}, `${open.length} 家没有保存`), h("div", { class: "rows" }, open.map((one) => row({ title: one.name || "未登记场所", state: "去保存或删去", tone: "warn", href: `${base}/s/${one.key}` })))) : "",
    stops.length ? "" : note("warn", "还没有记录任何一家", "没有巡查的，不用结束，请告诉教育部门作废。"),
    hours > 8 ? note("warn", "已经超过 8 小时", "早已结束的，请填实际结束时间；一次巡查不超过 24 小时。") : "",
    card(field("实际结束时间", at, "就是现在的，不用填。")),
    open.length || !stops.length ? "" : leave,
    isOver(seen) ? note("ok", "已结束", "") : "",
  );
}

export const local = (date) => time(date.toISOString()).replace(" ", "T");
