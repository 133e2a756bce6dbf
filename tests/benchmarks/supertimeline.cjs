// Resolves N chained objects with superfly-timeline; one JSON line: {ms, start_ms} of
// the resolving alone, and where the last object starts.
const { resolveTimeline } = require(process.argv[2]);
const count = Number(process.argv[3]);
const timeline = [];
for (let n = 0; n < count; n += 1) {
  const start = n === 0 ? 0 : `#c${n - 1}.start + 1000`;
  timeline.push({ id: `c${n}`, layer: "L", enable: { start, duration: 500 }, content: {} });
}
const began = performance.now();
const resolved = resolveTimeline(timeline, { time: 0 });
const ms = performance.now() - began;
const [last] = resolved.objects[`c${count - 1}`].resolved.instances;
console.log(JSON.stringify({ ms, start_ms: last.start }));
