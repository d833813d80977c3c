"use strict";

const LONGEST_SIDE = 2000;
const RUNTIME = ["ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];
const UNREADABLE = {
  image: "This file cannot be read as a picture. Choose a JPEG, PNG, WebP, BMP or GIF picture.",
  audio: "This file cannot be read as a sound. Choose a WAV, MP3, FLAC or OGG file.",
  deep: "This picture has more than 8 bits of grey, of which browsers keep 8. Save it as an 8-bit picture.",
};
const LONGEST_SECONDS = 30 * 60;
const EXCERPTS = 10;
const EXCERPT_SECONDS = 20;
// Words of a cell that say it is missing, as in a table.
const MISSING = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "?"];
const FIRST_FORMAT = "%Y-%m-%d";
const EARLIEST_YEAR = 1000;
const LATEST_YEAR = 9999;
// The parts of a date's pattern as the table that was learned from was read: blanks may stand before a number, which
// gives none of its digits to the next.
const DATE_PARTS = new Map([
  ["%Y", "\\s*(?=(?<year>[+-]\\d{1,9}|\\d{1,4}))\\k<year>"],
  ["%m", "\\s*(?=(?<month>\\d{1,2}))\\k<month>"],
  ["%d", "\\s*(?=(?<day>\\d{1,2}))\\k<day>"],
  ["%H", "\\s*(?=(?<hour>\\d{1,2}))\\k<hour>"],
  ["%M", "\\s*(?=(?<minute>\\d{1,2}))\\k<minute>"],
  ["%S", "\\s*(?=(?<second>\\d{1,2}))\\k<second>"],
  [" ", "\\s*"],
]);
// What may stand behind a time that such a pattern has.
const FRACTION = "(?:\\.(?<fraction>\\d+))?";
const ZONE = "(?: ?(?:Z|(?<sign>[+-])(?<hours>[01]\\d|2[0-3])(?::?(?<minutes>[0-5]\\d))?))?";
const ISO_DATE = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)/;
const ISO_TIME = /^[T ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d(?:\.\d+)?))?/;
const ISO_ZONE = /^(?:Z|(?<sign>[+-])(?<hours>\d\d):?(?<minutes>\d\d))?$/;
const byId = (id) => document.getElementById(id);

function say(text) {
  byId("state").textContent = text;
}

function complain(text) {
  byId("problem").textContent = text;
}

async function has(name) {
  return (await fetch(name, { method: "HEAD" })).ok;
}

async function open() {
  if (location.protocol === "file:") {
    throw new Error("A page that was opened as a file may not read the model beside it. README.txt says how to serve it.");
  }
  for (const name of RUNTIME) {
    if (!(await has(`ort/${name}`))) {
      throw new Error(`ort/${name}, a part of ONNX Runtime for the web, is missing. README.txt says how to get it.`);
    }
  }
  for (const name of ["manifest.json", "model.onnx"]) {
    if (!(await has(name))) {
      throw new Error(`${name} is missing. Copy the whole folder again.`);
    }
  }
  ort.env.wasm.wasmPaths = new URL("ort/", document.baseURI).href;
  ort.env.wasm.numThreads = 1;
  const manifest = await (await fetch("manifest.json")).json();
  const session = await ort.InferenceSession.create("model.onnx", { executionProviders: ["wasm"] });
  return { manifest, session };
}

async function readable(decoding, modality) {
  try {
    return await decoding;
  } catch {
    throw new Error(UNREADABLE[modality]);
  }
}

// Pictures: upright, over white, red, green and blue as bytes [1, height, width, 3]; the graph resizes.
async function picture(file) {
  const head = new Uint8Array(await file.slice(0, 26).arrayBuffer());
  const grey = head[25] === 0 && head[24] > 8; // of a PNG
  if (head[0] === 0x89 && grey) throw new Error(UNREADABLE.deep);
  const bitmap = await readable(createImageBitmap(file, { imageOrientation: "from-image" }), "image");
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  const levels = context.getImageData(0, 0, width, height).data;
  const bytes = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < levels.length; from += 4) {
    bytes[to++] = levels[from];
    bytes[to++] = levels[from + 1];
    bytes[to++] = levels[from + 2];
  }
  byId("shown").replaceChildren(canvas);
  return new ort.Tensor("uint8", bytes, [1, height, width, 3]);
}

