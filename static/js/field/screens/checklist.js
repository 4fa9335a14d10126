// The checklist, one question a screen.
import { card, choices, field, h, heading, link, note, progress, row, screen, tag } from "../ui.js";
import { sight, speak, typing } from "../words.js";
import { photoStrip } from "./photos.js";

const TONES = ["ok", "bad", "mute"];

export function checklistOf(visit) {
  const known = visit.extras?.checklists ?? [];
  return known.find((one) => one.uid === visit.checklist) ?? (visit.checklist ? null : known[0]) ?? null;
}

export async function listPage(visit) {
  const checklist = checklistOf(visit);
  const seen = await sight(visit.uid);
  heading(checklist.name, visit.title, `#/v/${visit.uid}`);
  const open = checklist.items.findIndex((item) => !seen.value("answer", item.code)?.value);
  const sections = new Map();
  checklist.items.forEach((item, index) => sections.set(item.aspect, [...(sections.get(item.aspect) ?? []), [item, index]]));
  screen.replaceChildren(
    link(open < 0 ? "从头看一遍" : open === 0 ? "开始逐项检查" : `继续第 ${open + 1} 项`, `#/v/${visit.uid}/list/${Math.max(0, open) + 1}`, { cls: "btn-primary btn-big" }),
    ...[...sections].map(([aspect, rows]) => h("section", {}, h("h2", {}, aspect), h("div", { class: "rows" }, rows.map(([item, index]) => line(visit, checklist, seen, item, index))))),
  );
}

function line(visit, checklist, seen, item, index) {
  const value = seen.value("answer", item.code)?.value;
  const label = checklist.answers.find((one) => one.code === value)?.label ?? "";
  const differs = value && seen.colleague("answer", item.code, "value");
  return row({ title: `${item.code} ${item.text}`, state: differs ? "填写不一致" : label, tone: differs || value === checklist.failing ? "bad" : value ? "ok" : "mute", href: `#/v/${visit.uid}/list/${index + 1}` });
}

export async function itemPage(visit, number) {
  const checklist = checklistOf(visit);
  const item = checklist.items[number - 1];
  const base = `#/v/${visit.uid}`;
  if (!item) return (location.hash = `${base}/list`);
  const seen = await sight(visit.uid);
  const held = seen.value("answer", item.code) ?? {};
  const now = { value: held.value ?? "", note: held.note ?? "", no_photo_reason: held.no_photo_reason ?? "", label: held.label ?? "", version: checklist.uid };
  const tell = () => speak(visit.uid, "answer", item.code, { ...now });
  heading(item.aspect, visit.title, `${base}/list`);
  progress(number / checklist.items.length);
  const detail = h("div", {});
  const options = checklist.answers.map((one, index) => ({ ...one, tone: one.code === checklist.failing ? "bad" : TONES[index] }));
  const answer = choices("检查结果", options, now.value, async (code) => {
    now.value = code;
    now.label = checklist.answers.find((one) => one.code === code).label;
    await tell();
    paint();
  });

  function paint() {
    const isFailing = now.value === checklist.failing;
    const words = typing(h("textarea", { rows: "2", maxlength: "500", value: now.note }), visit.uid, "answer", item.code, (text) => ((now.note = text), { ...now }));
    const excuse = typing(h("input", { type: "text", maxlength: "100", value: now.no_photo_reason, placeholder: "确实不便拍照时填写" }), visit.uid, "answer", item.code, (text) => ((now.no_photo_reason = text), { ...now }));
    detail.replaceChildren(
      now.value
        ? card(
            field(isFailing ? (item.note ? "问题描述（必填）" : "问题描述") : "说明", words),
            photoStrip(visit.uid, "answer_photo", item.code, { code: item.code }),
            isFailing && item.photo ? field("未拍照原因", excuse) : "",
            isFailing ? link("登记为问题", `${base}/finding/${item.code}`, { cls: "btn-wide", symbol: "alert-triangle" }) : "",
          )
        : "",
    );
  }
  paint();
  const theirs = seen.colleague("answer", item.code, "value");
  screen.replaceChildren(
    h("p", { class: "counter" }, `第 ${number} 项，共 ${checklist.items.length} 项`, item.is_star && tag("否决项", "bad"), item.photo && tag("不合格须拍照", "warn")),
    h("h2", { class: "question" }, `${item.code} ${item.text}`),
    item.hint ? h("p", {}, item.hint) : "",
    item.basis.length ? h("p", { class: "sub" }, `依据：${item.basis.join("；")}`) : "",
    theirs ? note("warn", `${theirs.by}填的是“${theirs.value.label || theirs.value.value}”`, "不一致的两份都会保留，由人选定。您改选即以您看过后的填写为准。") : "",
    answer,
    detail,
    h("div", { class: "pair" }, number > 1 ? link("上一项", `${base}/list/${number - 1}`, { cls: "btn-big" }) : link("目录", `${base}/list`, { cls: "btn-big" }), number < checklist.items.length ? link("下一项", `${base}/list/${number + 1}`, { cls: "btn-primary btn-big" }) : link("填完，返回", base, { cls: "btn-primary btn-big" })),
  );
}
