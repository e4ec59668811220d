// The dataset's blocks: gzipped JSON that script files hand over, loaded when it is first asked for.
"use strict";

const KEPT_BLOCKS = 120; // a page of frames that a filter scattered, its specs, and the pages around it

const packed = new Map(); // name → base64 of gzip, until it is inflated
const loading = new Map(); // name → promise of the JSON, least recently used first

function receive(name, text) {
  packed.set(name, text);
}

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function loadScript(source) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${source} is missing: build the gallery again`));
    document.head.append(script);
    script.remove();
  });
}

async function fetchBlock(name) {
  await loadScript(`data/${name}.js`);
  const text = packed.get(name);
  packed.delete(name);
  return inflate(text);
}

function loadBlock(name) {
  const block = loading.get(name) ?? fetchBlock(name);
  loading.delete(name);
  loading.set(name, block);
  for (const oldest of loading.keys()) {
    if (loading.size <= KEPT_BLOCKS) break;
    loading.delete(oldest);
  }
  return block;
}

async function loadRecord(row) {
  return (await loadBlock(`records/${row.chunk}`)).find((record) => record.frame === row.frame);
}

// Undefined where the dataset keeps no spec of the frame.
async function loadSpec(row) {
  const specs = await loadBlock(`specs/${row.chunk}`).catch(() => []);
  return specs.find((spec) => spec.frame === row.frame);
}

// One row a frame, and one column a property of the road users; row.first is the row's first index into the columns.
async function loadFacets() {
  const names = [...packed.keys()].filter((name) => name.startsWith("facets/"));
  const blocks = await Promise.all(names.map((name) => inflate(packed.get(name))));
  const rows = [];
  const cars = { category: [], style: [], occlusion: [], truncation: [], height: [], asked: [] };
  blocks.forEach((block, i) => {
    packed.delete(names[i]);
    const chunk = names[i].slice("facets/".length);
    let first = cars.style.length;
    block.frame.forEach((frame, j) => {
      rows.push({ frame, chunk, recipe: block.recipe[j], first, count: block.cars[j] });
      first += block.cars[j];
    });
    for (const [key, column] of Object.entries(cars)) for (const value of block[key]) column.push(value);
  });
  return { rows, cars };
}
