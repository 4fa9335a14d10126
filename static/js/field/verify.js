// Checking a notice without network: Ed25519 over `key.code.date.digest` with the keys fetched before.

const ALPHABET = /^[0-9A-HJKMNP-TV-Z]{12}$/;

export const normalCode = (text) => {
  const raw = text.toUpperCase().replace(/[-\s]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return raw.match(/.{1,4}/g)?.join("-") ?? "";
};

const bytes = (base64) => {
  const standard = base64.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(standard + "=".repeat((4 - (standard.length % 4)) % 4)), (letter) => letter.charCodeAt(0));
};

// What was scanned or typed: the address in the QR code, the bare payload, or the short code.
export function read(text) {
  const given = text.trim();
  const inside = given.match(/[?&]p=([^&#\s]+)/)?.[1];
  const payload = inside ? decodeURIComponent(inside) : given.split(".").length === 5 ? given : "";
  const fromAddress = given.match(/\/verify\/([^/?#\s]+)/)?.[1];
  const code = payload ? payload.split(".")[1] : (fromAddress ?? given);
  return { payload, code: normalCode(code) };
}

const ENDED = { WITHDRAWN: "已撤回", SUPERSEDED: "已被替换" };

// The published list names documents by the SHA-256 of their code (docs/verify.md).
async function endOf(code, bundle) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code.replace(/-/g, "")));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const row = bundle.revocations.find((one) => one.code_sha256 === hex);
  return row && { state: ENDED[row.state] ?? "已失效", on: row.since?.slice(0, 10) ?? "" };
}

const answer = (tone, title, text, more = {}) => ({ tone, title, text, ...more });

export async function check(text, bundle) {
  const { payload, code } = read(text);
  if (!payload && !ALPHABET.test(code.replace(/-/g, ""))) return answer("bad", "看不懂", "请扫文书上的二维码，或照抄核验码（12 位字母数字）。");
  const ended = await endOf(code, bundle);
  const asOf = `本机名单截至 ${bundle.fetched_at.slice(0, 10)}`;
  if (!payload) {
    if (ended) return answer("bad", `这份文书${ended.state}`, `核验码 ${code}，${ended.on}。${asOf}。`, { code });
    return answer("warn", "只凭核验码不能离线验真", `${code} 不在撤回名单里（${asOf}）。离线验真请扫二维码；也可联网后在“文书核验”查。`, { code });
  }
  return signed(payload, code, bundle, ended, asOf);
}

async function signed(payload, code, bundle, ended, asOf) {
  const [keyId, , day, , signature] = payload.split(".");
  const key = bundle.keys.find((row) => row.key_id === keyId);
  if (!key) return answer("warn", "不认识签名密钥", `密钥 ${keyId} 不在本机。可能是新换的密钥，也可能不是本局文书；请联网更新资料后再验。`, { code });
  let genuine;
  try {
    const publicKey = await crypto.subtle.importKey("raw", bytes(key.public_key), { name: "Ed25519" }, false, ["verify"]);
    genuine = await crypto.subtle.verify("Ed25519", publicKey, bytes(signature), new TextEncoder().encode(payload.slice(0, payload.lastIndexOf("."))));
  } catch (error) {
    if (error.name === "NotSupportedError" || error instanceof ReferenceError || !globalThis.crypto?.subtle) return answer("warn", "这个浏览器不会离线验签", "请把系统浏览器升级到最新版，或联网后在“文书核验”查。", { code });
    genuine = false;
  }
  if (!genuine) return answer("bad", "签名不对，不是真的", "二维码内容被改动过，或不是由所称机关制发。请留下照片，与监管股联系。", { code });
  const issued = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  const facts = { code, issuer: key.organ, issued };
  if (key.revoked_at) return answer("bad", "签名密钥已吊销", `${key.organ}的这把密钥已于 ${key.revoked_at.slice(0, 10)} 吊销，凭它签的文书须联网核验。`, facts);
  if (ended) return answer("bad", `是真的，但${ended.state}`, `${ended.on} 起不再有效。${asOf}。`, facts);
  return answer("ok", "签名真实", `由${key.organ}于 ${issued} 制发。${asOf}，其后是否撤回须联网核验。`, facts);
}
