// Reads a QR code from the camera or a photo: with the browser's own detector where there is one, else with jsQR,
// which is fetched only then (kept by the service worker, so that it works without a network).
const LONGEST = 1000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function own() {
  if (!("BarcodeDetector" in globalThis)) return null;
  const kinds = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return kinds.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

function pixels(source, width, height) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/** A function that gives the text of the code on a video frame or a picture, or "". */
export async function reader() {
  const detector = await own();
  if (detector) {
    return async (source) => {
      const [found] = await detector.detect(source).catch(() => []);
      return found?.rawValue ?? "";
    };
  }
  if (!globalThis.jsQR) await import("../../vendor/jsqr/jsQR.js");
  return async (source) => {
    const width = source.videoWidth ?? source.width;
    const height = source.videoHeight ?? source.height;
    if (!width || !height) return "";
    const { data, width: across, height: down } = pixels(source, width, height);
    return globalThis.jsQR(data, across, down)?.data ?? "";
  };
}

/** The text of the code on a chosen photo, or "". */
export async function fromPhoto(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const read = await reader();
  const text = await read(picture);
  picture.close();
  return text;
}

/** Looks through the camera into `video` until a code is read ("" when the video leaves the page). */
export async function fromCamera(video) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    const read = await reader();
    while (video.isConnected) {
      const text = await read(video);
      if (text) return text;
      await pause(250);
    }
    return "";
  } finally {
    stream.getTracks().forEach((track) => track.stop());
  }
}
