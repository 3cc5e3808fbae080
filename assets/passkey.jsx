// Signing in with a passkey: only a script may ask a device for one. In a file of its own, for the few pages that offer it.
import { useEffect, useRef, useState } from "react";

const WARNING = "M10 3.4 17.4 16.4H2.6zM10 8.2v3.6M10 14.1h.01";

// A passkey: we ask the server, the browser asks the device, the answer goes back, and a whole new page follows.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (part) => btoa(String.fromCharCode(...new Uint8Array(part))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
const NO_KEYS = "This browser can use no passkeys here. Sign in another way, or open the studio's own address.";
const TROUBLE = {
  NotAllowedError: "Nothing was chosen, or the time ran out. Try again.",
  InvalidStateError: "This device has a passkey here already. It is in the list.",
  NotSupportedError: "This device cannot make a passkey of the kind we need. Try a phone.",
  SecurityError: NO_KEYS,
};

async function bring(path, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const answer = await fetch("/api/passkeys/" + path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) {
    const refusal = new Error(said.error);
    refusal.isOurs = true;
    throw refusal;
  }
  return said;
}

async function askDevice(adds, options, more) {
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (adds) {
    publicKey.user = { ...options.user, id: bytes(options.user.id) };
    publicKey.excludeCredentials = known(options.excludeCredentials);
  } else publicKey.allowCredentials = known(options.allowCredentials);
  const made = await navigator.credentials[adds ? "create" : "get"]({ publicKey, ...more });
  const given = PARTS.filter((part) => made.response[part]);
  const response = Object.fromEntries(given.map((part) => [part, text(made.response[part])]));
  return { id: made.id, rawId: text(made.rawId), type: made.type, response };
}

// One button. With `offers` the browser also shows its passkeys beside the email field, before anything is pressed.
export function Passkey({ adds, offers, label, busyLabel, onDone, children, ...rest }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const offer = useRef(null);
  const run = async (more) => {
    const options = await bring(adds ? "ask-to-add" : "ask-to-enter", {});
    const answer = await askDevice(adds, options, more);
    const next = new URLSearchParams(location.search).get("next") || "";
    const { to } = await bring(adds ? "add" : "enter", { answer, next });
    if (to) location.assign(to);
    return to;
  };
  const press = async () => {
    if (busy) return undefined;
    offer.current?.abort();
    setWrong("");
    if (!window.PublicKeyCredential) return setWrong(NO_KEYS);
    setBusy(true);
    let to = "";
    try {
      to = await run({});
    } catch (e) {
      setWrong(e.isOurs ? e.message : TROUBLE[e.name] || "That did not work. Try again in a moment.");
    }
    if (to) return undefined;
    setBusy(false);
    return onDone && onDone();
  };
  useEffect(() => {
    if (!offers || !window.PublicKeyCredential?.isConditionalMediationAvailable) return undefined;
    const control = (offer.current = new AbortController());
    const listen = async () => {
      if (await PublicKeyCredential.isConditionalMediationAvailable()) await run({ mediation: "conditional", signal: control.signal });
    };
    listen().catch((e) => e.isOurs && !control.signal.aborted && setWrong(e.message));
    return () => control.abort();
  }, []);
  return (
    <div className="passkey">
      <button type="button" {...rest} aria-busy={busy} onClick={press}>{children}{busy ? busyLabel : label}</button>
      <div role="status">{wrong ? <p className="error"><svg viewBox="0 0 20 20" width="20" height="20" className="i" aria-hidden="true"><path d={WARNING} /></svg><span>{wrong}</span></p> : null}</div>
    </div>
  );
}
