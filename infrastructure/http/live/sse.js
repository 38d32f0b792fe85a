// Parses a text/event-stream as the HTML specification says (section 9.2.6).

export class EventParser {
  #decoder = new TextDecoder();
  #rest = "";
  /** Whether the last line ended with a carriage return: a line feed right after it belongs to the same line end. */
  #afterReturn = false;
  #data = [];
  #type = "";
  #id;

  /** The id of the last complete event, to be sent as `Last-Event-ID`. */
  lastEventId;
  /** The milliseconds to wait before a reconnect, or null when the stream has not said so. */
  retry = null;

  constructor(lastEventId = "") {
    this.lastEventId = this.#id = lastEventId;
  }

  /** Returns the events that these bytes complete. Bytes may come in pieces of any size. */
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

  /** Drops an event without data, but keeps its id. */
  #dispatch(events) {
    this.lastEventId = this.#id;
    if (this.#data.length) {
      events.push({ type: this.#type || "message", data: this.#data.join("\n"), lastEventId: this.#id });
    }
    this.#data = [];
    this.#type = "";
  }
}
