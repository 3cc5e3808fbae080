// Resumable uploads (tus 1.0). Files and queue live in this module, not in a component: they go on while people move
// about in the app, and the same files chosen again after a reload go on where they stopped.
// Progress is drawn here, four times a second at most; State hears once per finished file.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Upload } from "tus-js-client";

const PART = 5 << 20;
const AT_ONCE = 3;
const files = new Map();
const listeners = new Set();
const queue = [];
const NONE = [];
let view = NONE;
let running = 0;
let drawn = 0;

const isOver = (file) => ["done", "refused"].includes(file.state);
const isBusy = () => [...files.values()].some((file) => !isOver(file) && file.state !== "failed");
const put = (key, more) => files.has(key) && files.set(key, { ...files.get(key), ...more });

function draw(now) {
  if (!now && performance.now() - drawn < 250) return;
  drawn = performance.now();
  view = [...files.values()];
  listeners.forEach((tell) => tell());
}

function reasonOf(response) {
  const said = response && response.getHeader("Upload-Refused");
  if (!said) return "";
  try { return decodeURIComponent(said); } catch { return said; }
}

function next() {
  while (running < AT_ONCE && queue.length) {
    const key = queue.shift();
    if (files.has(key) && files.get(key).state === "waiting") { running += 1; begin(key); }
  }
}

function end(key, more) {
  running -= 1;
  put(key, more);
  draw(true);
  next();
}

async function begin(key) {
  const { up } = files.get(key);
  put(key, { state: "sending", began: Date.now() });
  draw(true);
  const before = await up.findPreviousUploads().catch(() => []);
  if (before[0]) up.resumeFromPreviousUpload(before[0]);
  if (files.has(key)) up.start();
}

function add(file, { endpoint, listing, replaces }) {
  const key = `${listing}/${replaces || ""}/${file.name}/${file.size}/${file.lastModified}`;
  const known = files.get(key);
  if (known && ["waiting", "sending", "checking"].includes(known.state)) return;
  const up = new Upload(file, {
    endpoint, chunkSize: PART, retryDelays: [0, 1000, 3000, 10000], removeFingerprintOnSuccess: true,
    fingerprint: () => Promise.resolve(`foyer-${endpoint}-${key}`),
    metadata: { filename: file.name, listing, ...(replaces ? { replaces } : {}) },
    onShouldRetry: (error) => !reasonOf(error.originalResponse) && navigator.onLine && ![401, 403, 404, 410, 413, 415, 422].includes(error.originalResponse ? error.originalResponse.getStatus() : 0),
    onProgress: (sent, total) => { put(key, { sent, total, state: sent < total ? "sending" : "checking" }); draw(sent === total); },
    onSuccess: ({ lastResponse }) => {
      const reason = reasonOf(lastResponse);
      end(key, reason ? { state: "refused", reason } : { state: "done", isKnown: Boolean(lastResponse.getHeader("Upload-Duplicate")) });
    },
    onError: (error) => { const reason = reasonOf(error.originalResponse); end(key, reason ? { state: "refused", reason } : { state: "failed" }); },
  });
  files.set(key, { key, listing, name: file.name, sent: 0, total: file.size, state: "waiting", up, told: false, file, endpoint, replaces });
  queue.push(key);
}

function again(key) {
  const { file, endpoint, listing, replaces } = files.get(key);
  files.delete(key);
  add(file, { endpoint, listing, replaces });
  draw(true);
  next();
}

function stop(key) {
  const { up, state } = files.get(key);
  if (["sending", "checking"].includes(state)) { up.abort(true).catch(() => {}); running -= 1; }
  files.delete(key);
  draw(true);
  next();
}

const shelf = { tidy(listing) { [...files.values()].filter((f) => f.listing === listing && f.state === "done").forEach((f) => files.delete(f.key)); draw(true); } };