// Sounds: one channel at the rate that the manifest names, [1, samples].
async function sound(file, rate) {
  const bytes = await file.arrayBuffer();
  const decoded = await readable(new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes), "audio");
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, channel) => decoded.getChannelData(channel));
  const wave = heard(channels, rate);
  return new ort.Tensor("float32", wave, [1, wave.length]);
}

// The mean of the channels; numbers that are none are silence, and what is louder than full scale is scaled down.
function heard(channels, rate) {
  const parts = excerpts(channels[0].length, rate);
  const wave = new Float32Array(parts.reduce((total, [first, last]) => total + last - first, 0));
  let to = 0;
  let peak = 0;
  for (const [first, last] of parts) {
    for (let place = first; place < last; place++, to++) {
      for (const channel of channels) {
        wave[to] += Number.isFinite(channel[place]) ? channel[place] : 0;
      }
      wave[to] /= channels.length;
      peak = Math.max(peak, Math.abs(wave[to]));
    }
  }
  return peak > 1 ? wave.map((level) => level / peak) : wave;
}

// What is heard of so many samples, [first, last): all, or excerpts evenly spread over the first half hour.
function excerpts(samples, rate) {
  const longest = Math.min(samples, LONGEST_SECONDS * rate);
  const size = EXCERPT_SECONDS * rate;
  if (longest <= EXCERPTS * size) {
    return [[0, samples]];
  }
  return Array.from({ length: EXCERPTS }, (_, place) => {
    const first = Math.floor((place * (longest - size)) / (EXCERPTS - 1));
    return [first, first + size];
  });
}

// Days since 1970-01-01, no place's clock asked; NaN where the calendar has no such day. A leap second is the next one.
function daysAt({ year, month, day, hour = 0, minute = 0, second = 0, fraction = 0, sign, hours = 0, minutes = 0 }) {
  const moment = new Date(0);
  moment.setUTCFullYear(Number(year), month - 1, Number(day));
  const there = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === Number(day);
  if (!there || year < EARLIEST_YEAR || year > LATEST_YEAR || hour > 23 || minute > 59 || second > 60) {
    return NaN;
  }
  const ahead = (hours * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  const seconds = hour * 3600 + (minute - ahead) * 60 + Number(second) + Number(`0.${fraction}`);
  return (moment.getTime() + 1000 * seconds) / 86400000;
}

function datePattern(format) {
  const pieces = format.split(/(%[YmdHMS]| )/).map((piece) => DATE_PARTS.get(piece) ?? escaped(piece));
  const behind = !format.includes("%M") ? "" : format.endsWith("%S") ? FRACTION + ZONE : ZONE;
  return new RegExp(`^${pieces.join("")}${behind}$`);
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

// A date as the column's own pattern has it, else as ISO 8601 has it; a time without a zone is as in UTC.
function days(text, format) {
  const own = datePattern(format).exec(text);
  const found = own ? daysAt(own.groups) : NaN;
  return Number.isNaN(found) ? isoDays(text) : found;
}

function isoDays(text) {
  const date = ISO_DATE.exec(text);
  if (!date) {
    return NaN;
  }
  const rest = text.slice(date[0].length);
  const time = ISO_TIME.exec(rest);
  const zone = ISO_ZONE.exec(time ? rest.slice(time[0].length) : "");
  if (!zone || (rest && !time)) {
    return NaN;
  }
  return daysAt({ ...date.groups, ...time?.groups, ...zone.groups });
}

function dateLike(format) {
  const parts = { "%Y": "2026", "%m": "05", "%d": "31", "%H": "14", "%M": "30", "%S": "00" };
  return format.replace(/%[YmdHMS]/g, (part) => parts[part]);
}

function cell(input, column, text) {
  const typed = text.trim();
  const told = MISSING.includes(typed) ? "" : typed;
  if (input.type === "string") {
    return new ort.Tensor("string", [told], [1, 1]);
  }
  const format = column.format || FIRST_FORMAT;
  const isDate = column.type === "date";
  const number = told === "" ? NaN : isDate ? days(told, format) : Number(told);
  if (told !== "" && Number.isNaN(number)) {
    const wanted = isDate ? `a date. Write it like ${dateLike(format)}` : "a number";
    throw new Error(`“${told}” in ${input.column || input.name} is not ${wanted}.`);
  }
  return new ort.Tensor("float64", Float64Array.of(number), [1, 1]);
}

function field(form, name, type) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = type;
  input.name = name;
  label.append(name + " ", input);
  form.append(label);
  return input;
}

function button(form, text, type) {
  const made = Object.assign(document.createElement("button"), { textContent: text, type });
  form.append(made, " ");
  return made;
}

// What is asked is a list of cells or a file; each way to ask can be given one: the sample, or what was dropped.
function tableAsker(form, manifest) {
  const fields = manifest.inputs.map((input) => [input, field(form, input.column || input.name, "text")]);
  const columns = new Map(manifest.task.columns.map((column) => [column.name, column]));
  button(form, "Predict", "submit");
  return {
    feeds: async () =>
      Object.fromEntries(fields.map(([input, box]) => [input.name, cell(input, columns.get(input.column), box.value)])),
    give: async (file) => {
      const [names, cells] = rows(await file.text());
      for (const [input, box] of fields) {
        box.value = cells[names.indexOf(input.column || input.name)] ?? "";
      }
    },
  };
}

function fileAsker(form, manifest) {
  const audio = manifest.task.modality === "audio";
  const chooser = field(form, audio ? "Sound" : "Picture", "file");
  chooser.accept = audio ? "audio/*" : "image/*";
  let given = null;
  chooser.addEventListener("change", () => {
    given = chooser.files[0] || given;
    form.requestSubmit();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    given = event.dataTransfer.files[0] || given;
    chooser.value = "";
    form.requestSubmit();
  });
  return {
    feeds: async () => {
      if (!given) {
        throw new Error("Choose a file first.");
      }
      const value = audio ? await sound(given, manifest.reading.rate) : await picture(given);
      return { [manifest.inputs[0].name]: value };
    },
    give: async (file) => {
      given = file;
      chooser.value = "";
    },
  };
}

// The fields of a CSV, quoted or not.
function rows(text) {
  const found = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n\r]*))(,|\r?\n|$)/g)) {
    found.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ",") {
      found.push([]);
    }
  }
  return found;
}

