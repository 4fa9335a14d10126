// Photos, drawings and positions. The hash is made of the bytes that will be sent, before they are.

const BIG_BYTES = 1.5 * 1024 * 1024;
const LONG_SIDE = 2048;

export async function sha256(data) {
  const digest = await crypto.subtle.digest("SHA-256", data);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const row = async (data, mime, name) => ({ sha256: await sha256(data), data, size: data.byteLength, mime, name, state: "SAVED", received: 0, reason: "" });

// One photo as it will be sent. A huge one is made smaller, the hash of the original is noted; a file that no
// picture comes out of is kept as it is and marked. `bare`: always drawn anew, so that nothing of what a camera
// writes beside the picture (where it was taken, by whom) leaves the phone.
export async function photo(file, { bare = false } = {}) {
  const original = await file.arrayBuffer();
  const name = file.name || "photo.jpg";
  let bitmap = null;
  try {
    bitmap = await createImageBitmap(new Blob([original], { type: file.type }));
  } catch {
    return { file: await row(original, file.type, name), facts: {}, is_broken: true };
  }
  const long = Math.max(bitmap.width, bitmap.height);
  if (!bare && original.byteLength <= BIG_BYTES && long <= LONG_SIDE * 1.25) {
    bitmap.close();
    return { file: await row(original, file.type, name), facts: {}, is_broken: false };
  }
  const scale = Math.min(1, LONG_SIDE / long);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const smaller = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  const facts = { original_sha256: await sha256(original), original_size: original.byteLength };
  const drawn = `${name.replace(/\.[^.]*$/, "")}.jpg`;
  return { file: await row(await smaller.arrayBuffer(), "image/jpeg", drawn), facts, is_broken: false };
}

let last = null;
// `fresh`: where the phone is now or nothing; never where it was a while ago.
export function position(patience = 3000, { fresh = false } = {}) {
  if (!navigator.geolocation) return Promise.resolve(null);
  const found = new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve((last = { longitude: coords.longitude, latitude: coords.latitude, accuracy: Math.round(coords.accuracy) })),
      () => resolve(null),
      { enableHighAccuracy: true, maximumAge: fresh ? 0 : 60000, timeout: 20000 },
    );
  });
  const tired = new Promise((resolve) => setTimeout(() => resolve(fresh ? null : last), patience));
  return Promise.race([found, tired]);
}

// A white board to draw or sign on with finger, pen or mouse.
export function board(label) {
  const canvas = document.createElement("canvas");
  canvas.className = "board";
  canvas.width = 900;
  canvas.height = 500;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const context = canvas.getContext("2d");
  let drawn = 0;
  let down = false;
  const clear = () => {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(context, { strokeStyle: "#101820", lineWidth: 5, lineCap: "round", lineJoin: "round" });
    drawn = 0;
  };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    context.beginPath();
    context.moveTo(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    context.lineTo(...place(event));
    context.stroke();
    drawn += 1;
  });
  const up = () => (down = false);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  clear();
  const take = async (name) => row(await (await new Promise((resolve) => canvas.toBlob(resolve, "image/png"))).arrayBuffer(), "image/png", name);
  return { canvas, clear, take, isEmpty: () => drawn < 3 };
}

export const preview = (file) => (file?.data ? URL.createObjectURL(new Blob([file.data], { type: file.mime })) : "");
