// One visit: where it stands, the register extract, rights to read out, entering.
import { position } from "../media.js";
import { button, card, facts, h, heading, link, note, row, say, screen, time } from "../ui.js";
import { sight, speak, tally } from "../words.js";
import { checklistOf } from "./checklist.js";

export async function visitPage(visit) {
  const seen = await sight(visit.uid);
  const base = `#/v/${visit.uid}`;
  const checklist = checklistOf(visit);
  const answered = checklist ? checklist.items.filter((item) => seen.value("answer", item.code)?.value).length : 0;
  const findings = seen.items("finding").filter((key) => !seen.value("finding", key)?.removed);
  const officers = seen.items("signature").filter((item) => item.startsWith("officer:")).length;
  const has = (kind, item = "") => seen.has(kind, item);
  const counts = await tally(visit.uid);
  const started = has("start") || visit.status === "STARTED";
  heading(visit.title, `${visit.place} · ${visit.kind}`, "#/");
  screen.replaceChildren(
    visit.is_bare ? note("warn", "登记摘录已从手机删除", "摘录到期或已退出登录。联网后点“更新资料”重新取用；您填的内容都在。") : "",
    has("end") ? endNote(counts) : started ? "" : link("进场", `${base}/start`, { cls: "btn-primary btn-big", symbol: "door-enter" }),
    h("div", { class: "rows" }, [
      row({ title: "告知权利、出示证件", sub: visit.notice?.number ? `检查通知书 ${visit.notice.number}` : "检查通知书", href: `${base}/rights`, symbol: "id-badge-2" }),
      row({ title: "登记摘录", sub: `${visit.before?.length ? `以前的问题 ${visit.before.length} 个没有了结 · ` : ""}到期自动删除`, href: `${base}/extract`, symbol: "building" }),
      row({ title: "进场", sub: "时间和位置", state: started ? "已进场" : "待办", tone: started ? "ok" : "mute", href: `${base}/start`, symbol: "door-enter" }),
      checklist && row({ title: checklist.name, sub: `已填 ${answered} 项，共 ${checklist.items.length} 项`, state: answered === checklist.items.length ? "已填完" : `${answered}/${checklist.items.length}`, tone: answered === checklist.items.length ? "ok" : "mute", href: `${base}/list`, symbol: "clipboard-check" }),
      row({ title: "问题", sub: "逐个写明事实和处理方式", state: findings.length ? `${findings.length} 个` : "无", tone: findings.length ? "warn" : "mute", href: `${base}/findings`, symbol: "alert-triangle" }),
      row({ title: "现场记录", sub: "现场状态、情况、在场人员、草图", state: has("note", "premises") && has("note", "summary") ? "已填" : "待办", tone: has("note", "summary") ? "ok" : "mute", href: `${base}/record`, symbol: "notes" }),
      row({ title: "现场交办单", sub: "用号码簿编号，留给机构", state: seen.items("pad").length ? "已开" : "", tone: "ok", href: `${base}/slip`, symbol: "notebook" }),
      row({ title: "签字", sub: "两名执法人员和当事人", state: officers >= 2 && has("signature", "party") ? "已签" : `执法人员 ${officers}/2`, tone: officers >= 2 && has("signature", "party") ? "ok" : "mute", href: `${base}/sign`, symbol: "signature" }),
      row({ title: "核对并离场", sub: "看一遍再结束", state: has("end") ? "已离场" : "待办", tone: has("end") ? "ok" : "mute", href: `${base}/end`, symbol: "door-exit" }),
    ].filter(Boolean)),
    row({ title: "发送情况", sub: counts.waiting || counts.filesWaiting ? `待发 ${counts.waiting} 条、${counts.filesWaiting} 个文件` : counts.saved ? "全部已送达" : "还没有记录", href: "#/send", symbol: "send" }),
  );
}

const endNote = (counts) =>
  counts.waiting || counts.filesWaiting
    ? note("warn", "已离场，还没有提交", `还有 ${counts.waiting} 条记录、${counts.filesWaiting} 个文件没有送达。送达前请不要清除手机数据。`)
    : note("ok", "全部送达", "服务器已逐条、逐个文件确认收到。");

export async function rightsPage(visit) {
  heading("告知权利、出示证件", visit.title, `#/v/${visit.uid}`);
  screen.replaceChildren(
    card(h("h2", {}, "向当事人出示"), h("div", { class: "rows" }, visit.team.filter((one) => one.is_officer).map((one) => row({ title: one.name, sub: `${one.organ} · 执法证 ${one.certificate} · 有效期至 ${one.until}`, symbol: "id-badge-2" })))),
    card(h("h2", {}, "检查事项和依据"), facts([{ label: "检查机关", value: visit.lead }, { label: "检查事项", value: visit.item ?? "" }, { label: "依据", value: visit.basis ?? "" }, { label: "检查通知书", value: visit.notice ? `${visit.notice.number}（核验码 ${visit.notice.code}）` : "" }])),
    card(h("h2", {}, "当事人的权利"), h("ol", { class: "reading" }, (visit.notice?.rights ?? []).map((line) => h("li", {}, line))), h("p", { class: "sub" }, visit.notice?.discipline ?? "")),
    link("已告知，去进场", `#/v/${visit.uid}/start`, { cls: "btn-primary btn-big" }),
  );
}

export async function extractPage(visit, bundle) {
  heading("登记摘录", visit.title, `#/v/${visit.uid}`);
  screen.replaceChildren(
    card(facts(visit.institution)),
    visit.before?.length ? card(h("h2", {}, "以前的问题，没有了结"), h("div", { class: "rows" }, visit.before.map((one) => row({ title: one.text, sub: one.on, state: one.status, tone: "warn" })))) : "",
    h("p", { class: "sub" }, `只供本次检查使用，${time(bundle.expires_at)} 自动从手机删除。`),
  );
}

export async function startPage(visit) {
  const seen = await sight(visit.uid);
  const before = seen.value("start");
  const address = h("input", { type: "text", maxlength: "200", value: before?.place_note ?? "", placeholder: "与登记地址不同时填写" });
  heading("进场", visit.title, `#/v/${visit.uid}`);
  const enter = button("现在进场", async () => {
    enter.disabled = true;
    const where = await position();
    await speak(visit, "start", "", { place_note: address.value.trim(), position: where });
    if (where) await speak(visit, "position", "", where);
    say(where ? `已记下进场时间和位置（精度 ${where.accuracy} 米）。` : "已记下进场时间；没有取得位置。", "ok");
    location.hash = `#/v/${visit.uid}`;
  }, { cls: "btn-primary btn-big", symbol: "door-enter" });
  screen.replaceChildren(
    before ? note("ok", "已进场", before.place_note || "") : note("info", "两名以上执法人员到场", "主动出示执法证，交付检查通知书，告知陈述申辩和申请回避的权利，再进场。"),
    card(h("div", { class: "field" }, h("label", { for: "place" }, "实际地点"), Object.assign(address, { id: "place" }))),
    before ? link("返回", `#/v/${visit.uid}`, { cls: "btn-big" }) : enter,
  );
}
