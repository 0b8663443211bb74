// Signatures by other implementations. One JSON object a line on standard input, one answer a line on standard output.
// Everything is given by the test: keys, time, documents; nothing is fetched.
import { createInterface } from "node:readline";
import { webcrypto } from "node:crypto";
import { Temporal } from "@js-temporal/polyfill";
import "urlpattern-polyfill";

globalThis.Temporal ??= Temporal;
globalThis.crypto ??= webcrypto;

const peertube = (await import("@peertube/http-signature")).default;
const misskey = await import("@misskey-dev/node-http-message-signatures");
const fedify = await import("@fedify/fedify/sig");
const vocab = await import("@fedify/fedify/vocab");

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const ED25519 = { name: "Ed25519" };
const ANY_TIME = 10 ** 9; // seconds: the libraries that know only the real clock are not asked about it

const der = (pem) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
const privateKey = (pem, kind = RSA) => webcrypto.subtle.importKey("pkcs8", der(pem), kind, true, ["sign"]);
const publicKey = (pem, kind = RSA) => webcrypto.subtle.importKey("spki", der(pem), kind, true, ["verify"]);
const lower = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const refuse = async () => {
  throw new Error("nothing is fetched in this test");
};

function cacheOf(key) {
  return { get: async (id) => (id.href === key.id.href ? key : null), set: async () => {} };
}

async function rsaCache({ keyId, owner, publicPem }) {
  const key = await publicKey(publicPem);
  return cacheOf(new vocab.CryptographicKey({ id: new URL(keyId), owner: new URL(owner), publicKey: key }));
}

function fedifyRequest({ method, url, headers, body }) {
  return new Request(url, { method, headers, body: body === undefined ? undefined : Buffer.from(body) });
}

const work = {
  "peertube.verify": ({ method, target, headers, publicPem }) => {
    const parsed = peertube.parseRequest({ method, url: target, headers: lower(headers) }, { clockSkew: ANY_TIME });
    return peertube.verifySignature(parsed, publicPem);
  },
  "peertube.sign": ({ method, target, headers, covers, keyId, privatePem }) => {
    const fields = lower(headers);
    const request = {
      method,
      path: target,
      getHeader: (name) => fields[name.toLowerCase()],
      setHeader: (name, value) => (fields[name.toLowerCase()] = value),
    };
    peertube.signRequest(request, { key: privatePem, keyId, headers: covers, authorizationHeaderName: "Signature" });
    return fields;
  },
  "misskey.verify": async ({ method, target, headers, now, body, publicPem }) => {
    const request = { method, url: target, headers: lower(headers) };
    const parsed = misskey.parseRequestSignature(request, { clockSkew: { now: new Date(now), delay: 1000, forward: 1000 } });
    const digest = body === undefined || (await misskey.verifyDigestHeader(request, Buffer.from(body), true));
    return digest && (await misskey.verifyDraftSignature(parsed.value, publicPem));
  },
  "misskey.sign": async ({ method, url, headers, covers, keyId, body, privatePem }) => {
    const request = { method, url, headers: { ...headers }, body };
    if (body !== undefined) await misskey.genDigestHeaderBothRFC3230AndRFC9530(request, body, "SHA-256");
    await misskey.signAsDraftToRequest(request, { keyId, privateKeyPem: privatePem }, covers);
    return request.headers;
  },
  "fedify.verify": async (asked) => {
    const key = await fedify.verifyRequest(fedifyRequest(asked), {
      keyCache: await rsaCache(asked),
      documentLoader: refuse,
      currentTime: Temporal.Instant.from(asked.now),
      spec: asked.spec,
    });
    return key?.id?.href === asked.keyId;
  },
  "fedify.sign": async (asked) => {
    const signed = await fedify.signRequest(fedifyRequest(asked), await privateKey(asked.privatePem), new URL(asked.keyId), {
      currentTime: Temporal.Instant.from(asked.now),
      spec: asked.spec,
    });
    return Object.fromEntries(signed.headers);
  },
  "fedify.verifyProof": async ({ document, keyId, owner, publicPem }) => {
    const proof = await vocab.DataIntegrityProof.fromJsonLd(document.proof, { documentLoader: refuse });
    const key = new vocab.Multikey({
      id: new URL(keyId),
      controller: new URL(owner),
      publicKey: await publicKey(publicPem, ED25519),
    });
    const found = await fedify.verifyProof(document, proof, { keyCache: cacheOf(key), documentLoader: refuse });
    return found?.id?.href === keyId;
  },
  "fedify.makeProof": async ({ keyId, now, privatePem, actor, object, id, context }) => {
    const like = new vocab.Like({ id: new URL(id), actor: new URL(actor), object: new URL(object) });
    const signed = await fedify.signObject(like, await privateKey(privatePem, ED25519), new URL(keyId), {
      created: Temporal.Instant.from(now),
      context,
    });
    return await signed.toJsonLd({ format: "compact", context });
  },
  "fedify.verifyLd": async (asked) => {
    const key = await fedify.verifySignature(asked.document, { keyCache: await rsaCache(asked), documentLoader: refuse });
    return key?.id?.href === asked.keyId;
  },
  "fedify.signLd": async ({ document, keyId, now, privatePem }) =>
    await fedify.signJsonLd(document, await privateKey(privatePem), new URL(keyId), { created: Temporal.Instant.from(now) }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = { result: await work[asked.work](asked) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
