// A whole server made with Fedify, over TLS, that tests tell what to do: one JSON object a line on standard input, one answer
// a line on standard output. It keeps everything in memory and sends at once, so that an error of ours fails the test.
import { createInterface } from "node:readline";
import { createServer } from "node:https";
import { webcrypto } from "node:crypto";
import { Temporal } from "@js-temporal/polyfill";
import "urlpattern-polyfill";

globalThis.Temporal ??= Temporal;
globalThis.crypto ??= webcrypto;

const { createFederation, MemoryKvStore } = await import("@fedify/fedify");
const vocab = await import("@fedify/fedify/vocab");

const SCHEMES = { cavage: "draft-cavage-http-signatures-12", rfc9421: "rfc9421" };
const KEYS = [
  { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  { name: "Ed25519" },
];

const people = new Map(); // name -> { keys, followers: uri -> recipient, approves }
const notes = new Map(); // number -> Note
const taken = []; // activities that passed Fedify's checks, as they were read
const posts = []; // every request to an inbox: scheme and the status that Fedify gave
let federation, origin, scheme;
let number = 0;

const next = () => String(++number);
const context = () => federation.createContext(new URL(origin), null);
const now = () => globalThis.Temporal.Now.instant();
const plain = async (thing) => await thing.toJsonLd({ format: "compact" });
const follower = (actor) => ({ id: actor.id, inboxId: actor.inboxId, endpoints: actor.endpoints });

async function found(what) {
  const thing = await context().lookupObject(what);
  if (thing === null) throw new Error(`${what} was not found`);
  return thing;
}

function person(name) {
  const one = people.get(name);
  if (one === undefined) throw new Error(`there is no ${name} here`);
  return one;
}

async function send(by, to, activity) {
  const options = to === "followers" ? { preferSharedInbox: true } : {};
  await context().sendActivity({ identifier: by }, to, activity, options);
  return activity.id.href;
}

function open() {
  federation = createFederation({
    kv: new MemoryKvStore(),
    allowPrivateAddress: true,
    firstKnock: SCHEMES[scheme],
    circuitBreaker: false,
  });
  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, name) => {
      if (!people.has(name)) return null;
      const keys = await ctx.getActorKeyPairs(name);
      return new vocab.Person({
        id: ctx.getActorUri(name),
        preferredUsername: name,
        name: person(name).shown,
        summary: "<p>Made with Fedify</p>",
        manuallyApprovesFollowers: person(name).approves,
        inbox: ctx.getInboxUri(name),
        outbox: ctx.getOutboxUri(name),
        followers: ctx.getFollowersUri(name),
        endpoints: new vocab.Endpoints({ sharedInbox: ctx.getInboxUri() }),
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((key) => key.multikey),
      });
    })
    .setKeyPairsDispatcher((_ctx, name) => person(name).keys);
  federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
  federation.setFollowersDispatcher("/users/{identifier}/followers", (_ctx, name) => ({
    items: [...person(name).followers.values()],
  }));
  federation.setObjectDispatcher(vocab.Note, "/notes/{number}", (_ctx, { number }) => notes.get(number) ?? null);
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .setSharedKeyDispatcher(() => ({ identifier: [...people.keys()][0] }))
    .on(vocab.Activity, take)
    .onError((_ctx, error) => {
      throw error;
    });
}

async function take(ctx, activity) {
  taken.push({ kind: activity.constructor.name, actor: activity.actorId.href, document: await plain(activity) });
  if (activity instanceof vocab.Follow) {
    const { identifier } = ctx.parseUri(activity.objectId);
    if (person(identifier).approves) return;
    const actor = await activity.getActor(ctx);
    person(identifier).followers.set(actor.id.href, follower(actor));
    const id = new URL(`${origin}/accepts/${next()}`);
    const accept = new vocab.Accept({ id, actor: activity.objectId, object: activity });
    await ctx.sendActivity({ identifier }, follower(actor), accept);
  } else if (activity instanceof vocab.Undo) {
    const undone = await activity.getObject(ctx);
    if (undone instanceof vocab.Follow) {
      person(ctx.parseUri(undone.objectId).identifier).followers.delete(activity.actorId.href);
    }
  }
}

async function serve(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const url = new URL(request.url, origin);
  const headers = new Headers(Object.entries(request.headers).filter(([name]) => name !== "connection"));
  const body = parts.length === 0 ? undefined : Buffer.concat(parts);
  let answer;
  if (request.method === "POST" && scheme === "rfc9421" && !request.headers["signature-input"]) {
    answer = new Response("only RFC 9421 here", { status: 401 });
  } else {
    answer = await federation.fetch(new Request(url, { method: request.method, headers, body }), { contextData: null });
  }
  if (request.method === "POST") {
    posts.push({ scheme: request.headers["signature-input"] ? "rfc9421" : "cavage", status: answer.status });
  }
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
}

