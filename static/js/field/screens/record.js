// The site record: state of the premises, what was seen, who was there, a sketch.
import { board } from "../media.js";
import { uuid7 } from "../store.js";
import { button, card, choices, field, h, heading, icon, link, row, say, screen } from "../ui.js";
import { sight, speak, typing } from "../words.js";

export async function recordPage(visit) {
  const seen = await sight(visit.uid);
  const base = `#/v/${visit.uid}`;
  heading("现场记录", visit.title, base);
  const text = (name) => seen.value("note", name)?.text ?? "";
  const control = (name, element) => typing(Object.assign(element, { value: text(name) }), visit, "note", name, (words) => ({ text: words }));
  const premises = (visit.extras?.premises ?? []).map((one) => h("option", { value: one.code }, one.label));
  const state = control("premises", h("select", {}, h("option", { value: "" }, "请选择"), premises));
  screen.replaceChildren(
    card(
      field("现场状态", state),
      field("现场情况", control("summary", h("textarea", { rows: "5", maxlength: "2000" })), "看到什么、问了谁、查了哪些材料"),
      field("在场学生数", control("students_present", h("input", { type: "text", inputmode: "numeric", maxlength: "5" }))),
      field("当事人意见", control("party_opinion", h("textarea", { rows: "2", maxlength: "500" }))),
      field("执法记录仪文件", control("camera_note", h("input", { type: "text", maxlength: "120" }))),
    ),
    people(visit, seen),
    link("画草图", `${base}/sketch`, { cls: "btn-wide", symbol: "pencil" }),
    seen.items("sketch").length ? h("p", { class: "sub" }, `已画 ${seen.items("sketch").length} 张草图`) : "",
    link("返回", base, { cls: "btn-primary btn-big" }),
  );
}

function people(visit, seen) {
  const rows = h("div", { class: "rows" });
  const name = h("input", { type: "text", maxlength: "40" });
  const role = h("input", { type: "text", maxlength: "40", placeholder: "例如校长、教师、家长" });
  const paint = (sightNow) =>
    rows.replaceChildren(
      ...sightNow
        .items("person")
        .map((item) => [item, sightNow.value("person", item)])
        .filter(([, one]) => !one.removed)
        .map(([item, one]) => h("div", { class: "row" }, icon("user"), h("span", { class: "row-text" }, h("strong", {}, one.name), h("span", { class: "sub" }, one.role)), button("删除", async () => { await speak(visit, "person", item, { ...one, removed: true }); paint(await sight(visit.uid)); }))),
    );
  const add = button("加一人", async () => {
    if (!name.value.trim()) return say("请填写姓名。", "bad");
    await speak(visit, "person", uuid7(), { name: name.value.trim(), role: role.value.trim() });
    name.value = role.value = "";
    paint(await sight(visit.uid));
  }, { cls: "btn-wide", symbol: "user-plus" });
  paint(seen);
  return card(h("h2", {}, "在场人员"), rows, h("div", { class: "pair" }, field("姓名", name), field("身份", role)), add);
}

export async function sketchPage(visit) {
  const base = `#/v/${visit.uid}`;
  heading("画草图", visit.title, `${base}/record`);
  const drawing = board("草图");
  const caption = h("input", { type: "text", maxlength: "60", value: "平面示意" });
  screen.replaceChildren(
    drawing.canvas,
    field("说明", caption),
    h("div", { class: "pair" }, button("重画", drawing.clear, { cls: "btn-big" }), button("存草图", async () => {
      if (drawing.isEmpty()) return say("还没有画。", "bad");
      const file = await drawing.take("sketch.png");
      await speak(visit, "sketch", file.sha256.slice(0, 16), { sha256: file.sha256, size: file.size, name: file.name, caption: caption.value }, file);
      say("草图已存在手机里。", "ok");
      location.hash = `${base}/record`;
    }, { cls: "btn-primary btn-big" })),
  );
}

const PARTY = [
  { code: "SIGNED", label: "签字" },
  { code: "REFUSED", label: "拒绝签字" },
  { code: "ABSENT", label: "不在场" },
];

