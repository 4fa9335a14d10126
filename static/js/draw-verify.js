// Draws again from the published files and says what differs. Implements docs/sampler.md without any library;
// once the page is open it needs no network, and the chosen files never leave the computer.

const POOL_FORMATS = ["draw-pool/1", "draw-pool/2"];
const LAYERED = "draw-pool/2";
const RECORD_FORMAT = "draw-record/1";
const SAMPLER = "sampler/1";
const WORDS = 2 ** 32;
const utf8 = new TextEncoder();

export class FileError extends Error {}

// ---- canonical JSON and SHA-256 --------------------------------------------------------------------------

const byCode = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort(byCode).map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export async function sha256Hex(bytes) {
  return [...(await sha256(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- §2–§4 numbers from a key ------------------------------------------------------------------------------

export function entropyClean(text) {
  return (text.normalize("NFKC").toLowerCase().match(/[0-9a-z]+/g) ?? []).join(" ");
}

export function keyOf(frozenHash, entropy) {
  return sha256(utf8.encode(`${SAMPLER}\n${frozenHash}\n${entropy}`));
}

export class Stream {
  constructor(key, label) {
    const name = utf8.encode(label);
    this.input = new Uint8Array(key.length + name.length + 1 + 8);
    this.input.set(key);
    this.input.set(name, key.length);
    this.counter = 0;
    this.words = [];
  }

  async word() {
    if (!this.words.length) {
      new DataView(this.input.buffer).setUint32(this.input.length - 4, this.counter);
      this.counter += 1;
      const block = new DataView((await sha256(this.input)).buffer);
      for (let at = 0; at < 32; at += 4) this.words.push(block.getUint32(at));
    }
    return this.words.shift();
  }

  async below(bound) {
    const limit = WORDS - (WORDS % bound);
    for (;;) {
      const word = await this.word();
      if (word < limit) return word % bound;
    }
  }
}

export async function pick(stream, items, count) {
  const row = [...items];
  for (let place = 0; place < count; place += 1) {
    const other = place + (await stream.below(row.length - place));
    [row[place], row[other]] = [row[other], row[place]];
  }
  return row.slice(0, count);
}

// ---- §5 places ---------------------------------------------------------------------------------------------

function wanted(stratum, size) {
  const count = stratum.number ?? Math.floor((size * stratum.per_10000 + 9999) / 10000);
  return Math.min(count, size);
}

const byId = (one, other) => byCode(one.id, other.id);

async function drawPlaces(pool, key) {
  const strata = [];
  const drawn = [];
  for (const stratum of pool.strata) {
    const layer = pool.targets.filter((target) => target.stratum === stratum.code).sort(byId);
    const count = wanted(stratum, layer.length);
    drawn.push(...(await pick(new Stream(key, `targets/${stratum.code}`), layer, count)));
    strata.push({ code: stratum.code, size: layer.length, drawn: count });
  }
  return { strata, drawn };
}

// ---- §6 teams ----------------------------------------------------------------------------------------------

const without = (needs, skills) => needs.filter((need) => !skills.includes(need));

export function firstTeam(row, size, needs) {
  const known = new Map();
  const can = (start, seats, missing) => {
    if (seats === 0) return missing.length === 0;
    if (row.length - start < seats) return false;
    const mark = `${start}/${seats}/${missing.join()}`;
    if (!known.has(mark)) {
      known.set(mark, can(start + 1, seats - 1, without(missing, row[start].skills)) || can(start + 1, seats, missing));
    }
    return known.get(mark);
  };
  if (!needs.length) return row.length >= size ? row.slice(0, size) : null;
  const team = [];
  let missing = needs;
  row.forEach((person, place) => {
    const rest = without(missing, person.skills);
    if (team.length < size && can(place + 1, size - team.length - 1, rest)) {
      team.push(person);
      missing = rest;
    }
  });
  return team.length === size ? team : null;
}

class Teams {
  constructor(pool, certified, stream) {
    this.size = pool.team.size;
    this.batch = pool.team.places;
    this.stream = stream;
    this.organs = new Map();
    this.load = new Map();
    for (const officer of [...certified].sort(byId)) {
      if (!this.organs.has(officer.organ)) this.organs.set(officer.organ, []);
      this.organs.get(officer.organ).push(officer);
      this.load.set(officer.id, 0);
    }
  }

  async of(drawn) {
    const teams = [];
    for (let start = 0; start < drawn.length; start += this.batch) {
      const places = drawn.slice(start, start + this.batch);
      if (this.able(places).length || places.length === 1) teams.push(await this.team(places));
      else for (const place of places) teams.push(await this.team([place]));
    }
    return teams.map((team, index) => ({ number: index + 1, ...team }));
  }

  free(organ, places) {
    return this.organs.get(organ).filter((officer) => !places.some((place) => officer.recused.includes(place.id)));
  }

  able(places) {
    const needs = needsOf(places);
    return [...this.organs.keys()].sort(byCode).filter((organ) => firstTeam(this.free(organ, places), this.size, needs));
  }

  async team(places) {
    const able = this.able(places);
    const everyone = [...this.organs.values()].flat();
    const recused = everyone.filter((officer) => places.some((place) => officer.recused.includes(place.id)));
    const team = { targets: places.map((place) => place.id), organ: "", officers: [], recused: recused.map((row) => row.id).sort(byCode), problem: "" };
    if (!able.length) {
      const enough = [...this.organs.keys()].some((organ) => this.free(organ, places).length >= this.size);
      return { ...team, problem: enough ? "SKILL_MISSING" : "TOO_FEW_OFFICERS" };
    }
    const organ = able[await this.stream.below(able.length)];
    const free = this.free(organ, places);
    const shuffled = await pick(this.stream, free, free.length);
    shuffled.sort((one, other) => this.load.get(one.id) - this.load.get(other.id));
    const chosen = firstTeam(shuffled, this.size, needsOf(places));
    chosen.forEach((officer) => this.load.set(officer.id, this.load.get(officer.id) + places.length));
    return { ...team, organ, officers: chosen.map((officer) => officer.id) };
  }
}

function needsOf(places) {
  return [...new Set(places.flatMap((place) => place.needs))].sort(byCode);
}

export async function sample(pool, frozenHash, entropy) {
  const key = await keyOf(frozenHash, entropy);
  const { strata, drawn } = await drawPlaces(pool, key);
  const targets = drawn.map((target, index) => ({ order: index + 1, id: target.id, stratum: target.stratum }));
  const result = { sampler: SAMPLER, strata, targets, uncertified: [], teams: [] };
  if (pool.team.size) {
    const day = pool.planned_on;
    const isCertified = ({ certificate: card }) => card.from <= day && (!card.until || day < card.until);
    result.uncertified = pool.officers.filter((officer) => !isCertified(officer)).map((officer) => officer.id).sort(byCode);
    result.teams = await new Teams(pool, pool.officers.filter(isCertified), new Stream(key, "teams")).of(drawn);
  }
  return result;
}

// ---- comparing ---------------------------------------------------------------------------------------------

function* unlike(place, found, expected) {
  const isRow = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (isRow(found) && isRow(expected)) {
    const names = [...Object.keys(expected), ...Object.keys(found).filter((name) => !(name in expected)).sort(byCode)];
    for (const name of names) yield* unlike(`${place}.${name}`, found[name], expected[name]);
  } else if (Array.isArray(found) && Array.isArray(expected)) {
    if (found.length !== expected.length) yield { place, found: `${found.length}项`, expected: `${expected.length}项` };
    else for (const [index, ours] of expected.entries()) yield* unlike(`${place}第${index + 1}项`, found[index], ours);
  } else if (found !== expected) {
    yield { place, found: String(found), expected: String(expected) };
  }
}

/** From format 2 on the layer of a target follows from the attributes that the file declares (§1). */
export function checkLayers(pool) {
  const by = pool.strata_by.map((row) => row.code);
  if (!by.length || new Set(by).size !== by.length) throw new FileError("名录文件的分层依据为空或有重复。");
  for (const { id, stratum, attributes } of pool.targets) {
    const expected = by.map((name) => attributes[name]).join(".");
    if (stratum !== expected || Object.keys(attributes).length !== by.length) {
      throw new FileError(`检查对象 ${id} 列在“${stratum}”层，按它的属性应在“${expected}”层。`);
    }
  }
}

/** Differences of a record, the first cause first; an empty list when it is genuine. */
export async function differences(record, { announced = "", savedPool = null } = {}) {
  if (record?.format !== RECORD_FORMAT) throw new FileError("这不是抽取结果文件，请选择公示页上下载的“抽取结果文件”。");
  const pool = record.pool;
  if (!POOL_FORMATS.includes(pool?.format)) throw new FileError("结果文件中没有冻结名录，无法重新抽取。");
  if (pool.format === LAYERED) checkLayers(pool);
  const bytes = utf8.encode(canonical(pool));
  const frozen = await sha256Hex(bytes);
  const found = [];
  if (record.pool_hash !== frozen) found.push({ place: "冻结名录的校验值", found: String(record.pool_hash), expected: frozen });
  const told = announced.trim().toLowerCase();
  if (told && told !== frozen) found.push({ place: "与抽取前公布的校验值", found: frozen, expected: told });
  if (savedPool && (await sha256Hex(savedPool)) !== frozen) found.push({ place: "与另存的冻结名录文件", found: "内容不同", expected: "逐字节相同" });
  if (pool.sampler !== SAMPLER) found.push({ place: "抽取程序版本", found: String(pool.sampler), expected: SAMPLER });
  const value = record.entropy?.value;
  if (typeof value !== "string" || !value) throw new FileError("文件中没有公开值，无法重新抽取。");
  if (entropyClean(value) !== value) return [...found, { place: "公开值的写法", found: value, expected: entropyClean(value) }];
  return [...found, ...unlike("抽取结果", record.result, await sample(pool, frozen, value))];
}

// ---- the page ----------------------------------------------------------------------------------------------

function say(box, tone, title, lines) {
  const head = document.createElement("p");
  head.className = "verdict-title";
  head.textContent = title;
  const list = document.createElement("ul");
  for (const line of lines) {
    const item = document.createElement("li");
    item.textContent = line;
    list.append(item);
  }
  box.className = `verdict verdict-${tone}`;
  box.replaceChildren(head, list);
  box.hidden = false;
}

async function check(form, box) {
  const [file] = form.elements.record.files;
  const [saved] = form.elements.pool.files;
  if (!file) return say(box, "warn", "请先选择抽取结果文件。", ["在该次抽取的公示页下载，文件名以 .json 结尾。"]);
  say(box, "info", "正在重新抽取……", []);
  let record;
  try {
    record = JSON.parse(await file.text());
  } catch {
    return say(box, "bad", "文件打不开。", ["它不是完整的 JSON 文件，请重新下载后再试。"]);
  }
  const savedPool = saved ? new Uint8Array(await saved.arrayBuffer()) : null;
  const found = await differences(record, { announced: form.elements.announced.value, savedPool });
  if (found.length) {
    const lines = found.slice(0, 10).map((row) => `${row.place}：文件中是“${row.found}”，应当是“${row.expected}”`);
    return say(box, "bad", "不一致：这份文件不是按公布的名录和公开值抽出来的。", lines);
  }
  const { pool, result } = record;
  return say(box, "ok", "一致：重新抽取得到完全相同的结果。", [
    `${pool.number} ${pool.title}`,
    `名录 ${pool.targets.length} 家，抽中 ${result.targets.length} 家；执法人员 ${pool.officers.length} 人，编成 ${result.teams.length} 组。`,
    `公开值：${record.entropy.value}`,
    `冻结名录校验值：${record.pool_hash}。请与抽取前公布的校验值核对，两者相同才说明名录没有被换过。`,
  ]);
}

function setUp(form) {
  const box = document.querySelector("[data-draw-answer]");
  form.hidden = false;
  if (!globalThis.crypto?.subtle) {
    say(box, "warn", "这个浏览器不能计算校验值。", ["请改用 https 地址打开本页，或者按下面的方法用命令核验。"]);
    return;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await check(form, box);
    } catch (error) {
      const line = error instanceof FileError ? error.message : "文件内容不完整，请重新下载后再试。";
      say(box, "bad", "不能核验这份文件。", [line]);
    }
  });
}

if (typeof document !== "undefined") {
  const form = document.querySelector("form[data-draw-verify]");
  if (form) setUp(form);
}
