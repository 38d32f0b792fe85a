// Events out of the bytes of a text/event-stream, as the HTML specification says (section 9.2.6).

export class EventParser {
  #decoder = new TextDecoder();
  #rest = "";
  /** A line feed that comes right after a carriage return ends no other line. */
  #afterReturn = false;
  #data = [];
  #type = "";
  #id;

  /** The id of the last event that ended; what to send as `Last-Event-ID`. */
  lastEventId;
  /** How long to wait before coming back, in milliseconds, once the stream has said so. */
  retry = null;

  constructor(lastEventId = "") {
    this.lastEventId = this.#id = lastEventId;
  }

  /** The events that these bytes complete. Bytes may come in pieces of any size. */
  push(bytes) {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const events = [];
    for (let line = this.#takeLine(); line !== null; line = this.#takeLine()) {
      if (line) this.#field(line);
      else this.#dispatch(events);
    }
    return events;
  }

  #takeLine() {
    if (this.#afterReturn && this.#rest) {
      this.#afterReturn = false;
      if (this.#rest[0] === "\n") this.#rest = this.#rest.slice(1);
    }
    const end = this.#rest.search(/[\r\n]/);
    if (end < 0) return null;
    const line = this.#rest.slice(0, end);
    this.#afterReturn = this.#rest[end] === "\r";
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  #field(line) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#type = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^[0-9]+$/.test(value)) this.retry = Number(value);
  }

  /** An event without data is none, but its id counts. */
  #dispatch(events) {
    this.lastEventId = this.#id;
    if (this.#data.length) {
      events.push({ type: this.#type || "message", data: this.#data.join("\n"), lastEventId: this.#id });
    }
    this.#data = [];
    this.#type = "";
  }
}
