// Draws a frame's annotations over its picture.
"use strict";

const LAYERS = [
  ["bbox", "Boxes", "The label's box: through occluders, cut at the frame"],
  ["bbox_visible", "Visible", "Box of the pixels that are seen"],
  ["bbox_full", "Full", "Box of the whole shape, beyond the frame too"],
  ["mask", "Masks", "The pixels that are seen"],
  ["cuboid", "3D", "3D boxes; the front face is tinted"],
  ["label", "Labels", "Id, and what it is if no car; in the large view body style and occlusion level too"],
];
const COLORS = [
  [25, 199, 178], [255, 176, 59], [108, 158, 255], [255, 115, 130],
  [176, 221, 92], [197, 138, 255], [255, 224, 102], [93, 209, 255],
];
const CAR = 1; // its category; cars differ in colour, the others have one for each category
const CATEGORY_COLORS = { 2: [232, 126, 38], 3: [214, 64, 69], 4: [236, 90, 180], 5: [150, 86, 222], 6: [64, 104, 224] };
const IGNORED_COLOR = [190, 193, 199];
const SVG = "http://www.w3.org/2000/svg";

function colorOf(car) {
  if (car.iscrowd) return IGNORED_COLOR;
  return CATEGORY_COLORS[car.category_id] ?? COLORS[car.track_id % COLORS.length];
}

function svgElement(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

// A frame's picture, which carries its overlays on top of it.
function makeStage(record, lazy) {
  const stage = document.createElement("div");
  stage.className = "stage";
  stage.style.aspectRatio = `${record.width} / ${record.height}`;
  const image = document.createElement("img");
  image.alt = "";
  image.width = record.width;
  image.height = record.height;
  image.decoding = "async";
  if (lazy) image.loading = "lazy";
  image.onerror = () => stage.classList.add("no-picture");
  image.src = `../images/${record.file_name.split("/").map(encodeURIComponent).join("/")}`;
  stage.append(image);
  return stage;
}

// Puts the chosen layers on the stage in place of those there. `dim` says which cars to draw faintly; `brief`
// labels them with their ids alone, where there is no room for more.
function drawOverlays(stage, record, layers, dim, brief) {
  stage.querySelectorAll(".overlay").forEach((element) => element.remove());
  if (layers.has("mask")) stage.append(drawMasks(record, dim));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "overlay");
  svg.setAttribute("viewBox", `0 0 ${record.width} ${record.height}`);
  svg.setAttribute("aria-hidden", "true");
  record.annotations.forEach((car, i) => {
    const group = svgElement("g", { "data-car": i, class: dim(i) ? "dim" : "" }, svg);
    group.style.color = `rgb(${colorOf(car)})`;
    if (layers.has("cuboid")) drawCuboid(group, car, record.K);
    for (const kind of ["bbox_full", "bbox", "bbox_visible"]) if (layers.has(kind)) drawBox(group, car, kind);
  });
  stage.append(svg);
  if (layers.has("label")) stage.append(...record.annotations.map((car) => drawLabel(car, record, brief)).filter(Boolean));
}

function drawBox(group, car, kind) {
  if (!car[kind]) return;
  const [x, y, width, height] = car[kind];
  for (const part of ["halo", "line"]) {
    svgElement("rect", { x, y, width, height, class: `${part} ${kind}${car.iscrowd ? " ignored" : ""}` }, group);
  }
}

function drawCuboid(group, car, K) {
  const { edges, front } = cuboidLines(car.cuboid.corners, K);
  const path = edges.map((line) => "M" + line.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")).join("");
  if (front.length > 2) svgElement("polygon", { points: front.map((p) => p.join()).join(" "), class: "front" }, group);
  for (const part of ["halo", "line"]) svgElement("path", { d: path, class: `${part} cuboid` }, group);
}

function drawMasks(record, dim) {
  const canvas = document.createElement("canvas");
  canvas.className = "overlay";
  canvas.width = record.width;
  canvas.height = record.height;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(record.width, record.height);
  const pixels = new Uint32Array(picture.data.buffer);
  record.annotations.forEach((car, i) => {
    if (!car.segmentation) return;
    const [red, green, blue] = colorOf(car);
    const color = (((dim(i) ? 50 : 140) << 24) | (blue << 16) | (green << 8) | red) >>> 0; // little-endian RGBA
    forEachPixel(car.segmentation, (x, y) => (pixels[y * record.width + x] = color));
  });
  context.putImageData(picture, 0, 0);
  return canvas;
}

function drawLabel(car, record, brief) {
  const box = car.bbox ?? car.bbox_visible;
  if (!box) return null;
  const label = document.createElement("span");
  label.className = "overlay label";
  const name = car.category_id === CAR ? `#${car.track_id}` : `#${car.track_id} ${car.style}`;
  label.textContent = brief ? name : `#${car.track_id} ${car.style}, occlusion ${car.occlusion_level}`;
  label.style.left = `${(100 * box[0]) / record.width}%`;
  label.style.top = `${(100 * box[1]) / record.height}%`;
  label.style.backgroundColor = `rgb(${colorOf(car)})`;
  if (box[1] < 0.1 * record.height) label.classList.add("below");
  return label;
}
