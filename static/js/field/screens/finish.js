// The slip left at the place, and the end of the visit.
import * as store from "../store.js";
import { button, card, h, heading, link, note, row, say, screen } from "../ui.js";
import { flushDrafts, sight, speak, spokenCount } from "../words.js";
import { checklistOf } from "./checklist.js";

export async function slipPage(visit) {
  const seen = await sight(visit.uid);
  const base = `#/v/${visit.uid}`;
  const bundle = await store.meta("bundle");
  const used = new Set((await store.all("operations")).filter((one) => one.kind === "pad").map((one) => one.item));
  const free = bundle.pads.filter((text) => !used.has(text));
  const here = seen.items("pad");
  heading("现场交办单", visit.title, base);
  const problems = seen.items("finding").map((key) => seen.value("finding", key)).filter((one) => !one.removed);
  const checklist = checklistOf(visit);
  const unnamed = (checklist?.items ?? []).filter((item) => seen.value("answer", item.code)?.value === checklist.failing && !seen.has("finding", item.code));
  const doubts = [
    unnamed.length ? note("warn", `${unnamed.length} 项不合格还没有登记为问题`, "登记以后才写进交办单。") : "",
    problems.length ? "" : note("warn", "本机没有登记问题", "同事手机上登记的问题，联网前在这里看不到。请先核对，有问题的一并抄上。"),
  ];
  const sheet = (number) =>
    h("article", { class: "slip" }, h("h2", {}, "现场交办单"), h("p", { class: "slip-number" }, number), h("p", {}, `${visit.title}：`), h("p", {}, problems.length ? "经现场检查，发现以下问题：" : "经现场检查，未发现问题。"), h("ol", {}, problems.map((one) => h("li", {}, one.text, one.correction ? `。要求：${one.correction}` : ""))), h("p", {}, "正式文书由检查机关联网后制发并送达，编号以正式文书为准。"), h("p", { class: "slip-foot" }, visit.lead, h("br"), (visit.team ?? []).filter((one) => one.is_officer).map((one) => one.name).join("、")));
  if (here.length) return screen.replaceChildren(note("ok", "照下面抄到号码簿该页，留给机构", "抄好后请当事人在存根上签收。"), ...here.map(sheet), button("打印", () => window.print(), { cls: "btn-wide", symbol: "printer" }), link("返回", base, { cls: "btn-primary btn-big" }));
  if (!free.length) return screen.replaceChildren(note("warn", "没有可用的号码簿编号", "请监管股负责人在“现场号码簿”发放后，联网更新资料。没有编号的，只做现场记录，正式文书联网后制发。"), link("返回", base, { cls: "btn-big" }));
  const use = button(`使用 ${free[0]}`, async () => {
    await speak(visit, "pad", free[0], { problems: problems.map((one) => one.text) });
    slipPage(visit);
  }, { cls: "btn-primary btn-big", symbol: "notebook" });
  screen.replaceChildren(note("info", "编号取自您领用的号码簿", `还有 ${free.length} 页没用。编号用一个少一个；写坏的在工作台作废。`), ...doubts, use, sheet(free[0]));
}

export async function endPage(visit) {
  await flushDrafts();
  const seen = await sight(visit.uid);
  const base = `#/v/${visit.uid}`;
  heading("核对并离场", visit.title, base);
  const missing = whatIsMissing(visit, seen);
  const counts = seen.operations.length;
  const leave = button("确认离场", async () => {
    leave.disabled = true;
    await speak(visit, "end", "", { count: await spokenCount(visit.uid) });
    say("已离场。联网后自动发送，全部送达才算提交。", "ok");
    location.hash = "#/send";
  }, { cls: "btn-primary btn-big", symbol: "door-exit" });
  screen.replaceChildren(
    missing.length ? card(h("h2", {}, `还差 ${missing.length} 项`), h("div", { class: "rows" }, missing.map(([title, path]) => row({ title, href: `${base}${path}`, state: "去填", tone: "warn" })))) : note("ok", "都填好了", `本机记录 ${counts} 条。离场后还可以继续发送，不能再改清单。`),
    seen.has("end") ? note("ok", "已离场", "") : leave,
    missing.length && !seen.has("end") ? h("p", { class: "sub" }, "缺项也可以先离场：另一部手机填了的，合并后会补齐；仍然缺的，工作台会列出。") : "",
  );
}

function whatIsMissing(visit, seen) {
  const found = [];
  const checklist = checklistOf(visit);
  if (!seen.has("start") && visit.status !== "STARTED") found.push(["进场", "/start"]);
  const blank = (checklist?.items ?? []).filter((item) => !seen.value("answer", item.code)?.value);
  if (blank.length) found.push([`清单还有 ${blank.length} 项没有填`, "/list"]);
  for (const [index, item] of (checklist?.items ?? []).entries()) {
    const value = seen.value("answer", item.code);
    const fails = value?.value === checklist.failing;
    if (fails && item.note && !value.note) found.push([`${item.code} 没有写问题描述`, `/list/${index + 1}`]);
    else if (fails && item.photo && !value.no_photo_reason && !seen.items("answer_photo").some((one) => one.startsWith(`${item.code}/`))) found.push([`${item.code} 没有照片`, `/list/${index + 1}`]);
    if (fails && !seen.has("finding", item.code)) found.push([`${item.code} 没有登记为问题`, `/finding/${item.code}`]);
  }
  if (!seen.value("note", "premises")?.text) found.push(["现场状态", "/record"]);
  if (!seen.value("note", "summary")?.text) found.push(["现场情况", "/record"]);
  if (seen.items("signature").filter((item) => item.startsWith("officer:")).length < 2) found.push(["两名执法人员签名", "/sign"]);
  if (!seen.has("signature", "party")) found.push(["当事人签字情况", "/sign"]);
  return found;
}
