// Problems found: what, what to do about it, who deals with it, photos before and after.
import { button, card, choices, field, h, heading, icon, link, note, row, say, screen } from "../ui.js";
import { draft, sight, speak, typing } from "../words.js";
import { uuid7 } from "../store.js";
import { checklistOf } from "./checklist.js";
import { photoStrip } from "./photos.js";

const MODES = [
  { code: "ON_SPOT", label: "当场改正" },
  { code: "IN_TERM", label: "限期整改" },
  { code: "REFER", label: "移送或立案" },
];

export async function findingsPage(visit) {
  const seen = await sight(visit.uid);
  const base = `#/v/${visit.uid}`;
  heading("问题", visit.title, base);
  const checklist = checklistOf(visit);
  const told = seen.items("finding").filter((key) => !seen.value("finding", key)?.removed);
  const open = (checklist?.items ?? []).filter((item) => seen.value("answer", item.code)?.value === checklist.failing && !told.includes(item.code));
  screen.replaceChildren(
    open.length ? note("warn", `${open.length} 项不合格还没有登记`, "每个不合格项都要登记为问题，才能离场。") : "",
    open.length ? h("div", { class: "rows" }, open.map((item) => row({ title: `${item.code} ${item.text}`, sub: seen.value("answer", item.code).note, href: `${base}/finding/${item.code}`, state: "待登记", tone: "warn" }))) : "",
    h("div", { class: "rows" }, told.map((key) => entry(base, seen, key))),
    told.length || open.length ? "" : note("info", "没有登记问题", "发现问题的，在这里逐个登记；没有问题的，直接填现场记录。"),
    link("登记其他问题", `${base}/finding/${uuid7()}`, { cls: "btn-primary btn-big", symbol: "plus" }),
  );
}

function entry(base, seen, key) {
  const value = seen.value("finding", key);
  const mode = MODES.find((one) => one.code === value.mode)?.label ?? "未选处理方式";
  const differs = seen.colleague("finding", key, "mode");
  return row({ title: value.text || "（没有写明事实）", sub: mode, state: differs ? "填写不一致" : seen.has("fix", key) ? "已改正" : "", tone: differs ? "bad" : "ok", href: `${base}/finding/${key}` });
}

export async function findingPage(visit, key) {
  const seen = await sight(visit.uid);
  const base = `#/v/${visit.uid}`;
  const extras = visit.extras ?? { violations: [], organs: [] };
  const item = checklistOf(visit)?.items.find((one) => one.code === key);
  const held = seen.value("finding", key);
  const organ = extras.organs.find((one) => one.kind === (item?.department ?? "EDUCATION")) ?? extras.organs[0];
  const now = held ?? { uid: item ? uuid7() : key, violation: "", text: seen.value("answer", key)?.note ?? "", mode: item?.handling === "ON_SPOT" ? "ON_SPOT" : "", organ: organ?.id ?? null, correction: "" };
  heading(item ? `${item.code} 登记为问题` : "登记问题", visit.title, `${base}/findings`);
  const keep = () => draft(visit, "finding", key, { ...now });
  const kinds = h("select", { onchange: () => { now.violation = kinds.value; suggest(); keep(); } }, h("option", { value: "" }, "请选择"), extras.violations.map((one) => h("option", { value: one.code, selected: one.code === now.violation }, one.name)));
  const organs = h("select", { onchange: () => { now.organ = Number(organs.value); keep(); } }, extras.organs.map((one) => h("option", { value: String(one.id), selected: one.id === now.organ }, one.name)));
  const words = typing(h("textarea", { rows: "3", maxlength: "1000", value: now.text }), visit, "finding", key, (text) => ((now.text = text), { ...now }));
  const order = typing(h("textarea", { rows: "2", maxlength: "500", value: now.correction }), visit, "finding", key, (text) => ((now.correction = text), { ...now }));
  const suggest = () => {
    const known = extras.violations.find((one) => one.code === now.violation);
    if (known?.correction && !order.value) order.value = now.correction = known.correction;
    basis.textContent = known?.basis ? `依据：${known.basis}` : "";
  };
  const basis = h("p", { class: "sub" });
  suggest();
  const remedy = h("div", {});
  const paint = () => remedy.replaceChildren(...(now.mode === "ON_SPOT" ? fixing(visit, key, seen) : []));
  paint();
  const save = button("保存问题", async () => {
    if (!now.violation || !now.text.trim() || !now.mode) return say("请选问题类型、写明事实、选处理方式。", "bad");
    await speak(visit, "finding", key, { ...now });
    say("问题已存在手机里。", "ok");
    location.hash = `${base}/findings`;
  }, { cls: "btn-primary btn-big" });
  screen.replaceChildren(
    card(field("问题类型", kinds), basis, field("问题事实", words, "写明时间、地点、数量和看到的情况"), h("div", { class: "label" }, "处理方式"), choices("处理方式", MODES, now.mode, (code) => { now.mode = code; keep(); paint(); }), field("整改要求", order), field("责任部门", organs)),
    card(h("h2", {}, "问题照片"), photoStrip(visit, "finding_photo", `${key}/before`, { finding: key, phase: "BEFORE" })),
    remedy,
    save,
    held ? button("撤销这个问题", async () => { await speak(visit, "finding", key, { ...now, removed: true }); location.hash = `${base}/findings`; }, { cls: "btn-wide btn-quiet", symbol: "trash" }) : "",
  );
}

function fixing(visit, key, seen) {
  const reason = h("input", { type: "text", maxlength: "100", placeholder: "没有照片时必填" });
  const done = button(seen.has("fix", key) ? "已确认改正" : "确认已当场改正", async () => {
    await speak(visit, "fix", key, { no_photo_reason: reason.value.trim() });
    say("已记下改正时间。", "ok");
    done.replaceChildren(icon("check"), "已确认改正");
  }, { cls: "btn-wide" });
  return [card(h("h2", {}, "改正情况"), photoStrip(visit, "finding_photo", `${key}/after`, { finding: key, phase: "AFTER" }, { label: "拍改正后照片" }), field("没有改正后照片的原因", reason), done)];
}