async function noteBy(by, { text, reply, mention }, more = {}) {
  const ctx = context();
  const id = next();
  const mentioned = mention === undefined ? [] : [await found(mention)];
  const note = new vocab.Note({
    id: ctx.getObjectUri(vocab.Note, { number: id }),
    attribution: ctx.getActorUri(by),
    content: `<p>${text}</p>`,
    published: now(),
    to: vocab.PUBLIC_COLLECTION,
    ccs: [ctx.getFollowersUri(by), ...mentioned.map((one) => one.id)],
    replyTarget: reply === undefined ? null : new URL(reply),
    tags: mentioned.map((one) => new vocab.Mention({ href: one.id, name: mention })),
    ...more,
  });
  notes.set(id, note);
  return { note, mentioned };
}

const stored = (uri) => {
  const key = uri.slice(uri.lastIndexOf("/") + 1);
  return { key, note: notes.get(key) };
};

const work = {
  open: async (asked) => {
    scheme = asked.scheme;
    open();
    const server = createServer({ key: asked.key, cert: asked.certificate }, (request, response) => {
      serve(request, response).catch((error) => {
        console.error(error);
        response.writeHead(500).end(String(error));
      });
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `https://127.0.0.1:${server.address().port}`;
    return origin;
  },
  person: async ({ name, shown, approves }) => {
    const keys = [];
    for (const kind of KEYS) keys.push(await webcrypto.subtle.generateKey(kind, true, ["sign", "verify"]));
    people.set(name, { keys, shown: shown ?? name, approves: approves ?? false, followers: new Map() });
    return context().getActorUri(name).href;
  },
  find: async ({ what }) => await plain(await found(what)),
  follow: async ({ by, whom }) => {
    const target = await found(whom);
    const id = new URL(`${origin}/follows/${next()}`);
    const activity = new vocab.Follow({ id, actor: context().getActorUri(by), object: target.id });
    return await send(by, follower(target), activity);
  },
  unfollow: async ({ by, whom, follow }) => {
    const target = await found(whom);
    const actor = context().getActorUri(by);
    const object = new vocab.Follow({ id: new URL(follow), actor, object: target.id });
    return await send(by, follower(target), new vocab.Undo({ id: new URL(`${follow}#undo`), actor, object }));
  },
  post: async ({ by, ...asked }) => {
    const { note, mentioned } = await noteBy(by, asked);
    const activity = new vocab.Create({
      id: new URL("#create", note.id),
      actor: context().getActorUri(by),
      object: note,
      tos: note.toIds,
      ccs: note.ccIds,
    });
    await send(by, "followers", activity);
    for (const one of mentioned) await send(by, follower(one), activity);
    return note.id.href;
  },
  edit: async ({ by, note: uri, text }) => {
    const { key, note } = stored(uri);
    const changed = note.clone({ content: `<p>${text}</p>`, updated: now() });
    notes.set(key, changed);
    return await send(
      by,
      "followers",
      new vocab.Update({
        id: new URL(`#update-${next()}`, uri),
        actor: context().getActorUri(by),
        object: changed,
        tos: note.toIds,
        ccs: note.ccIds,
      }),
    );
  },
  delete: async ({ by, note: uri }) => {
    notes.delete(stored(uri).key);
    return await send(
      by,
      "followers",
      new vocab.Delete({
        id: new URL("#delete", uri),
        actor: context().getActorUri(by),
        object: new vocab.Tombstone({ id: new URL(uri) }),
        to: vocab.PUBLIC_COLLECTION,
      }),
    );
  },
  like: async ({ by, what }) => {
    const note = await found(what);
    const author = await note.getAttribution({ documentLoader: context().documentLoader });
    const id = new URL(`${origin}/likes/${next()}`);
    return await send(by, follower(author), new vocab.Like({ id, actor: context().getActorUri(by), object: note.id }));
  },
  announce: async ({ by, what }) => {
    const note = await found(what);
    const author = await note.getAttribution({ documentLoader: context().documentLoader });
    const ctx = context();
    const activity = new vocab.Announce({
      id: new URL(`${origin}/announces/${next()}`),
      actor: ctx.getActorUri(by),
      object: note.id,
      published: now(),
      to: vocab.PUBLIC_COLLECTION,
      ccs: [ctx.getFollowersUri(by), author.id],
    });
    await send(by, "followers", activity);
    return await send(by, follower(author), activity);
  },
  undo: async ({ by, whom, kind, activity, what }) => {
    const target = await found(whom);
    const actor = context().getActorUri(by);
    const object = new vocab[kind]({ id: new URL(activity), actor, object: new URL(what) });
    return await send(by, follower(target), new vocab.Undo({ id: new URL(`${activity}#undo`), actor, object }));
  },
  taken: () => taken,
  posts: () => posts,
  followers: ({ of }) => [...person(of).followers.keys()],
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = { result: await work[asked.work](asked) };
  } catch (error) {
    answer = { error: error.stack ?? String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit();
