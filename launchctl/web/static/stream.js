// The event stream itself, in a worker or (where there are no shared workers) a page.

const KEPT = 60;

export class Stream {
  #source = null;
  #tell;
  #status = null;
  #lines = [];
  #last_id = null;
  #again = 0;

  /** `tell` gets {kind: open | lost | denied | status | line | ping, data}. */
  constructor(tell) {
    this.#tell = tell;
  }

  open() {
    if (this.#source) return;
    const from = this.#last_id === null ? `tail=${KEPT}` : `after=${this.#last_id}`;
    const source = new EventSource(`/api/v1/feed?${from}`);
    this.#source = source;
    source.addEventListener('open', () => this.#tell({ kind: 'open' }));
    source.addEventListener('error', () => this.#failed(source));
    source.addEventListener('status', (event) => {
      this.#status = JSON.parse(event.data);
      this.#tell({ kind: 'status', data: this.#status });
    });
    source.addEventListener('ping', (event) =>
      this.#tell({ kind: 'ping', data: JSON.parse(event.data) }));
    source.addEventListener('message', (event) => {
      this.#last_id = event.lastEventId;
      const line = JSON.parse(event.data);
      this.#lines = [...this.#lines, line].slice(-KEPT);
      this.#tell({ kind: 'line', data: line });
    });
  }

  close() {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
  }

  /** What a tab that joins later has missed. */
  replay() {
    const known = this.#lines.map((line) => ({ kind: 'line', data: line }));
    return this.#status ? [...known, { kind: 'status', data: this.#status }] : known;
  }

  // The browser comes back by itself after a drop, but never after an HTTP error (a
  // proxy's 502, a restart): then we do.
  #failed(source) {
    this.#tell({ kind: 'lost' });
    if (source.readyState !== EventSource.CLOSED || source !== this.#source) return;
    this.close();
    this.#again = setTimeout(() => this.open(), 1000);
  }
}
