// One event stream for all tabs of this browser: browsers allow six connections to a
// server, and six streams would leave none for the GO.
import { Stream } from './stream.js';

const ports = new Set();
const stream = new Stream((message) => ports.forEach((port) => port.postMessage(message)));

self.addEventListener('connect', (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener('message', ({ data }) => {
    if (data === 'bye') ports.delete(port);
    if (!ports.size) stream.close();
  });
  port.start();
  stream.open();
  stream.replay().forEach((message) => port.postMessage(message));
});
