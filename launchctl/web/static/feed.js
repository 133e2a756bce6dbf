// Where a page gets the feed: from the browser's one shared worker, or its own stream.
import { Stream } from './stream.js';

/** Call `tell` with every message; see stream.js. */
export function listen(tell) {
  if (window.SharedWorker) {
    let own = false;
    const worker = new SharedWorker('/static/feed-worker.js', { type: 'module', name: 'feed' });
    worker.addEventListener('error', () => {
      if (!own) listenAlone(tell);
      own = true;
    });
    worker.port.addEventListener('message', (event) => tell(event.data));
    worker.port.start();
    addEventListener('pagehide', () => worker.port.postMessage('bye'));
    addEventListener('pageshow', (event) => event.persisted && location.reload());
    return;
  }
  listenAlone(tell);
}

function listenAlone(tell) {
  const stream = new Stream(tell);
  stream.open();
  // Without a shared worker a hidden tab gives its connection back.
  document.addEventListener('visibilitychange', () =>
    document.hidden ? stream.close() : stream.open());
}
