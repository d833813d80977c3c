"use strict";

const LONGEST_SIDE = 2000;
const byId = (id) => document.getElementById(id);

function say(text) {
  byId("state").textContent = text;
}

function complain(text) {
  byId("problem").textContent = text;
}

async function open() {
  if (typeof ort === "undefined") {
    throw new Error("ONNX Runtime for the web is not in the folder “ort”. README.txt says how to get it.");
  }
  ort.env.wasm.wasmPaths = new URL("ort/", document.baseURI).href;
  ort.env.wasm.numThreads = 1;
  const manifest = await (await fetch("manifest.json")).json();
  const session = await ort.InferenceSession.create("model.onnx", { executionProviders: ["wasm"] });
  return { manifest, session };
}

// Pictures: upright, over white, red, green and blue as bytes [1, height, width, 3]; the graph resizes.
async function picture(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
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
  canvas.style.maxWidth = "100%";
  return new ort.Tensor("uint8", bytes, [1, height, width, 3]);
}

// Sounds: one channel at the rate that the manifest names, [1, samples].
async function sound(file, rate) {
  const decoded = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await file.arrayBuffer());
  const wave = new Float32Array(decoded.length);
  for (let channel = 0; channel < decoded.numberOfChannels; channel++) {
    const heard = decoded.getChannelData(channel);
    for (let place = 0; place < wave.length; place++) {
      wave[place] += heard[place] / decoded.numberOfChannels;
    }
  }
  return new ort.Tensor("float32", wave, [1, wave.length]);
}

function cell(input, text) {
  if (input.type === "string") {
    return new ort.Tensor("string", [text], [1, 1]);
  }
  const number = text.trim() === "" ? NaN : Number(text);
  if (text.trim() !== "" && Number.isNaN(number)) {
    throw new Error(`“${text}” in ${input.column || input.name} is not a number.`);
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

function ask(form, manifest) {
  if (manifest.task.modality === "table") {
    const fields = manifest.inputs.map((input) => [input, field(form, input.column || input.name, "text")]);
    const button = document.createElement("button");
    button.textContent = "Predict";
    form.append(button);
    return async () => Object.fromEntries(fields.map(([input, box]) => [input.name, cell(input, box.value)]));
  }
  const chooser = field(form, manifest.task.modality === "audio" ? "Sound" : "Picture", "file");
  chooser.accept = manifest.task.modality === "audio" ? "audio/*" : "image/*";
  chooser.addEventListener("change", () => form.requestSubmit());
  return async () => {
    const file = chooser.files[0];
    if (!file) {
      throw new Error("Choose a file first.");
    }
    const audio = manifest.task.modality === "audio";
    const value = audio ? await sound(file, manifest.reading.rate) : await picture(file);
    return { [manifest.inputs[0].name]: value };
  };
}

function show(manifest, outputs) {
  const numbers = manifest.outputs.find((output) => ["double", "float32"].includes(output.type));
  const values = Array.from(outputs[numbers.name].data, Number);
  const classes = manifest.task.classes;
  const rows = classes.length
    ? classes.map((name, place) => [name, values[place]]).sort((one, other) => other[1] - one[1])
    : [[manifest.task.target || "Number", values[0]]];
  byId("answer").replaceChildren(
    ...rows.slice(0, 20).map(([name, value]) => {
      const row = document.createElement("tr");
      const shown = classes.length ? `${(100 * value).toFixed(1)} %` : value.toPrecision(6);
      for (const text of [name, shown]) {
        row.append(Object.assign(document.createElement("td"), { textContent: text }));
      }
      return row;
    }),
  );
}

async function start() {
  const { manifest, session } = await open();
  document.title = byId("name").textContent = manifest.name;
  const form = byId("question");
  const feeds = ask(form, manifest);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    complain("");
    try {
      const asked = await feeds();
      const began = performance.now();
      show(manifest, await session.run(asked));
      say(`Answered in ${(performance.now() - began).toFixed(0)} ms, on this device alone.`);
    } catch (error) {
      complain(error.message);
    }
  });
  say("Ready. Nothing leaves this device.");
}

start().catch((error) => {
  say("");
  complain(error.message);
});
