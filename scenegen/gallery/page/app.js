// The page: layers and filters above a grid of frames, pages of it, and the dialog behind each frame.
"use strict";

const PAGE_SIZE = 36;
const find = (selector) => document.querySelector(selector);
const grid = find("#grid");
const form = find("#filters");
const dialog = find("#viewer");
const layers = new Set(["bbox"]);

let facets = { rows: [], cars: {} };
let shown = []; // the rows that pass the filters
let page = 0;
let stages = []; // of the page: { stage, record, row }
let opened = null; // of the dialog: the same

function drawStage(item) {
  const { stage, record, row } = item;
  const matches = carFilter(form, facets.cars);
  const dim = (i) => matches !== null && !matches(row.first + i);
  drawOverlays(stage, record, layers, dim, item !== opened);
}

function drawAll() {
  for (const item of opened ? [...stages, opened] : stages) drawStage(item);
}

function makeToggles(bar) {
  for (const [layer, name, about] of LAYERS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.title = about;
    button.dataset.layer = layer;
    button.setAttribute("aria-pressed", layers.has(layer));
    button.onclick = () => toggleLayer(layer);
    bar.append(button);
  }
}

function toggleLayer(layer) {
  if (!layers.delete(layer)) layers.add(layer);
  for (const button of document.querySelectorAll(`[data-layer="${layer}"]`)) {
    button.setAttribute("aria-pressed", layers.has(layer));
  }
  drawAll();
}

function makeCard(record, row) {
  const card = document.createElement("a");
  card.className = "card";
  card.href = `#frame=${record.frame}`;
  const stage = makeStage(record, true);
  const caption = document.createElement("span");
  caption.className = "caption";
  for (const text of [`Frame ${record.frame}`, record.recipe, tally(record)]) {
    cell(caption, "span", text);
  }
  card.append(stage, caption);
  stages.push({ stage, record, row });
  return card;
}

// How many road users a detector is asked for.
function tally(record) {
  const asked = record.annotations.filter((user) => !user.iscrowd);
  const cars = asked.filter((user) => user.category_id === CAR).length;
  const others = asked.length - cars;
  return `${cars} ${cars === 1 ? "car" : "cars"}${others ? `, ${others} other` : ""}`;
}

async function showPage() {
  const rows = shown.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
  const records = await Promise.all(rows.map(loadRecord));
  if (rows[0] !== shown[page * PAGE_SIZE]) return; // the filters have moved on meanwhile
  stages = [];
  grid.replaceChildren(...records.map((record, i) => makeCard(record, rows[i])));
  stages.forEach(drawStage);
  const pages = Math.max(1, Math.ceil(shown.length / PAGE_SIZE));
  find("#position").textContent = `Page ${(page + 1).toLocaleString("en")} of ${pages.toLocaleString("en")}`;
  find("#previous").disabled = page === 0;
  find("#next").disabled = page >= pages - 1;
  find("#pager").hidden = pages === 1;
  grid.dataset.ready = "true";
}

function applyFilters() {
  shown = filterRows(facets, form);
  page = 0;
  const all = facets.rows.length.toLocaleString("en");
  find("#count").textContent =
    shown.length === facets.rows.length ? `${all} frames` : `${shown.length.toLocaleString("en")} of ${all} frames`;
  find("#nothing").hidden = shown.length > 0;
  return showPage();
}

function turnPage(step) {
  page += step;
  showPage().catch(complain);
  find("#frames").scrollIntoView();
}

// The address says which frame is open, so that a frame can be linked to and the back button closes it.
async function followAddress() {
  const match = /^#frame=(\d+)$/.exec(location.hash);
  const row = match && facets.rows.find((candidate) => candidate.frame === Number(match[1]));
  if (!row) return dialog.close();
  opened = await showFrame(dialog, row);
  drawStage(opened);
  const place = shown.indexOf(row);
  dialog.querySelector("#before").disabled = place < 1;
  dialog.querySelector("#after").disabled = place < 0 || place === shown.length - 1;
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function stepFrame(step) {
  const row = shown[shown.indexOf(opened.row) + step];
  if (row && shown.includes(opened.row)) location.replace(`#frame=${row.frame}`);
}

function onClosed() {
  opened = null;
  if (location.hash.startsWith("#frame=")) history.replaceState(null, "", "#");
}

function goTo(event) {
  event.preventDefault();
  const field = event.target.elements.frame;
  const known = facets.rows.some((row) => row.frame === Number(field.value));
  field.setCustomValidity(known ? "" : "This dataset has no such frame.");
  if (field.reportValidity()) location.hash = `#frame=${Number(field.value)}`;
}

function complain(error) {
  find("#problem").textContent = error.message;
  find("#problem").hidden = false;
}

async function start() {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("This browser is too old for the gallery (it lacks DecompressionStream, of 2023).");
  }
  facets = await loadFacets();
  fillOptions(form.elements.category, facets.cars.category);
  fillOptions(form.elements.style, facets.cars.style);
  fillOptions(form.elements.recipe, facets.rows.map((row) => row.recipe));
  document.querySelectorAll(".layers").forEach(makeToggles);
  form.oninput = () => applyFilters().catch(complain);
  form.onreset = () => setTimeout(form.oninput);
  form.onsubmit = (event) => event.preventDefault();
  find("#previous").onclick = () => turnPage(-1);
  find("#next").onclick = () => turnPage(1);
  find("#before").onclick = () => stepFrame(-1);
  find("#after").onclick = () => stepFrame(1);
  find("#goto").onsubmit = goTo;
  find("#goto").oninput = (event) => event.target.setCustomValidity("");
  dialog.onclose = onClosed;
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.onkeydown = (event) => {
    if (event.key === "ArrowLeft") stepFrame(-1);
    if (event.key === "ArrowRight") stepFrame(1);
  };
  onhashchange = () => followAddress().catch(complain);
  await applyFilters();
  await followAddress();
}

start().catch(complain);
