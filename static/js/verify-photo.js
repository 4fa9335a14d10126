// Reads the QR code on a chosen photo on the device; the photo then need not be sent.
import { fromPhoto } from "./field/qr.js";

const field = document.querySelector("input[data-qr]");
const result = document.querySelector("[data-qr-result]");

function target(text) {
  try {
    const url = new URL(text);
    const found = url.pathname.match(/\/verify\/([0-9A-Z-]{12,20})\/$/i);
    return found ? `${field.form.action.replace(/photo\/$/, "")}${found[1]}/${url.search}` : "";
  } catch {
    return "";
  }
}

if (field && result) {
  field.addEventListener("change", async () => {
    result.hidden = true;
    const file = field.files[0];
    if (!file) return;
    const address = target(await fromPhoto(file).catch(() => ""));
    if (!address) return;
    const link = document.createElement("a");
    link.href = address;
    link.textContent = "核验这份文书";
    result.replaceChildren("照片上的二维码已在本机读出，不必上传照片。", link);
    result.hidden = false;
  });
}
