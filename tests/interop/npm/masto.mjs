// masto.js, the library of Elk and Phanpy, as tests use it: one JSON object a line on standard input, one answer a line on
// standard output. A way such as ["v1", "statuses", {"select": "1"}, "favourite"] is walked from the client.
import { createInterface } from "node:readline";
import { WebSocket as Undici } from "undici";

globalThis.WebSocket ??= Undici; // Node 20 has neither of the two
Symbol.dispose ??= Symbol("Symbol.dispose");
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

const masto = await import("masto");
const WAIT = 10_000; // milliseconds for an event

let rest, oauth, streaming;
const events = [];
let waiting;

function walk(from, way) {
  let place = from;
  for (const step of way.slice(0, -1)) place = typeof step === "string" ? place[step] : place.$select(step.select);
  return (...given) => place[way.at(-1)](...given);
}

async function follow(subscription) {
  for await (const event of subscription) {
    events.push(event);
    waiting?.();
  }
}

const work = {
  open: ({ url, token }) => {
    rest = masto.createRestAPIClient({ url, accessToken: token });
    oauth = masto.createOAuthAPIClient({ url });
    return true;
  },
  call: async ({ way, given = [] }) => (await walk(rest, way)(...given)) ?? null,
  token: async ({ given }) => await oauth.token.create(given),
  revoke: async ({ given }) => (await oauth.revoke(given)) ?? null,
  upload: async ({ picture, description }) => {
    const file = new Blob([Buffer.from(picture, "base64")], { type: "image/png" });
    return await rest.v2.media.create({ file, description });
  },
  pages: async ({ way, given = [], direction = "next" }) => {
    const pages = [];
    for await (const page of walk(rest, way)(...given).setDirection(direction)) pages.push(page);
    return pages;
  },
  listen: async ({ token, way = ["user"], given = [] }) => {
    const instance = await rest.v2.instance.fetch();
    const streamingApiUrl = instance.configuration.urls.streaming;
    streaming = masto.createStreamingAPIClient({ streamingApiUrl, accessToken: token, retry: false });
    await streaming.prepare();
    follow(walk(streaming, [...way, "subscribe"])(...given)).catch((error) => events.push({ event: "error", payload: String(error) }));
    return streamingApiUrl;
  },
  next: async () => {
    if (events.length === 0) {
      await new Promise((resolve, reject) => {
        waiting = resolve;
        setTimeout(() => reject(new Error("nothing came")), WAIT).unref();
      });
    }
    return events.shift();
  },
  close: () => {
    streaming.close();
    return true;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await work[asked.work](asked)) ?? null };
  } catch (error) {
    answer = { error: error.stack ?? String(error), status: error.statusCode };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit();
