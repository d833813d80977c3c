"""The front page, on which the model can be tried: it asks the server what it runs and draws the fields for that.

It is Python so that it goes along wherever the server goes.
"""

HTML = r"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Model server</title>
<style>
:root { color-scheme: light dark; --line: #c9ced8; --soft: #f4f6f9; --accent: #1f5fbf; --on: #fff; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3f4757; --soft: #20242d; --accent: #8ab4f8; --on: #10141c; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 1.5rem; }
a { color: var(--accent); }
h1 { margin: 0 0 .25rem; overflow-wrap: anywhere; }
form, #answer { border: 1px solid var(--line); border-radius: 10px; padding: 1rem; margin: 1rem 0; }
form.over { border-color: var(--accent); background: var(--soft); }
label { display: block; margin: .5rem 0 .15rem; overflow-wrap: anywhere; }
input[type=text], input[type=password], textarea {
  width: 100%; font: inherit; padding: .45rem .6rem; border: 1px solid var(--line); border-radius: 6px;
  background: transparent; color: inherit;
}
button {
  font: inherit; padding: .5rem 1.1rem; margin-top: .8rem; border: 0; border-radius: 6px;
  background: var(--accent); color: var(--on); cursor: pointer;
}
button:disabled { opacity: .55; cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
#preview img { max-width: 100%; max-height: 16rem; border-radius: 6px; margin-top: .8rem; }
#preview audio { width: 100%; margin-top: .8rem; }
.bar { display: grid; grid-template-columns: minmax(6rem, 12rem) 1fr 4rem; gap: .6rem; margin: .25rem 0; }
.bar span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
progress { width: 100%; accent-color: var(--accent); }
.bad { color: var(--bad); }
.quiet { opacity: .75; font-size: .9rem; }
pre { background: var(--soft); padding: .8rem; overflow: auto; border-radius: 6px; font-size: .85rem; }
[hidden] { display: none; }
</style>
</head>
<body>
<h1 id="name">Model server</h1>
<p id="about" class="quiet">Asking the server what it runs …</p>
<form id="token-form" hidden>
  <label for="token">This server needs a token</label>
  <input type="password" id="token" autocomplete="off">
  <button>Go on</button>
</form>
<form id="try" hidden>
  <div id="fields"></div>
  <div id="preview"></div>
  <button id="ask">Ask the model</button>
</form>
<section id="answer" aria-live="polite" hidden></section>
<details>
  <summary>From the command line</summary>
  <pre id="curl"></pre>
</details>
<p class="quiet" id="links"><a href="/docs">All addresses</a> · <a href="/openapi.json">OpenAPI</a> ·
<a href="/metadata">About the model</a> · <a href="/metrics">Figures</a></p>
<noscript><p>Trying the model here needs JavaScript; <code>POST /predict</code> does not.</p></noscript>
<script>
"use strict";
const byId = (id) => document.getElementById(id);
const state = { token: "", meta: null, modality: "", kind: "", columns: [] };

function element(kind, text, attributes) {
  const made = document.createElement(kind);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  return made;
}

function headers(extra) {
  return state.token ? { ...extra, Authorization: "Bearer " + state.token } : extra;
}

async function start() {
  const reply = await fetch("/metadata", { headers: headers({}) });
  if (reply.status === 401) {
    byId("token-form").hidden = false;
    byId("about").textContent = state.token ? "That token is not the one." : "";
    byId("token").focus();
    return;
  }
  byId("token-form").hidden = true;
  state.meta = await reply.json();
  state.modality = state.meta.task.modality;
  state.kind = state.meta.task.kind;
  state.columns = state.meta.task.columns || [];
  document.title = state.meta.name;
  byId("name").textContent = state.meta.name;
  byId("about").textContent = about();
  byId("curl").textContent = curl();
  byId("links").hidden = Boolean(state.token);
  fields();
  byId("try").hidden = false;
}

function about() {
  const what = { image: "pictures", audio: "sounds", text: "texts", table: "rows of a table" }[state.modality];
  if (state.kind === "regression") return "Predicts a number for " + what + ".";
  const names = state.meta.task.classes;
  const shown = names.slice(0, 12).join(", ") + (names.length > 12 ? ", …" : "");
  return "Tells " + names.length + " classes of " + what + " apart: " + shown;
}

function curl() {
  const token = state.token ? " -H \"Authorization: Bearer $TOKEN\"" : "";
  const where = location.origin + "/predict";
  if (state.modality === "image") return "curl" + token + " -F file=@picture.jpg " + where;
  if (state.modality === "audio") return "curl" + token + " -F file=@sound.wav " + where;
  const row = Object.fromEntries(state.columns.map((column) => [column.name, column.type === "text" ? "…" : null]));
  const body = JSON.stringify(state.columns.length ? { columns: row } : { text: "…" }, null, 1);
  const json = " -H 'Content-Type: application/json' -d @sample.json ";
  return "curl" + token + json + where + "\n\nsample.json:\n" + body;
}

function fields() {
  const place = byId("fields");
  if (state.modality === "image" || state.modality === "audio") {
    place.append(element("label", "Choose files, or drop them here", { for: "file" }));
    place.append(element("input", null, { type: "file", id: "file", multiple: "", accept: state.modality + "/*" }));
    byId("file").addEventListener("change", preview);
    return;
  }
  if (!state.columns.length) {
    place.append(element("label", "Text", { for: "text" }));
    place.append(element("textarea", null, { id: "text", rows: "5" }));
    return;
  }
  state.columns.forEach((column, number) => {
    const id = "column" + number;
    place.append(element("label", column.name + (column.type === "text" ? "" : " (" + column.type + ")"), { for: id }));
    const line = element("input", null, { type: "text", id, placeholder: "not known" });
    place.append(column.type === "text" ? element("textarea", null, { id, rows: "3" }) : line);
  });
}

function preview() {
  const place = byId("preview");
  place.replaceChildren();
  const file = byId("file").files[0];
  if (!file) return;
  const picture = state.modality === "image";
  const shown = element(picture ? "img" : "audio", null, picture ? { alt: "The chosen picture" } : { controls: "" });
  shown.src = URL.createObjectURL(file);
  shown.addEventListener("error", () => shown.remove());
  place.append(shown);
}

function request() {
  if (state.modality === "image" || state.modality === "audio") {
    const form = new FormData();
    for (const file of byId("file").files) form.append("file", file);
    return { body: form, headers: headers({}) };
  }
  const json = headers({ "Content-Type": "application/json" });
  if (!state.columns.length) return { body: JSON.stringify({ text: byId("text").value }), headers: json };
  const row = {};
  state.columns.forEach((column, number) => {
    const value = byId("column" + number).value;
    row[column.name] = value === "" ? null : value;
  });
  return { body: JSON.stringify({ columns: row }), headers: json };
}

async function ask(event) {
  event.preventDefault();
  byId("ask").disabled = true;
  try {
    const began = performance.now();
    const reply = await fetch("/predict", { method: "POST", ...request() });
    const answer = await reply.json();
    show(answer, Math.round(performance.now() - began));
  } catch (error) {
    show({ error: "The server does not answer. Is it still running?" }, 0);
  } finally {
    byId("ask").disabled = false;
  }
}

function show(answer, took) {
  const place = byId("answer");
  place.hidden = false;
  place.replaceChildren();
  const found = answer.predictions || [answer];
  found.forEach((prediction, number) => {
    const files = byId("file") ? byId("file").files : [];
    if (found.length > 1) place.append(element("h3", files[number] ? files[number].name : "Sample " + (number + 1)));
    place.append(...lines(prediction));
  });
  if (took) place.append(element("p", took + " ms, there and back", { class: "quiet" }));
}

function lines(prediction) {
  if (prediction.error) return [element("p", prediction.error, { class: "bad" })];
  if ("number" in prediction) return [element("h2", prediction.number === null ? "no number" : prediction.number)];
  const one = prediction.label !== undefined;
  const title = one ? prediction.label : prediction.labels.join(", ") || "none of the classes";
  const ranked = Object.entries(prediction.probabilities).sort((a, b) => b[1] - a[1]).slice(0, 10);
  return [element("h2", title), ...ranked.map(([name, share]) => {
    const bar = element("div", null, { class: "bar" });
    bar.append(element("span", name, { title: name }));
    bar.append(element("progress", null, { max: "1", value: String(share), "aria-label": name }));
    bar.append(element("span", (share * 100).toFixed(1) + " %"));
    return bar;
  })];
}

byId("try").addEventListener("submit", ask);
byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  state.token = byId("token").value.trim();
  start();
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    byId("try").classList.toggle("over", kind === "dragover");
    if (kind === "drop" && byId("file") && event.dataTransfer.files.length) {
      byId("file").files = event.dataTransfer.files;
      preview();
    }
  });
}
start();
</script>
</body>
</html>
"""
