// Reads web push messages as browsers do, by another implementation. One JSON object a line in, one out.
import { createInterface } from "node:readline";
import { createECDH, createPublicKey, verify } from "node:crypto";
import ece from "http_ece";

const raw = (text) => Buffer.from(text, "base64url");

function browser({ privateKey }) {
  const keys = createECDH("prime256v1");
  keys.setPrivateKey(raw(privateKey));
  return keys;
}

const works = {
  decrypt({ body, version, privateKey, auth, salt, dh }) {
    const given = { version, privateKey: browser({ privateKey }), authSecret: auth };
    if (version === "aesgcm") Object.assign(given, { salt, dh });
    return ece.decrypt(raw(body), given).toString("utf8");
  },
  token({ token, publicKey }) {
    const [head, claims, signature] = token.split(".");
    const point = raw(publicKey);
    const key = createPublicKey({
      key: { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") },
      format: "jwk",
    });
    const good = verify("sha256", Buffer.from(`${head}.${claims}`), { key, dsaEncoding: "ieee-p1363" }, raw(signature));
    return { good, head: JSON.parse(raw(head)), claims: JSON.parse(raw(claims)) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { work, ...asked } = JSON.parse(line);
  let answer;
  try {
    answer = { result: works[work](asked) };
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer));
}
