// The filter form: which frames are shown, and which cars in them match.
"use strict";

const TRUNCATION = { none: [0, 0.005], "15": [0.005, 0.15], "30": [0.15, 0.3], "50": [0.3, 0.5], over: [0.5, 2] };

function fillOptions(select, values) {
  for (const value of [...new Set(values)].sort()) select.add(new Option(value, value));
}

// A predicate over car indices, or null where the form asks nothing of the cars.
function carFilter(form, cars) {
  const tests = [];
  const { category, style, occlusion, truncation, asked, low, high } = form.elements;
  if (category.value) tests.push((i) => cars.category[i] === category.value);
  if (style.value) tests.push((i) => cars.style[i] === style.value);
  if (occlusion.value) tests.push((i) => cars.occlusion[i] === Number(occlusion.value));
  if (asked.value) tests.push((i) => cars.asked[i] === Number(asked.value));
  if (low.value) tests.push((i) => cars.height[i] >= Number(low.value));
  if (high.value) tests.push((i) => cars.height[i] < Number(high.value));
  if (truncation.value) {
    const [from, to] = TRUNCATION[truncation.value];
    tests.push((i) => cars.truncation[i] >= from && cars.truncation[i] < to);
  }
  return tests.length ? (i) => tests.every((test) => test(i)) : null;
}

// The rows of which at least one car matches, in the dataset's order.
function filterRows({ rows, cars }, form) {
  const matches = carFilter(form, cars);
  const recipe = form.elements.recipe.value;
  return rows.filter((row) => {
    if (recipe && row.recipe !== recipe) return false;
    if (!matches) return true;
    for (let i = row.first; i < row.first + row.count; i++) if (matches(i)) return true;
    return false;
  });
}
