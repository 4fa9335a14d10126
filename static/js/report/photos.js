// Photos on the phone: smaller, without EXIF (only pixels are encoded again), painted over where asked.
const LONG_SIDE = 1920;
const QUALITY = 0.85;
const SKIN_SHARE = 0.08;

export async function shrink(file) {
  if (file.type.startsWith("video/")) return { blob: file, isVideo: true, hasFace: false };
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const hasFace = skinShare(canvas) > SKIN_SHARE;
  return { blob: await encoded(canvas), isVideo: false, hasFace };
}

export const encoded = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));

// How much of a picture has the colour of skin: a hint to look again. Nobody is recognised.
function skinShare(canvas) {
  const small = document.createElement("canvas");
  small.width = small.height = 64;
  const context = small.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0, 64, 64);
  const { data } = context.getImageData(0, 0, 64, 64);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
    const cb = 128 - 0.169 * red - 0.331 * green + 0.5 * blue;
    const cr = 128 + 0.5 * red - 0.419 * green - 0.081 * blue;
    if (red > 80 && cb > 77 && cb < 127 && cr > 135 && cr < 173) count += 1;
  }
  return count / 4096;
}

// The painting tool: a finger lays coarse blocks over the picture. Resolves to the new picture, or null.
export async function paintOver(dialog, blob) {
  const canvas = dialog.querySelector("[data-blur-canvas]");
  const picture = await createImageBitmap(blob);
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext("2d");
  const blocks = mosaicOf(picture);
  const radius = Math.max(picture.width, picture.height) / 22;
  const start = () => context.drawImage(picture, 0, 0);
  start();
  let isDown = false;
  const paint = (event) => {
    if (!isDown) return;
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * canvas.width) / box.width;
    const y = ((event.clientY - box.top) * canvas.height) / box.height;
    context.save();
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.clip();
    context.drawImage(blocks, 0, 0);
    context.restore();
    event.preventDefault();
  };
  canvas.onpointerdown = (event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    paint(event);
  };
  canvas.onpointermove = paint;
  canvas.onpointerup = canvas.onpointercancel = () => (isDown = false);
  dialog.showModal();
  return new Promise((resolve) => {
    const end = async (keeps) => {
      dialog.onclick = dialog.oncancel = null;
      const made = keeps ? await encoded(canvas) : null;
      dialog.close();
      resolve(made);
    };
    dialog.oncancel = () => end(false);
    dialog.onclick = (event) => {
      if (event.target.closest("[data-blur-undo]")) start();
      if (event.target.closest("[data-blur-cancel]")) end(false);
      if (event.target.closest("[data-blur-save]")) end(true);
    };
  });
}

// Blocks so coarse that a face of any size in the picture is a handful of colours.
function mosaicOf(picture) {
  const across = 16;
  const tiny = document.createElement("canvas");
  tiny.width = across;
  tiny.height = Math.max(2, Math.round((across * picture.height) / picture.width));
  tiny.getContext("2d").drawImage(picture, 0, 0, tiny.width, tiny.height);
  const large = document.createElement("canvas");
  large.width = picture.width;
  large.height = picture.height;
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(tiny, 0, 0, large.width, large.height);
  return large;
}
