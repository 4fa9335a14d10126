// A strip of photos with a camera button; each photo is on disk before the next one is looked at.
import { photo, position, preview } from "../media.js";
import * as store from "../store.js";
import { h, icon, say } from "../ui.js";
import { speak, tally } from "../words.js";

const WORD = { SAVED: "已存", SENDING: "发送中", RECEIVED: "已收到", REFUSED: "未收下", BROKEN: "重发中" };

// `locate` notes the position with each photo: officers do, monitors never.
export function photoStrip(about, kind, prefix, more, { label = "拍照", locate = true, most = 99 } = {}) {
  const strip = h("div", { class: "photos" });
  const input = h("input", { type: "file", accept: "image/*", capture: "environment", multiple: true, class: "visually-hidden", "aria-label": label });
  const shutter = h("button", { type: "button", class: "photo photo-add", onclick: () => input.click(), "aria-label": label }, icon("camera-plus"));
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    shutter.disabled = true;
    const where = locate ? await position(1500) : null;
    for (const one of chosen) await keep(one, where);
    input.value = "";
    shutter.disabled = false;
    await paint();
  });

  async function keep(one, where) {
    if (strip.querySelectorAll("figure").length >= most) return say(`最多 ${most} 张照片，${one.name} 没有收下。`, "bad");
    try {
      const { file, facts, is_broken: isBroken } = await photo(one, { bare: !locate });
      if (isBroken && !locate) return say(`${one.name} 打不开，不像照片，没有收下，请重拍。`, "bad");
      if (!file.size) return say(`${one.name} 是空文件，没有收下，请重拍。`, "bad");
      await speak(about, kind, `${prefix}${prefix && "/"}${file.sha256.slice(0, 16)}`, { ...more, ...facts, sha256: file.sha256, size: file.size, name: file.name, ...(locate ? { position: where } : {}) }, file);
      await paint();
      if (isBroken) say(`${one.name} 打不开，不像照片，请重拍。原文件已保留，会一并发送。`, "bad");
    } catch (error) {
      say(error?.name === "QuotaExceededError" ? "手机存储空间不够，这张照片没有存下。请先发送或导出，再腾出空间。" : `${one.name} 没有存下，请重拍。`, "bad");
    }
  }

  async function paint() {
    const { operations } = await tally(about.uid);
    const mine = operations.filter((one) => one.kind === kind && (!prefix || one.item.startsWith(`${prefix}/`)));
    const shown = await Promise.all(mine.map(async (one) => picture(one, await store.get("files", one.value.sha256))));
    strip.replaceChildren(...shown, shutter, input);
  }
  paint();
  return strip;
}

function picture(operation, file) {
  const source = preview(file);
  const state = file?.state ?? "RECEIVED";
  const image = source ? h("img", { src: source, alt: operation.value.name, onerror: (event) => event.target.replaceWith(icon("photo-off")) }) : icon("photo");
  const word = operation.state === "HELD" ? "未采用" : WORD[state];
  return h("figure", { class: `photo photo-${operation.state === "HELD" ? "bad" : state.toLowerCase()}`, title: operation.reason }, image, h("figcaption", {}, word));
}
