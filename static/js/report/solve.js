// Worker: finds the counter whose derived key begins as asked (PBKDF2). Posts the answer as base64 JSON.
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const AT_ONCE = 24;

async function derive(parameters, counter) {
  const nonce = bytes(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const rule = { name: "PBKDF2", hash: "SHA-256", salt: bytes(parameters.salt), iterations: parameters.cost };
  return hex(await crypto.subtle.deriveBits(rule, key, parameters.keyLength * 8));
}

async function solve(challenge) {
  const { parameters } = challenge;
  for (let start = 0; ; start += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, (_, step) => derive(parameters, start + step));
    const keys = await Promise.all(tries);
    const hit = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
    if (hit >= 0) return { challenge, solution: { counter: start + hit, derivedKey: keys[hit] } };
  }
}

addEventListener("message", async (event) => {
  try {
    postMessage({ answer: btoa(JSON.stringify(await solve(event.data))) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
