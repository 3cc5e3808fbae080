// What stands on the delivery desk and nowhere else: photographs being uploaded, and the order they come in.
import { closestCenter, DndContext, KeyboardSensor, MouseSensor, TouchSensor, useSensor, useSensors } from "@dnd-kit/core";
import { arrayMove, rectSortingStrategy, SortableContext, sortableKeyboardCoordinates, useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

// Resumable uploads (tus 1.0). Files and queue live in this module, not in a component: they go on while people move
// about in the app, and the same files chosen again after a reload go on where they stopped. Each begins with its
// hash: what the studio keeps already costs nothing, and what is sent has to come to that hash. A file too large to
// be hashed at once carries a sum with each part instead.
// Progress is drawn here, four times a second at most; State hears once per finished file.
const PART = 16 << 20; // most photos in one request; what arrived before a cut is not sent again
const SUMMED_PART = 8 << 20; // of a file too large to be hashed at once: a part that broke off is sent anew
const TUS = { "Tus-Resumable": "1.0.0" };
const AT_ONCE = 3;
const HASHED_UP_TO = 64 << 20; // a browser hashes a file only whole, in memory; what is larger is sent unasked
const WAITS = [0, 1000, 3000, 8000, 20000];
const UNDERWAY = ["asking", "sending", "checking"];
const files = new Map();
const listeners = new Set();
const queue = [];
const NONE = [];
let view = NONE;
let running = 0;
let drawn = 0;

const isOver = (file) => ["done", "refused"].includes(file.state);
const isBusy = () => [...files.values()].some((file) => !isOver(file) && !["failed", "left"].includes(file.state));
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

// What sends comes with the first photograph: whoever only looks at the desk need not wait for it.
const sender = () => import("tus-js-client");

const print = ({ endpoint, key }) => `foyer-${endpoint}-${key}`;
const statusOf = (response) => (response ? response.getStatus() : 0);
const passes = (status) => !status || [409, 423, 429, 460].includes(status) || (status >= 500 && status !== 507);
const isLater = (status) => passes(status) || [401, 403, 413, 507].includes(status);
const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const told = (pairs) => Object.entries(pairs).map(([name, value]) => `${name} ${base64(new TextEncoder().encode(value))}`).join(",");
const digest = async (blob) => crypto.subtle.digest("SHA-256", await blob.arrayBuffer());

async function begin(key) {
  const round = Symbol(key);
  const isOurs = () => files.has(key) && files.get(key).round === round;
  put(key, { state: "asking", began: Date.now(), round });
  draw(true);
  const found = await sender().catch(() => null);
  if (!isOurs()) return;
  if (!found) { end(key, { state: "failed" }); return; }
  const up = uploadOf(found.Upload, files.get(key), isOurs);
  put(key, { up });
  const before = await up.findPreviousUploads().catch(() => []);
  if (before[0]) up.resumeFromPreviousUpload(before[0]);
  const sha256 = before[0] ? before[0].metadata.sha256 : await hashOf(files.get(key).file).catch(() => "");
  if (sha256) up.options.metadata.sha256 = sha256;
  if (!isOurs()) return;
  put(key, { state: "sending" });
  up.start();
}

async function hashOf(file) {
  if (file.size > HASHED_UP_TO || !globalThis.crypto?.subtle) return "";
  return [...new Uint8Array(await digest(file))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function uploadOf(Upload, of, isOurs) {
  const { key, file, listing, endpoint, replaces } = of;
  const up = new Upload(file, {
    endpoint, chunkSize: file.size > HASHED_UP_TO ? SUMMED_PART : PART, removeFingerprintOnSuccess: true,
    retryDelays: WAITS.map((wait) => wait * (0.75 + Math.random() / 2)),
    fingerprint: () => Promise.resolve(print(of)),
    metadata: { filename: file.name, listing, ...(replaces ? { replaces } : {}) },
    onShouldRetry: (error) => navigator.onLine && passes(statusOf(error.originalResponse)),
    onBeforeRequest: async (request) => {
      if (request.getMethod() !== "PATCH" || up.options.metadata.sha256 || !globalThis.crypto?.subtle) return;
      const start = Number(request.getHeader("Upload-Offset"));
      const sum = await digest(file.slice(start, start + up.options.chunkSize));
      if (!isOurs()) throw new Error("paused while its sum was made");
      request.setHeader("Upload-Checksum", `sha256 ${base64(sum)}`);
    },
    onAfterResponse: (request, response) => { // the studio keeps these bytes: nothing is sent
      if (request.getMethod() !== "POST" || !response.getHeader("Upload-Asset")) return;
      const isKnown = Boolean(response.getHeader("Upload-Duplicate")); // before the request, and all it said, is dropped
      up.abort(false).catch(() => {});
      if (isOurs()) end(key, { state: "done", isKnown, isSpared: true });
    },
    onProgress: (sent, total) => { if (isOurs()) { put(key, { sent, total, state: sent < total ? "sending" : "checking" }); draw(sent === total); } },
    onSuccess: ({ lastResponse }) => {
      const reason = reasonOf(lastResponse);
      if (isOurs()) end(key, reason ? { state: "refused", reason } : { state: "done", isKnown: Boolean(lastResponse.getHeader("Upload-Duplicate")) });
    },
    onError: (error) => {
      const status = statusOf(error.originalResponse);
      const reason = passes(status) ? "" : reasonOf(error.originalResponse);
      if (isOurs()) end(key, { state: reason && !isLater(status) ? "refused" : "failed", reason });
    },
  });
  return up;
}

function add(file, { endpoint, listing, replaces }) {
  const key = `${listing}/${replaces || ""}/${file.name}/${file.size}/${file.lastModified}`;
  const known = files.get(key);
  if (known && ["waiting", "paused", ...UNDERWAY].includes(known.state)) return;
  files.set(key, { key, listing, name: file.name, sent: 0, total: file.size, state: "waiting", told: false, file, endpoint, replaces });
  queue.push(key);
}

function pause(key) {
  const { up, state } = files.get(key);
  if (UNDERWAY.includes(state)) { running -= 1; if (up) up.abort(false).catch(() => {}); }
  put(key, { state: "paused", began: 0, round: null });
}

function goOn(key) {
  put(key, { state: "waiting", reason: "" });
  queue.push(key);
}

const each = (list, act) => { list.forEach((file) => act(file.key)); draw(true); next(); };

// What a reload cut off: what sends remembers where it was, and the server says how much is there. The file itself must be
// chosen again.
async function recall(endpoint, listing) {
  const storage = (await sender()).defaultOptions.urlStorage;
  for (const { urlStorageKey: kept, uploadUrl: url, metadata } of await storage.findAllUploads()) {
    const key = kept.slice(`tus::foyer-${endpoint}-`.length, kept.lastIndexOf("::"));
    if (!key.startsWith(`${listing}/`) || files.has(key)) continue;
    const answer = await fetch(url, { method: "HEAD", headers: TUS }).catch(() => null);
    if (!answer || answer.status === 403 || answer.status >= 500 || files.has(key)) continue;
    if (!answer.ok || !answer.headers.has("Upload-Expires")) { await storage.removeUpload(kept); continue; }
    const [sent, total] = ["Upload-Offset", "Upload-Length"].map((name) => Number(answer.headers.get(name)));
    files.set(key, { key, listing, kept, url, name: metadata.filename, sent, total, state: "left", told: true });
  }
  draw(true);
}

async function forget(key) {
  const { kept, url } = files.get(key);
  files.delete(key);
  draw(true);
  await (await sender()).defaultOptions.urlStorage.removeUpload(kept);
  await fetch(url, { method: "DELETE", headers: TUS }).catch(() => {});
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
  if (UNDERWAY.includes(state)) running -= 1;
  if (up && !isOver(files.get(key))) up.abort(true).catch(() => {});
  files.delete(key);
  draw(true);
  next();
}

const shelf = { tidy(listing) { [...files.values()].filter((f) => f.listing === listing && f.state === "done").forEach((f) => files.delete(f.key)); draw(true); } };

if (typeof window !== "undefined") {
  addEventListener("online", () => [...files.values()].filter((file) => file.state === "failed" && !file.reason).forEach((file) => again(file.key)));
  addEventListener("beforeunload", (e) => { if (isBusy()) { e.preventDefault(); e.returnValue = ""; } });
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`);
const short = (name) => (name.length <= 44 ? name : `${name.slice(0, 24)}…${name.slice(-18)}`);
const percent = (file) => (file.total ? Math.floor((100 * file.sent) / file.total) : 0);

function words(file) {
  if (file.state === "sending") return `${percent(file)}%, ${size(file.sent)} of ${size(file.total)}`;
  return {
    waiting: "Waiting", asking: "Looking whether it is here", checking: "Checking", refused: file.reason, paused: `Paused, ${size(file.sent)} of ${size(file.total)} sent`,
    done: file.isKnown ? "Already here, not added twice" : file.isSpared ? "Here at once, the studio had this file" : `Received, ${size(file.total)}`,
    left: `${size(file.sent)} of ${size(file.total)} arrived. Choose this file again and it goes on.`,
    failed: file.reason || (navigator.onLine ? "Stopped. What arrived is kept." : "You are offline. It goes on when you are back."),
  }[file.state];
}

function left(list) {
  const going = list.filter((file) => file.began && !isOver(file));
  const began = Math.min(...going.map((file) => file.began));
  const sent = list.filter((f) => f.began >= began).reduce((sum, f) => sum + f.sent, 0);
  const rest = list.filter((f) => !isOver(f) && !["failed", "paused"].includes(f.state)).reduce((sum, f) => sum + f.total - f.sent, 0);
  const seconds = (rest * (Date.now() - began)) / 1000 / sent;
  if (!going.length || !Number.isFinite(seconds)) return "";
  return seconds < 45 ? ", less than a minute left" : `, about ${Math.round(seconds / 60) || 1} min left`;
}

const SIGNS = { stop: "M5 5l10 10M15 5 5 15", pause: "M7.5 5v10M12.5 5v10", play: "M7 4.5v11l8.5-5.5z" };

function Sign({ name, label, onClick }) {
  return (
    <button type="button" className="btn soft square" aria-label={label} onClick={onClick}>
      <svg viewBox="0 0 20 20" width="20" height="20" className="i" aria-hidden="true"><path d={SIGNS[name]} /></svg>
    </button>
  );
}

function Act({ file }) {
  if (file.state === "left") return <Sign name="stop" label={`Forget ${file.name}`} onClick={() => forget(file.key)} />;
  if (file.state === "done" || file.state === "checking") return null;
  const isPaused = file.state === "paused";
  const turn = isPaused ? goOn : pause;
  return (
    <>
      {file.state === "failed" ? <button type="button" className="btn" onClick={() => again(file.key)}>Try again<span className="hide"> {file.name}</span></button> : null}
      {["waiting", "asking", "sending", "paused"].includes(file.state) ? <Sign name={isPaused ? "play" : "pause"} label={`${isPaused ? "Go on with" : "Pause"} ${file.name}`} onClick={() => each([file], turn)} /> : null}
      <Sign name="stop" label={`${file.state === "refused" ? "Remove" : "Stop"} ${file.name}`} onClick={() => stop(file.key)} />
    </>
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

// One button for all of them: it says what it does, and stands while there is something to pause or to go on with.
function Turn({ list }) {
  const going = list.filter((file) => ["waiting", "asking", "sending"].includes(file.state));
  const resting = list.filter((file) => file.state === "paused");
  if (going.length) return <button type="button" className="btn soft" onClick={() => each(going, pause)}>Pause all</button>;
  return resting.length ? <button type="button" className="btn" onClick={() => each(resting, goOn)}>Go on with all</button> : null;
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
        <Turn list={list} />
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
    if (!list.length) return;
    const wait = list.every(isOver) ? 0 : Math.max(0, last.current + 5000 - Date.now());
    const timer = setTimeout(() => { last.current = Date.now(); say(`${done} of ${list.length} uploads received`); }, wait);
    return () => clearTimeout(timer);
  }, [list]);
  return <p className="hide" role="status">{said}</p>;
}

// Every file of what was dropped, folders to their ends. What is read at once must be: the list is empty after the event.
async function within(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed)).catch(() => null)];
  const reader = entry.createReader();
  const found = [];
  for (let some = null; !some || some.length;) {
    some = await new Promise((done, failed) => reader.readEntries(done, failed)).catch(() => []);
    found.push(...some);
  }
  return (await Promise.all(found.map(within))).flat();
}

const isWanted = (file, accept) => !accept || accept.split(",").some((kind) => (kind.startsWith(".") ? file.name.toLowerCase().endsWith(kind) : file.type === kind));

export function Uploader({ endpoint, listing, at, replaces, accept, title, hint, choose, onFinished, onQuiet }) {
  const every = useSyncExternalStore((tell) => (listeners.add(tell), () => listeners.delete(tell)), () => view, () => NONE);
  const mine = every.filter((file) => file.listing === listing);
  const list = mine.filter((file) => file.state !== "left");
  const cut = mine.length - list.length;
  const [over, setOver] = useState(false);
  const [skipped, skip] = useState(0);
  const take = (chosen) => { [...chosen].forEach((file) => add(file, { endpoint, listing, replaces })); draw(true); next(); };
  const takeFolder = (found) => {
    const wanted = [...found].filter((file) => file && !file.name.startsWith(".") && isWanted(file, accept));
    skip([...found].length - wanted.length);
    take(wanted);
  };
  useEffect(() => { if (listing) recall(endpoint, listing).catch(() => {}); }, [endpoint, listing]);
  useEffect(() => {
    const news = list.filter((file) => file.state === "done" && !file.told);
    news.forEach((file) => { put(file.key, { told: true }); onFinished && onFinished(file.name); });
    if (news.length && list.every(isOver)) onQuiet && onQuiet();
  }, [every]);
  // Until the order in the address is read, what is known is the order before it: its listing takes no files here.
  if (at && location.pathname.replace(/\/$/, "") !== at) return null;
  const drop = (e) => {
    e.preventDefault(); setOver(false); skip(0);
    const entries = [...e.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    if (!entries.some((entry) => entry.isDirectory)) { take(e.dataTransfer.files); return; }
    Promise.all(entries.map(within)).then((found) => takeFolder(found.flat()));
  };
  return (
    <div>
      <div className="drop" data-over={over} onDrop={drop} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}>
        <p className="strong">{title}</p>
        <p className="small quiet">{hint}</p>
        <div className="row wrap center">
          <ChooseFiles accept={accept} label={choose || "Choose from this device"} multiple={!replaces} onChosen={(chosen) => { skip(0); take(chosen); }} />
          {!replaces && HAS_FOLDERS ? <ChooseFiles label="Choose a folder" isFolder multiple onChosen={takeFolder} /> : null}
        </div>
        <p className="small quiet" role="status">{skipped ? `${skipped} other ${skipped === 1 ? "file" : "files"} in the folder left out.` : ""}</p>
      </div>
      {cut ? <p className="small strong">{cut === 1 ? "One upload was" : `${cut} uploads were`} interrupted. Choose the same files or their folder again: only what is missing is sent.</p> : null}
      {list.length ? <Total list={list} /> : null}
      <Heard list={list} />
      {mine.length ? <ul className="ups" tabIndex={0} aria-label="Uploads">{[...mine].sort(byUrgency).map((file) => <Row key={file.key} file={file} />)}</ul> : null}
      {list.some((file) => file.state === "done") && list.every(isOver) ? <button type="button" className="btn soft" onClick={() => shelf.tidy(listing)}>Clear the finished ones</button> : null}
    </div>
  );
}

const HAS_FOLDERS = typeof window !== "undefined" && "webkitdirectory" in document.createElement("input") && matchMedia("(pointer: fine)").matches;
const RANK = { refused: 0, failed: 1, left: 1, asking: 2, sending: 2, checking: 2, paused: 2, waiting: 3, done: 4 };
const byUrgency = (a, b) => RANK[a.state] - RANK[b.state];

function ChooseFiles({ accept, label, multiple, isFolder, onChosen }) {
  const input = useRef(null);
  const chosen = (e) => { onChosen(e.target.files); e.target.value = ""; };
  return (
    <>
      <button type="button" className="btn" onClick={() => input.current.click()}>{label}</button>
      <input ref={input} className="hide" type="file" tabIndex={-1} aria-label={label} accept={accept} multiple={multiple} webkitdirectory={isFolder ? "" : undefined} onChange={chosen} />
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

// The order of photographs: drag, or Space and arrows, or the two arrow buttons beneath each photo.
// One event per move: onReorder(list of ids). The list is drawn in its new order at once.
const PATHS = { earlier: "M12 4.5 6.5 10l5.5 5.5", later: "M8 4.5l5.5 5.5L8 15.5", photo: "M3 4.5h14v11H3zM3 13l4-3.6 3.4 3 2.4-2 4.2 3.6M12.6 8.2h.01", warning: "M10 3.4 17.4 16.4H2.6zM10 8.2v3.6M10 14.1h.01" };
const Icon = ({ name }) => (
  <svg viewBox="0 0 20 20" width="20" height="20" className="i" aria-hidden="true"><path d={PATHS[name]} /></svg>
);
const two = (n) => String(n).padStart(2, "0");

function Picture({ photo }) {
  if (photo.state === "failed") return <span className="mid"><Icon name="warning" />{photo.reason || "Damaged, replace it"}</span>;
  if (photo.state !== "ready") return <span className="mid"><Icon name="photo" />Making sizes</span>;
  return <img src={photo.url} alt={photo.alt || photo.name} width="480" height="320" loading="lazy" draggable="false" />;
}

function Tile({ photo, at, count, onMove, children }) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: photo.id });
  const style = { transform: CSS.Transform.toString(transform), transition };
  const label = `photo ${at + 1}, ${photo.name}`;
  return (
    <li ref={setNodeRef} style={style} className={isDragging ? "lifted" : undefined}>
      <figure>
        <div className={"photo on-photo" + (photo.state === "failed" ? " failed" : "")}>
          <button type="button" className="handle" ref={setActivatorNodeRef} {...attributes} {...listeners} aria-roledescription="photo that can be moved" aria-label={`Move ${label}`}>
            <Picture photo={photo} />
          </button>
          {photo.hidden ? <span className="tag">Hidden</span> : photo.cover ? <span className="tag">Cover</span> : null}
        </div>
        <figcaption>
          <button type="button" id={`earlier-${photo.id}`} className="btn soft square" aria-label={`Move ${label}, earlier`} disabled={at === 0} onClick={() => onMove(at, at - 1, "earlier")}><Icon name="earlier" /></button>
          <span title={photo.name}><b>{two(at + 1)}</b> {photo.name}</span>
          <button type="button" id={`later-${photo.id}`} className="btn soft square" aria-label={`Move ${label}, later`} disabled={at === count - 1} onClick={() => onMove(at, at + 1, "later")}><Icon name="later" /></button>
        </figcaption>
        {photo.actions && photo.actions.length ? <div className="row tile-acts">{photo.actions.map((act) => <button key={act.id} type="button" className="btn soft" onClick={() => children(act.id, photo.id)}>{act.label}<span className="hide">{act.id === "cover" ? ": " : ", "}{label}</span></button>)}</div> : null}
      </figure>
    </li>
  );
}

const announcements = (list) => {
  const place = (id) => list.findIndex((photo) => photo.id === id) + 1;
  return {
    onDragStart: ({ active }) => `Photo ${place(active.id)} picked up. Arrows move it, Space puts it down, Escape puts it back.`,
    onDragOver: ({ active, over }) => (over ? `Photo ${place(active.id)} is over place ${place(over.id)}` : undefined),
    onDragEnd: ({ active, over }) => (over ? `Photo ${place(active.id)} is now ${place(over.id)}` : "Put back"),
    onDragCancel: () => "Put back",
  };
};

export function Sorter({ photos, onReorder, onAct, label }) {
  const [list, setList] = useState(photos || []);
  const [said, say] = useState("");
  const focus = useRef(null);
  useEffect(() => setList(photos || []), [photos]);
  useEffect(() => {
    if (!focus.current) return;
    const { id, way } = focus.current;
    focus.current = null;
    const wanted = document.getElementById(`${way}-${id}`);
    const other = document.getElementById(`${way === "later" ? "earlier" : "later"}-${id}`);
    (wanted && !wanted.disabled ? wanted : other)?.focus();
  }, [list]);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 200, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const move = (from, to) => {
    if (from === to || to < 0 || to >= list.length) return;
    const order = arrayMove(list, from, to);
    setList(order);
    onReorder && onReorder(order.map((photo) => photo.id));
  };
  const step = (from, to, way) => { focus.current = { id: list[from].id, way }; say(`Photo ${from + 1} is now ${to + 1}`); move(from, to); };
  const at = (id) => list.findIndex((photo) => photo.id === id);
  const end = ({ active, over }) => over && move(at(active.id), at(over.id));
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={end} accessibility={{ announcements: announcements(list), screenReaderInstructions: { draggable: "Press Space to pick up the photo, arrows to move it, Space to put it down." } }}>
      <SortableContext items={list.map((photo) => photo.id)} strategy={rectSortingStrategy}>
        <ol className="sheet re" aria-label={label || "Order of photos"}>
          {list.map((photo, place) => <Tile key={photo.id} photo={photo} at={place} count={list.length} onMove={step}>{(act, id) => onAct && onAct(act, id)}</Tile>)}
        </ol>
      </SortableContext>
      <p className="hide" role="status">{said}</p>
    </DndContext>
  );
}
