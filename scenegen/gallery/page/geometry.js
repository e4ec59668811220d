// From annotations to pixels: COCO's compressed run lengths, and cuboids through a pinhole camera.
"use strict";

const NEAR_M = 0.1; // the renderer's near plane
// Corners: bottom face front left, front right, rear right, rear left, then the top face alike.
const CUBOID_EDGES = [
  [0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7],
];
const CUBOID_FRONT = [0, 1, 5, 4];

// Run lengths, beginning with background, of a mask read down its columns. Five bits a character, low bits first,
// bit 5 set where more follow; from the fourth run on each is the difference to the run two before it.
function decodeRuns(text) {
  const runs = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let shift = 0;
    let bits;
    do {
      bits = text.charCodeAt(at++) - 48;
      value |= (bits & 31) << shift;
      shift += 5;
    } while (bits & 32);
    if (bits & 16) value |= -1 << shift;
    if (runs.length > 2) value += runs[runs.length - 2];
    runs.push(value);
  }
  return runs;
}

// Calls paint(x, y) for every pixel of the mask.
function forEachPixel(rle, paint) {
  const height = rle.size[0];
  let at = 0;
  decodeRuns(rle.counts).forEach((run, i) => {
    if (i % 2) for (let p = at; p < at + run; p++) paint(Math.floor(p / height), p % height);
    at += run;
  });
}

function project([x, y, z], K) {
  return [
    (K[0][0] * x + K[0][1] * y + K[0][2] * z) / z,
    (K[1][1] * y + K[1][2] * z) / z,
  ];
}

// Cuts a closed polygon, or with closed = false a line, at the near plane. Points in the camera frame, z forward.
function clipNear(points, closed) {
  const clipped = [];
  points.forEach((point, i) => {
    if (point[2] >= NEAR_M) clipped.push(point);
    const next = closed ? points[(i + 1) % points.length] : points[i + 1];
    if (next && point[2] >= NEAR_M !== next[2] >= NEAR_M) {
      const t = (NEAR_M - point[2]) / (next[2] - point[2]);
      clipped.push(point.map((value, axis) => value + t * (next[axis] - value)));
    }
  });
  return clipped;
}

// The cuboid's edges and its front face in pixels, what lies behind the near plane cut away.
function cuboidLines(corners, K) {
  const flatten = (indices, closed) => clipNear(indices.map((i) => corners[i]), closed).map((p) => project(p, K));
  return {
    edges: CUBOID_EDGES.map((edge) => flatten(edge, false)).filter((line) => line.length === 2),
    front: flatten(CUBOID_FRONT, true),
  };
}