function show(manifest, outputs) {
  const numbers = manifest.outputs.find((output) => ["double", "float32"].includes(output.type));
  const values = Array.from(outputs[numbers.name].data, Number);
  const classes = manifest.task.classes;
  const shown = classes.length
    ? classes.map((name, place) => [name, values[place]]).sort((one, other) => other[1] - one[1])
    : [[manifest.task.target || "Number", values[0]]];
  byId("answer").replaceChildren(
    ...shown.slice(0, 20).map(([name, value]) => {
      const row = document.createElement("tr");
      const said = classes.length ? `${(100 * value).toFixed(1)} %` : value.toPrecision(6);
      for (const text of [name, said]) {
        row.append(Object.assign(document.createElement("td"), { textContent: text }));
      }
      return row;
    }),
  );
}

function expectedOf(manifest, answer) {
  if (!manifest.task.classes.length) {
    return `${answer.number.toPrecision(6)}`;
  }
  const [name, value] = Object.entries(answer.probabilities).sort((one, other) => other[1] - one[1])[0];
  return `${name}, ${(100 * value).toFixed(1)} %`;
}

async function start() {
  const { manifest, session } = await open();
  document.title = byId("name").textContent = manifest.name;
  const form = byId("question");
  const asker = (manifest.task.modality === "table" ? tableAsker : fileAsker)(form, manifest);
  const answer = async () => {
    complain("");
    byId("answer").replaceChildren();
    byId("shown").replaceChildren();
    try {
      const asked = await asker.feeds();
      const began = performance.now();
      show(manifest, await session.run(asked));
      say(`Answered in ${(performance.now() - began).toFixed(0)} ms, on this device alone.`);
    } catch (error) {
      say("");
      complain(error.message);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer();
  });
  button(form, "Try the sample", "button").addEventListener("click", async () => {
    const expected = await (await fetch("sample/expected.json")).json();
    await asker.give(await (await fetch(`sample/${expected.file}`)).blob());
    await answer();
    say(`${byId("state").textContent} Expected: ${expectedOf(manifest, expected.answer)}.`);
  });
  say(`Ready. ${manifest.task.modality === "table" ? "" : "Choose a file, or drop one here. "}Nothing leaves this device.`);
}

start().catch((error) => {
  say("");
  complain(error.message);
});
