// The dialog that shows one frame large, with its annotations and its spec.
"use strict";

const number = (value, digits = 0) => value.toFixed(digits).replace("-", "−");
const degrees = (radians) => `${number((radians * 180) / Math.PI)}°`;
const box = (b) => (b ? `${number(b[0])}, ${number(b[1])}, ${number(b[2])} × ${number(b[3])}` : "–");

const COLUMNS = [
  ["Id", (car) => car.track_id],
  ["Style", (car) => car.style],
  ["Model", (car) => car.model_id],
  ["Box x, y, w × h (px)", (car) => box(car.bbox)],
  ["Visible", (car) => `${number(100 * car.visibility)} %`],
  ["Truncated", (car) => `${number(100 * car.truncation)} %`],
  ["Occlusion", (car) => car.occlusion_level],
  ["h, w, l (m)", (car) => car.cuboid.dimensions.map((value) => number(value, 2)).join(", ")],
  ["x, y, z (m)", (car) => car.cuboid.location.map((value) => number(value, 1)).join(", ")],
  ["rotation_y", (car) => degrees(car.cuboid.rotation_y)],
  ["α", (car) => degrees(car.cuboid.alpha)],
  ["Ignored for", (car) => car.ignore_reason ?? ""],
];

function cell(row, tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  row.append(element);
  return element;
}

// The annotations as a table; pointing at a row singles its car out on the stage.
function makeTable(record, stage) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const [title] of COLUMNS) cell(head, "th", title).scope = "col";
  const body = table.createTBody();
  record.annotations.forEach((car, i) => {
    const row = body.insertRow();
    row.className = car.iscrowd ? "ignored" : "";
    for (const [, read] of COLUMNS) cell(row, "td", read(car));
    row.cells[0].style.setProperty("--swatch", `rgb(${colorOf(car)})`);
    const single = (on) => {
      stage.classList.toggle("single", on);
      stage.querySelector(`g[data-car="${i}"]`)?.classList.toggle("chosen", on);
    };
    row.onmouseenter = () => single(true);
    row.onmouseleave = () => single(false);
  });
  return table;
}

// JSON with one line for each list of plain values, so that a matrix or a colour stays readable.
function pretty(value, indent = "") {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const isList = Array.isArray(value);
  const items = isList ? value : Object.entries(value);
  if (!items.length) return isList ? "[]" : "{}";
  if (isList && items.every((item) => item === null || typeof item !== "object")) {
    return `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
  }
  const inner = indent + "  ";
  const lines = isList
    ? items.map((item) => inner + pretty(item, inner))
    : items.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${pretty(item, inner)}`);
  return `${isList ? "[" : "{"}\n${lines.join(",\n")}\n${indent}${isList ? "]" : "}"}`;
}

// The spec: its plain values, then a section to open for each of its components.
function makeSpec(spec) {
  const element = document.createElement("div");
  const isPlain = ([, value]) => value === null || typeof value !== "object";
  const entries = Object.entries(spec);
  const plain = document.createElement("pre");
  plain.textContent = pretty(Object.fromEntries(entries.filter(isPlain)));
  element.append(plain);
  for (const [key, value] of entries.filter((entry) => !isPlain(entry))) {
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = Array.isArray(value) ? `${key} (${value.length})` : key;
    const text = document.createElement("pre");
    text.textContent = pretty(value);
    details.append(summary, text);
    element.append(details);
  }
  return element;
}

function heading(text) {
  const element = document.createElement("h3");
  element.textContent = text;
  return element;
}

// Fills the dialog with one frame and returns its stage and record.
async function showFrame(dialog, row) {
  const [record, spec] = await Promise.all([loadRecord(row), loadSpec(row)]);
  const stage = makeStage(record, false);
  dialog.querySelector("h2").textContent = `Frame ${record.frame}`;
  dialog.querySelector(".about").textContent =
    `${record.recipe} · clip ${record.video_id}, frame ${record.frame_in_video} of it · seed ${record.seed} · ` +
    `${record.width} × ${record.height} · ${record.file_name}`;
  const table = document.createElement("div");
  table.className = "table";
  table.append(makeTable(record, stage));
  dialog.querySelector(".content").replaceChildren(
    stage,
    heading(`Annotations (${record.annotations.length})`),
    table,
    heading("SceneSpec"),
    spec ? makeSpec(spec) : document.createTextNode("This dataset keeps no spec of this frame."),
  );
  return { stage, record, row };
}
