// dynalite, and the calls of time to live that it lacks. Nothing expires by itself: a test removes what has expired.
const dynalite = require("dynalite");

const [port, path] = process.argv.slice(2);
const server = dynalite({ path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
const [answerByDynalite] = server.listeners("request");
const expiresBy = new Map();

const calls = {
  DescribeTimeToLive: ({ TableName }) => ({ TimeToLiveDescription: described(TableName) }),
  UpdateTimeToLive: ({ TableName, TimeToLiveSpecification }) => {
    if (expiresBy.has(TableName)) return undefined;
    expiresBy.set(TableName, TimeToLiveSpecification.AttributeName);
    return { TimeToLiveSpecification };
  },
};

function described(table) {
  const attribute = expiresBy.get(table);
  return attribute ? { TimeToLiveStatus: "ENABLED", AttributeName: attribute } : { TimeToLiveStatus: "DISABLED" };
}

// dynalite throws where a client goes in the middle of a request, which is no reason to end.
process.on("uncaughtException", (error) => {
  if (error.code === "ECONNRESET") return;
  console.error(error);
  process.exit(1);
});

server.removeAllListeners("request");
server.on("request", (request, response) => {
  const call = calls[String(request.headers["x-amz-target"]).split(".")[1]];
  if (!call) return answerByDynalite(request, response);
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const answer = call(JSON.parse(Buffer.concat(pieces)));
    const refusal = { __type: "com.amazon.coral.validate#ValidationException", message: "TimeToLive is already enabled" };
    response.writeHead(answer ? 200 : 400, { "Content-Type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(answer ?? refusal));
  });
});
server.listen(Number(port), "127.0.0.1");