export async function signPage(visit) {
  const seen = await sight(visit.uid);
  const base = `#/v/${visit.uid}`;
  heading("签字", visit.title, base);
  const officers = visit.team.filter((one) => one.is_officer);
  const party = seen.value("signature", "party");
  const word = PARTY.find((one) => one.code === party?.state)?.label;
  screen.replaceChildren(
    card(h("h2", {}, "执法人员"), h("div", { class: "rows" }, officers.map((one) => row({ title: one.name, sub: `执法证 ${one.certificate}`, state: seen.has("signature", `officer:${one.id}`) ? "已签" : "待签", tone: seen.has("signature", `officer:${one.id}`) ? "ok" : "mute", href: `${base}/sign/officer:${one.id}`, symbol: "signature" })))),
    card(h("h2", {}, "当事人"), h("div", { class: "rows" }, row({ title: "在场负责人", sub: party?.representative ?? "", state: word ?? "待签", tone: word ? "ok" : "mute", href: `${base}/sign/party`, symbol: "signature" }))),
    link("返回", base, { cls: "btn-primary btn-big" }),
  );
}

export async function signOnePage(visit, item) {
  const base = `#/v/${visit.uid}/sign`;
  if (item === "party") return partyPage(visit, base);
  const officer = visit.team.find((one) => `officer:${one.id}` === item);
  heading(`${officer?.name ?? ""}签名`, visit.title, base);
  const drawing = board(`${officer?.name ?? ""}签名`);
  screen.replaceChildren(h("p", { class: "sub" }, "本人在框内签名，确认现场记录属实。"), drawing.canvas, h("div", { class: "pair" }, button("重签", drawing.clear, { cls: "btn-big" }), button("确认签名", async () => {
    if (drawing.isEmpty()) return say("还没有签名。", "bad");
    const file = await drawing.take("signature.png");
    await speak(visit, "signature", item, { sha256: file.sha256, size: file.size, name: officer.name }, file);
    location.hash = base;
  }, { cls: "btn-primary btn-big" })));
}

async function partyPage(visit, base) {
  const seen = await sight(visit.uid);
  const now = { state: "", representative: "", representative_title: "", witness: "", reason: "", ...seen.value("signature", "party") };
  delete now.sha256;
  heading("当事人签字", visit.title, base);
  const drawing = board("当事人签名");
  const input = (name, placeholder = "") => h("input", { type: "text", maxlength: "40", value: now[name] ?? "", placeholder, oninput: (event) => (now[name] = event.target.value) });
  const more = h("div", {});
  const paint = () =>
    more.replaceChildren(
      ...(now.state === "SIGNED" ? [h("p", { class: "sub" }, "请当事人核对记录后在框内签名。"), drawing.canvas, button("重签", drawing.clear, { cls: "btn-wide" })] : []),
      ...(now.state === "REFUSED" ? [field("拒签理由", input("reason")), field("见证人", input("witness", "姓名、单位；没有见证人的，填执法记录仪文件"))] : []),
    );
  paint();
  const save = button("保存", async () => {
    if (!now.state) return say("请选签字情况。", "bad");
    if (now.state === "SIGNED" && (drawing.isEmpty() || !now.representative.trim())) return say("请填写姓名并签名。", "bad");
    if (now.state === "REFUSED" && !now.witness.trim() && !seen.value("note", "camera_note")?.text) return say("拒绝签字的，须写明见证人，或在现场记录里填执法记录仪文件。", "bad");
    const file = now.state === "SIGNED" ? await drawing.take("signature.png") : null;
    await speak(visit, "signature", "party", { ...now, ...(file ? { sha256: file.sha256, size: file.size } : {}) }, file);
    location.hash = base;
  }, { cls: "btn-primary btn-big" });
  screen.replaceChildren(card(field("在场负责人姓名", input("representative")), field("职务", input("representative_title")), h("div", { class: "label" }, "签字情况"), choices("签字情况", PARTY, now.state, (code) => { now.state = code; paint(); })), more, save);
}
