// A server made with Fedify that tests tell what to do: one JSON object a line on standard input, one answer a line on
// standard output.
import { createInterface } from "node:readline";
import { PUBLIC, build, now, plain, vocab } from "./fedify-build.mjs";
import { Server, follower } from "./fedify-server.mjs";

const { digest, parseNodeInfo } = await import("@fedify/fedify");
const sig = await import("@fedify/fedify/sig");

let server; // the latest: each test opens its own

const stored = (uri) => server.things.get(uri);
const actorUri = (name) => server.context.getActorUri(name);
const fresh = (kind) => new URL(`${server.origin}/${kind.toLowerCase()}/${server.next()}`);

async function loaderOf(name) {
  return name === undefined ? server.context.documentLoader : await server.context.getDocumentLoader({ identifier: name });
}

async function found(what, as) {
  const documentLoader = await loaderOf(as);
  const thing = await server.context.lookupObject(what, { documentLoader });
  if (thing === null) throw new Error(`${what} was not found`);
  return thing;
}

// "followers", or a list of handles and ids; the shared inbox where many get something, as Fedify means it.
async function send(by, to, activity) {
  const recipients = to === "followers" ? to : await Promise.all(to.map(async (one) => follower(await found(one))));
  const options = to === "followers" ? { preferSharedInbox: true, syncCollection: true } : {};
  await server.context.sendActivity({ identifier: by }, recipients, activity, options);
  return activity.id.href;
}

function activityOf(by, { type, ...members }) {
  return build({ type, id: fresh(type).href, actor: actorUri(by).href, ...members }, stored);
}

// Without an audience: for everybody and the followers.
function objectOf(by, { type = "Note", ...members }) {
  const about = {
    id: `${server.origin}/${type.toLowerCase()}s/${server.next()}`,
    attribution: actorUri(by).href,
    published: { at: now().toString() },
    ...members,
  };
  if (!("tos" in members)) {
    about.tos = [PUBLIC.href];
    about.ccs = [server.context.getFollowersUri(by).href, ...(members.ccs ?? [])];
  }
  const thing = build({ type, ...about }, stored);
  server.things.set(thing.id.href, thing);
  return thing;
}

const about = (thing) => ({ tos: thing.toIds.map(String), ccs: thing.ccIds.map(String) });

const work = {
  open: async ({ scheme, key, certificate }) => {
    server?.close();
    server = new Server(scheme);
    return await server.listen(key, certificate);
  },
  person: async ({ name, more, ...members }) => {
    await server.add(name, { ...members, more: membersOf(more) });
    return actorUri(name).href;
  },
  change: ({ name, more, ...members }) => {
    Object.assign(server.person(name), members, more === undefined ? {} : { more: membersOf(more) });
  },
  strict: ({ on }) => {
    server.strict = on;
  },
  store: ({ by, object }) => objectOf(by, object).id.href,
  forget: ({ uri }) => server.things.delete(uri),
  // A new object and the Create of it.
  post: async ({ by, to, object }) => {
    const thing = objectOf(by, object);
    const activity = activityOf(by, { type: "Create", id: `${thing.id.href}#create`, object: { stored: thing.id.href }, ...about(thing) });
    await send(by, to ?? "followers", activity);
    return thing.id.href;
  },
  edit: async ({ by, to, uri, changes }) => {
    const built = Object.fromEntries(Object.entries(changes).map(([name, one]) => [name, build(one, stored)]));
    const thing = stored(uri).clone({ updated: now(), ...built });
    server.things.set(uri, thing);
    const activity = activityOf(by, { type: "Update", object: { stored: uri }, ...about(thing) });
    return await send(by, to ?? "followers", activity);
  },
  // Somebody's profile as it is now.
  tell: async ({ by, to }) => {
    const object = await server.federation.createContext(new Request(server.origin), null).getActor(by);
    const id = fresh("update");
    return await send(by, to, new vocab.Update({ id, actor: object.id, object, to: PUBLIC }));
  },
  send: async ({ by, to, activity }) => await send(by, to, activityOf(by, activity)),
  // Any document, posted in somebody's name: the request is theirs, what is in it need not be. Gives the status.
  relay: async ({ by, inbox, document }) => {
    const [rsa] = await server.context.getActorKeyPairs(by);
    const headers = { "Content-Type": "application/activity+json" };
    const request = new Request(inbox, { method: "POST", headers, body: JSON.stringify(document) });
    const spec = server.scheme === "rfc9421" ? "rfc9421" : "draft-cavage-http-signatures-12";
    return (await fetch(await sig.signRequest(request, rsa.privateKey, rsa.keyId, { spec }))).status;
  },
  // Whether Fedify takes the proof and the linked-data signature of a document that somebody else may have brought.
  check: async ({ document }) => {
    const { documentLoader, contextLoader } = server.context;
    const bare = sig.detachSignature(document);
    const proof = await sig.verifyObject(vocab.Activity, bare, { documentLoader, contextLoader });
    return { proof: proof !== null, signature: await sig.verifyJsonLd(document, { documentLoader, contextLoader }) };
  },
  find: async ({ what, as }) => await plain(await found(what, as)),
  list: async ({ what, as }) => {
    const documentLoader = await loaderOf(as);
    const collection = await found(what, as);
    const items = [];
    for await (const item of server.context.traverseCollection(collection, { documentLoader })) items.push(await plain(item));
    return { total: collection.totalItems, items };
  },
  members: async ({ what, as }) => {
    const collection = await found(what, as);
    const ids = collection.itemIds.map(String);
    for await (const page of pagesOf(collection)) ids.push(...page.itemIds.map(String));
    return { total: collection.totalItems, ids };
  },
  webfinger: async ({ resource }) => await server.context.lookupWebFinger(resource, { allowPrivateAddress: true }),
  // Fedify's client of NodeInfo never asks a loopback address: its parser reads what its links lead to.
  nodeinfo: async ({ origin }) => {
    const { links } = await (await fetch(`${origin}/.well-known/nodeinfo`)).json();
    const places = links.filter((link) => link.rel.startsWith("http://nodeinfo.diaspora.software/ns/schema/2."));
    return await Promise.all(places.map(async ({ href }) => parseNodeInfo(await (await fetch(href)).json())));
  },
  taken: () => server.taken,
  posts: () => server.posts,
  reads: () => server.reads,
  // Changes whom a server believes to be a follower, as one that lost something does.
  believe: async ({ of, add, remove }) => {
    const { followers } = server.person(of);
    for (const uri of add ?? []) followers.set(uri, follower(await found(uri)));
    for (const uri of remove ?? []) followers.delete(uri);
  },
  digest: async ({ ids }) => Buffer.from(await digest(ids)).toString("hex"),
  followers: ({ of }) => [...server.person(of).followers.keys()],
};

async function* pagesOf(collection) {
  let page = await collection.getFirst();
  while (page !== null) {
    yield page;
    page = await page.getNext();
  }
}

const membersOf = (more) => Object.fromEntries(Object.entries(more ?? {}).map(([name, one]) => [name, build(one, stored)]));

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await work[asked.work](asked)) ?? null };
  } catch (error) {
    answer = { error: error.stack ?? String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit();
