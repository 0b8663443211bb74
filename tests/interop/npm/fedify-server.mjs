// A server made with Fedify, over TLS. It keeps everything in memory and sends at once, so that an error of ours fails the test.
import { createServer } from "node:https";
import { webcrypto } from "node:crypto";
import { PUBLIC, plain, vocab } from "./fedify-build.mjs";

globalThis.crypto ??= webcrypto;

const { createFederation, MemoryKvStore } = await import("@fedify/fedify");

const SCHEMES = { cavage: "draft-cavage-http-signatures-12", rfc9421: "rfc9421" };
const ACTORS = "/users/{identifier}";
const SERVED = ["Note", "Question", "Article", "Page", "Event", "Video", "QuoteAuthorization"];
const KEYS = [
  { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  { name: "Ed25519" },
];
const made = []; // throw-away keys, each pair for the n-th person of every server

export const follower = (actor) => ({ id: actor.id, inboxId: actor.inboxId, endpoints: actor.endpoints });

export class Server {
  people = new Map(); // name -> { keys, kind, shown, approves, followers: uri -> recipient, pinned: [uri], more }
  things = new Map(); // uri -> object
  taken = []; // activities that passed Fedify's checks, as they were read, and the bytes that came
  posts = []; // every request to an inbox: scheme, headers and the status that Fedify gave
  reads = []; // every GET: path and by whom it was signed
  strict = false; // whether reading needs a signature
  #number = 0;

  constructor(scheme) {
    this.scheme = scheme;
    this.federation = createFederation({
      kv: new MemoryKvStore(),
      allowPrivateAddress: true,
      firstKnock: SCHEMES[scheme],
      circuitBreaker: false,
    });
    this.#actors();
    this.#collections();
    this.#inboxes();
    for (const kind of SERVED) {
      const path = `/${kind.toLowerCase()}s/{number}`;
      this.federation
        .setObjectDispatcher(vocab[kind], path, (ctx) => this.things.get(ctx.url.href) ?? null)
        .authorize(async (ctx) => await this.#mayRead(ctx, this.things.get(ctx.url.href)));
    }
    this.federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
      software: { name: "fedify-test", version: "1.0.0" },
      protocols: ["activitypub"],
      usage: { users: { total: this.people.size }, localPosts: this.things.size, localComments: 0 },
    }));
  }

  next() {
    return String(++this.#number);
  }

  get context() {
    return this.federation.createContext(new URL(this.origin), null);
  }

  person(name) {
    const one = this.people.get(name);
    if (one === undefined) throw new Error(`there is no ${name} here`);
    return one;
  }

  async add(name, about) {
    made[this.people.size] ??= await Promise.all(
      KEYS.map((kind) => webcrypto.subtle.generateKey(kind, true, ["sign", "verify"])),
    );
    const keys = made[this.people.size].slice(0, about.plain ? 1 : KEYS.length); // RSA alone makes no proofs
    this.people.set(name, { keys, kind: "Person", shown: name, followers: new Map(), pinned: [], more: {}, ...about });
  }

  async listen(key, cert) {
    this.listener = createServer({ key, cert }, (request, response) => {
      this.#serve(request, response).catch((error) => {
        console.error(error);
        response.writeHead(500).end(String(error));
      });
    });
    await new Promise((resolve) => this.listener.listen(0, "127.0.0.1", resolve));
    this.origin = `https://127.0.0.1:${this.listener.address().port}`;
    return this.origin;
  }

  close() {
    this.listener.closeAllConnections();
    this.listener.close();
  }

  #actors() {
    this.federation
      .setActorDispatcher(ACTORS, async (ctx, name) => {
        if (!this.people.has(name)) return null;
        const { kind, shown, approves, more } = this.person(name);
        const keys = await ctx.getActorKeyPairs(name);
        return new vocab[kind]({
          id: ctx.getActorUri(name),
          preferredUsername: name,
          name: shown,
          summary: "<p>Made with Fedify</p>",
          manuallyApprovesFollowers: approves ?? false,
          inbox: ctx.getInboxUri(name),
          outbox: ctx.getOutboxUri(name),
          followers: ctx.getFollowersUri(name),
          featured: ctx.getFeaturedUri(name),
          endpoints: new vocab.Endpoints({ sharedInbox: ctx.getInboxUri() }),
          publicKey: keys[0].cryptographicKey,
          assertionMethods: keys.map((key) => key.multikey),
          ...more,
        });
      })
      .setKeyPairsDispatcher((_ctx, name) => this.people.get(name)?.keys ?? [])
      .authorize(async (ctx) => !this.strict || (await this.#signer(ctx)) !== null);
  }

  #collections() {
    const signed = async (ctx) => !this.strict || (await this.#signer(ctx)) !== null;
    this.federation
      .setFollowersDispatcher(`${ACTORS}/followers`, (_ctx, name, _cursor, base) => ({
        items: [...this.person(name).followers.values()].filter((one) => !base || one.id.origin === base.origin),
      }))
      .authorize(signed);
    this.federation.setOutboxDispatcher(`${ACTORS}/outbox`, () => ({ items: [] })).authorize(signed);
    this.federation
      .setFeaturedDispatcher(`${ACTORS}/featured`, (_ctx, name) => ({
        items: this.person(name).pinned.map((uri) => this.things.get(uri)),
      }))
      .authorize(signed);
  }

  #inboxes() {
    this.federation
      .setInboxListeners(`${ACTORS}/inbox`, "/inbox")
      .setSharedKeyDispatcher(() => ({ identifier: [...this.people.keys()][0] }))
      .on(vocab.Activity, (ctx, activity) => this.#take(ctx, activity))
      .onError((_ctx, error) => {
        throw error;
      });
  }

  async #signer(ctx) {
    const owner = await ctx.getSignedKeyOwner();
    if (owner !== null) this.reads.push({ path: ctx.url.pathname, by: owner.id.href });
    return owner;
  }

  // What is for followers is for servers with one of them, asking in that follower's name or in the server's own.
  async #mayRead(ctx, thing) {
    const open = thing === undefined || [...thing.toIds, ...thing.ccIds].some((id) => id.href === PUBLIC.href);
    if (open && !this.strict) return true;
    const signer = await this.#signer(ctx);
    if (signer === null || open) return signer !== null;
    const author = this.person(ctx.parseUri(thing.attributionId).identifier);
    const named = [...thing.toIds, ...thing.ccIds].map((id) => id.origin);
    return [...[...author.followers.values()].map((one) => one.id.origin), ...named].includes(signer.id.origin);
  }

  async #take(ctx, activity) {
    const document = await plain(activity);
    this.taken.push({ kind: activity.constructor.name, actor: activity.actorId.href, document, to: ctx.recipient });
    if (activity instanceof vocab.Follow) {
      const { identifier } = ctx.parseUri(activity.objectId);
      if (this.person(identifier).approves) return;
      const actor = await activity.getActor(ctx);
      this.person(identifier).followers.set(actor.id.href, follower(actor));
      const id = new URL(`${this.origin}/accepts/${this.next()}`);
      const accept = new vocab.Accept({ id, actor: activity.objectId, object: activity });
      await ctx.sendActivity({ identifier }, follower(actor), accept);
    } else if (activity instanceof vocab.Undo) {
      const undone = await activity.getObject(ctx);
      if (undone instanceof vocab.Follow) {
        this.person(ctx.parseUri(undone.objectId).identifier).followers.delete(activity.actorId.href);
      }
    }
  }

  async #serve(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const url = new URL(request.url, this.origin);
    const headers = new Headers(Object.entries(request.headers).filter(([name]) => name !== "connection"));
    const body = parts.length === 0 ? undefined : Buffer.concat(parts);
    let answer;
    if (request.method === "POST" && this.scheme === "rfc9421" && !request.headers["signature-input"]) {
      answer = new Response("only RFC 9421 here", { status: 401 });
    } else {
      answer = await this.federation.fetch(new Request(url, { method: request.method, headers, body }), { contextData: null });
    }
    if (request.method === "POST") {
      const scheme = request.headers["signature-input"] ? "rfc9421" : "cavage";
      this.posts.push({ scheme, status: answer.status, headers: request.headers, body: String(body) });
    }
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}
