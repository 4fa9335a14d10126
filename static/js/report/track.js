// The reporter's own page: photos are made smaller and lose their EXIF before they travel.
import { shrink } from "./photos.js";

document.querySelector("[data-shrink]")?.addEventListener("change", async (event) => {
  const input = event.target;
  if (!globalThis.DataTransfer || input.dataset.busy) return;
  const chosen = new DataTransfer();
  for (const file of input.files) {
    const made = await shrink(file).catch(() => ({ blob: file }));
    chosen.items.add(new File([made.blob], "file", { type: made.blob.type }));
  }
  input.files = chosen.files;
});
