// megalodon, the library of Whalebird and other apps for several kinds of servers, as tests use it: one JSON object a line on
// standard input, one answer a line on standard output.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import generator, { detector } from "megalodon";

const WAIT = 10_000; // milliseconds for an event
let client, stream;
const events = [];
let waiting;

function heard(event, payload) {
  events.push({ event, payload });
  waiting?.();
}

const work = {
  detect: ({ url }) => detector(url),
  open: ({ url, token }) => {
    client = generator("mastodon", url, token);
    return true;
  },
  call: async ({ way, given = [] }) => (await client[way](...given)).data ?? null,
  app: async ({ name, options }) => {
    const made = await client.registerApp(name, options);
    return { id: made.client_id, secret: made.client_secret };
  },
  token: async ({ given }) => (await client.fetchAccessToken(...given)).access_token,
  upload: async ({ file, options }) => (await client.uploadMedia(createReadStream(file), options)).data,
  listen: async () => {
    stream = await client.userStreaming();
    for (const name of ["update", "notification", "delete", "status_update"]) stream.on(name, (said) => heard(name, said));
    await new Promise((resolve, reject) => {
      stream.on("connect", resolve);
      stream.on("error", reject);
    });
    return true;
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
    stream.stop();
    return true;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await work[asked.work](asked)) ?? null };
  } catch (error) {
    answer = { error: error.stack ?? String(error), status: error.response?.status };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit();
