// Things of Fedify's vocabulary from plain JSON: {"type": "Note", "content": "…"} with the names that Fedify's constructors use.
import { Temporal } from "@js-temporal/polyfill";
import "urlpattern-polyfill";

globalThis.Temporal ??= Temporal;

export const vocab = await import("@fedify/fedify/vocab");
const { LanguageString } = await import("@fedify/fedify");

export const PUBLIC = vocab.PUBLIC_COLLECTION;
export const now = () => globalThis.Temporal.Now.instant();

// An https address becomes a URL, {"at": …} a moment, {"text": …, "language": …} a text in a language, {"stored": …} what
// the server has at this address.
export function build(value, stored) {
  if (Array.isArray(value)) return value.map((one) => build(one, stored));
  if (typeof value === "string" && value.startsWith("https://")) return new URL(value);
  if (value === null || typeof value !== "object") return value;
  if ("at" in value) return globalThis.Temporal.Instant.from(value.at);
  if ("language" in value && "text" in value) return new LanguageString(value.text, value.language);
  if ("stored" in value) return stored(value.stored);
  const { type, ...members } = value;
  return new vocab[type](Object.fromEntries(Object.entries(members).map(([name, one]) => [name, build(one, stored)])));
}

export const plain = async (thing) => await thing.toJsonLd({ format: "compact" });