if (typeof window !== "undefined") {
  addEventListener("online", () => [...files.values()].filter((file) => file.state === "failed").forEach((file) => again(file.key)));
  addEventListener("beforeunload", (e) => { if (isBusy()) { e.preventDefault(); e.returnValue = ""; } });
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`);
const short = (name) => (name.length <= 44 ? name : `${name.slice(0, 24)}…${name.slice(-18)}`);
const percent = (file) => (file.total ? Math.floor((100 * file.sent) / file.total) : 0);

function words(file) {
  if (file.state === "sending") return `${percent(file)}%, ${size(file.sent)} of ${size(file.total)}`;
  return {
    waiting: "Waiting", checking: "Checking", done: file.isKnown ? "Already here, not added twice" : `Received, ${size(file.total)}`, refused: file.reason,
    failed: navigator.onLine ? "Stopped. What arrived is kept." : "You are offline. It goes on when you are back.",
  }[file.state];
}

function left(list) {
  const going = list.filter((file) => file.began && !isOver(file));
  const began = Math.min(...going.map((file) => file.began));
  const sent = list.filter((f) => f.began >= began).reduce((sum, f) => sum + f.sent, 0);
  const rest = list.filter((f) => !isOver(f) && f.state !== "failed").reduce((sum, f) => sum + f.total - f.sent, 0);
  const seconds = (rest * (Date.now() - began)) / 1000 / sent;
  if (!going.length || !Number.isFinite(seconds)) return "";
  return seconds < 45 ? ", less than a minute left" : `, about ${Math.round(seconds / 60) || 1} min left`;
}

function Act({ file }) {
  if (file.state === "failed") return <button type="button" className="btn" onClick={() => again(file.key)}>Try again<span className="hide"> {file.name}</span></button>;
  if (file.state === "done" || file.state === "checking") return null;
  const label = file.state === "refused" ? "Remove" : "Stop";
  return (
    <button type="button" className="btn soft square" aria-label={`${label} ${file.name}`} onClick={() => stop(file.key)}>
      <svg viewBox="0 0 20 20" width="20" height="20" className="i" aria-hidden="true"><path d="M5 5l10 10M15 5 5 15" /></svg>
    </button>
  );
}

function Row({ file }) {
  const bad = ["refused", "failed"].includes(file.state);
  return (
    <li className={"up" + (bad ? " failed" : "")}>
      <span className="thumb photo none" aria-hidden="true"><span className="ext">{(file.name.split(".").pop() || "").slice(0, 4).toUpperCase()}</span></span>
      <span className="name" title={file.name}>{short(file.name)}</span>
      <span className="say">
        {file.state === "sending" ? <progress max="100" value={percent(file)} aria-label={file.name} /> : null}
        <span className="num-ish">{words(file)}</span>
      </span>
      <span className="act"><Act file={file} /></span>
    </li>
  );
}

function Total({ list }) {
  const sent = list.reduce((sum, file) => sum + (file.state === "done" ? file.total : file.sent), 0);
  const all = list.reduce((sum, file) => sum + file.total, 0);
  const done = list.filter((file) => file.state === "done").length;
  return (
    <div className="up-total">
      <div className="row between small wrap">
        <p className="strong">{done} of {list.length} received</p>
        <p className="quiet num">{size(sent)} of {size(all)}{left(list)}</p>
      </div>
      <progress max="100" value={all ? Math.round((100 * sent) / all) : 0} aria-label="All uploads" />
    </div>
  );
}

// Tells at most every five seconds how far the batch is, for people who listen.
function Heard({ list }) {
  const [said, say] = useState("");
  const last = useRef(0);
  useEffect(() => {
    const done = list.filter((file) => file.state === "done").length;
    const all = done === list.length;
    if (!list.length || (!all && Date.now() - last.current < 5000)) return;
    last.current = Date.now();
    say(`${done} of ${list.length} uploads received`);
  }, [list]);
  return <p className="hide" role="status">{said}</p>;
}

export function Uploader({ endpoint, listing, replaces, accept, title, hint, choose, onFinished, onQuiet }) {
  const every = useSyncExternalStore((tell) => (listeners.add(tell), () => listeners.delete(tell)), () => view, () => NONE);
  const list = every.filter((file) => file.listing === listing);
  const [over, setOver] = useState(false);
  const take = (chosen) => { [...chosen].forEach((file) => add(file, { endpoint, listing, replaces })); draw(true); next(); };
  useEffect(() => {
    const news = list.filter((file) => file.state === "done" && !file.told);
    news.forEach((file) => { put(file.key, { told: true }); onFinished && onFinished(file.name); });
    if (news.length && list.every(isOver)) onQuiet && onQuiet();
  }, [every]);
  const drop = (e) => { e.preventDefault(); setOver(false); take(e.dataTransfer.files); };
  return (
    <div>
      <div className="drop" data-over={over} onDrop={drop} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}>
        <p className="strong">{title}</p>
        <p className="small quiet">{hint}</p>
        <ChooseFiles accept={accept} label={choose || "Choose from this device"} multiple={!replaces} onChosen={take} />
      </div>
      {list.length ? <Total list={list} /> : null}
      <Heard list={list} />
      {list.length ? <ul className="ups" tabIndex={0} aria-label="Uploads">{[...list].sort(byUrgency).map((file) => <Row key={file.key} file={file} />)}</ul> : null}
      {list.some((file) => file.state === "done") && list.every(isOver) ? <button type="button" className="btn soft" onClick={() => shelf.tidy(listing)}>Clear the finished ones</button> : null}
    </div>
  );
}

const RANK = { refused: 0, failed: 1, sending: 2, checking: 2, waiting: 3, done: 4 };
const byUrgency = (a, b) => RANK[a.state] - RANK[b.state];

function ChooseFiles({ accept, label, multiple, onChosen }) {
  const input = useRef(null);
  const chosen = (e) => { onChosen(e.target.files); e.target.value = ""; };
  return (
    <>
      <button type="button" className="btn" onClick={() => input.current.click()}>{label}</button>
      <input ref={input} className="hide" type="file" tabIndex={-1} aria-label={label} accept={accept} multiple={multiple} onChange={chosen} />
    </>
  );
}

// One button that sends one new file in the place of a photo that is already there.
export function ReplaceButton({ endpoint, listing, replaces, accept, label, onFinished }) {
  const every = useSyncExternalStore((tell) => (listeners.add(tell), () => listeners.delete(tell)), () => view, () => NONE);
  const mine = every.filter((file) => file.replaces === replaces);
  const take = (chosen) => { [...chosen].slice(0, 1).forEach((file) => add(file, { endpoint, listing, replaces })); draw(true); next(); };
  useEffect(() => {
    mine.filter((file) => file.state === "done" && !file.told).forEach((file) => { put(file.key, { told: true }); onFinished && onFinished(file.name); });
  }, [every]);
  return <ChooseFiles accept={accept} label={label || "Replace"} multiple={false} onChosen={take} />;
}
