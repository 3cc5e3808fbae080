// The parts that only a browser can play: a dialog, passing notes, the light table for photographs, the share sheet of a
// phone, and two small guards.
import { useEffect, useRef, useState } from "react";

const PATHS = {
  close: "M5 5l10 10M15 5 5 15",
  earlier: "M12 4.5 6.5 10l5.5 5.5",
  later: "M8 4.5l5.5 5.5L8 15.5",
  download: "M10 3.5v9M6.2 9.2 10 13l3.8-3.8M4 16.5h12",
  share: "M10 12.5v-9M6.2 6.8 10 3l3.8 3.8M5 9.5v7h10v-7",
  warning: "M10 3.4 17.4 16.4H2.6zM10 8.2v3.6M10 14.1h.01",
};

function Icon({ name }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" className="i" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

// A form the browser posts itself, once: a second click before the answer would only take the first one's cookie away.
export function PostedForm({ children, ...rest }) {
  const sent = useRef(null);
  const release = () => { sent.current?.removeAttribute("aria-busy"); sent.current = null; };
  useEffect(() => {
    addEventListener("pageshow", release);
    return () => removeEventListener("pageshow", release);
  }, []);
  const once = (e) => {
    if (sent.current) return e.preventDefault();
    sent.current = e.nativeEvent.submitter || e.target;
    sent.current.setAttribute("aria-busy", "true");
    setTimeout(release, 8000);
  };
  return <form {...rest} onSubmit={once}>{children}</form>;
}

// An address to hand on: the clipboard, and the device's own share sheet where there is one. Without a clipboard (a plain
// http address) the selected text is copied the old way.
export function HandOn({ url, label }) {
  const box = useRef(null);
  const [said, setSaid] = useState("");
  const [shares, setShares] = useState(false);
  useEffect(() => setShares(!!navigator.share), []);
  const copy = async () => {
    box.current.select();
    try { await navigator.clipboard.writeText(url); } catch { document.execCommand("copy"); }
    setSaid("Copied.");
    setTimeout(() => setSaid(""), 6000);
  };
  const share = () => navigator.share({ url, title: label }).catch(() => {});
  const named = <span className="hide"> the link {label}</span>;
  return (
    <div className="hand-on">
      <input ref={box} className="in" readOnly value={url} aria-label={`Address of the link ${label}`} onFocus={(e) => e.target.select()} />
      <button type="button" className="btn" onClick={copy}>Copy{named}</button>
      {shares ? <button type="button" className="btn" onClick={share}>Share{named}</button> : null}
      <span role="status" className="small quiet">{said}</span>
    </div>
  );
}

// A native dialog: focus moves in, Tab stays, Escape and a press on the veil dismiss it, focus returns.
export function Modal({ open, onDismiss, label, children, ...rest }) {
  const ref = useRef(null);
  useEffect(() => {
    const dialog = ref.current;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  const press = (e) => e.target === ref.current && ref.current.close();
  return (
    <dialog ref={ref} aria-label={label} {...rest} onClose={() => open && onDismiss && onDismiss()} onClick={press}>
      {open ? children : null}
    </dialog>
  );
}

// Passing notes. Good news leaves after eight seconds, unless somebody points at it; bad news stays until closed.
function Toast({ item, onDone }) {
  const [held, setHeld] = useState(false);
  const bad = item.kind === "bad";
  useEffect(() => {
    if (held || bad) return undefined;
    const timer = setTimeout(() => onDone(item.id), 8000);
    return () => clearTimeout(timer);
  }, [held, bad, item.id]);
  const hold = { onMouseEnter: () => setHeld(true), onMouseLeave: () => setHeld(false), onFocus: () => setHeld(true), onBlur: () => setHeld(false) };
  return (
    <div className={"toast" + (bad ? " bad" : "")} {...hold}>
      {bad ? <Icon name="warning" /> : null}
      <p>{item.text}</p>
      <button type="button" onClick={() => onDone(item.id)}>Close</button>
    </div>
  );
}

export function Toasts({ items, onDone }) {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {(items || []).map((item) => <Toast key={item.id} item={item} onDone={onDone} />)}
    </div>
  );
}

// The light table. Wraps a sheet of photographs: a press on anything with data-shot="3" shows the third one.
// shots: [{ url, alt, name, download, file, locked }]; `file` is what a download is called. Nothing goes to the server for looking.
export function Gallery({ shots, children, onPay, payLabel, payOff, ...rest }) {
  const [at, setAt] = useState(-1);
  const list = shots || [];
  const box = useRef(null);
  const open = (e) => {
    const tile = e.target.closest("[data-shot]");
    if (!tile || e.metaKey || e.ctrlKey || e.shiftKey) return;
    e.preventDefault();
    setAt(Number(tile.dataset.shot));
  };
  const close = () => {
    const tile = box.current.querySelector(`[data-shot="${at}"]`);
    setAt(-1);
    if (tile) setTimeout(() => tile.focus(), 0);
  };
  return (
    <div ref={box} onClick={open} {...rest}>
      {children}
      {at >= 0 && list[at] ? <LightTable list={list} at={at} go={setAt} onClose={close} onPay={onPay} payLabel={payLabel} payOff={payOff} /> : null}
    </div>
  );
}

function LightTable({ list, at, go, onClose, onPay, payLabel, payOff }) {
  const ref = useRef(null);
  const start = useRef(null);
  const shot = list[at];
  const move = (by) => list[at + by] && go(at + by);
  useEffect(() => {
    ref.current.showModal();
    ref.current.querySelector("[data-close]").focus();
  }, []);
  useEffect(() => {
    [list[at + 1], list[at - 1]].forEach((near) => near && (new Image().src = near.url));
  }, [at]);
  const key = (e) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (step) move(step);
    if (e.key === "Home") go(0);
    if (e.key === "End") go(list.length - 1);
  };
  const down = (e) => e.isPrimary && (start.current = [e.clientX, e.clientY]);
  const up = (e) => {
    const [x, y] = start.current || [e.clientX, e.clientY];
    start.current = null;
    const far = e.clientX - x;
    if (Math.abs(far) > 40 && Math.abs(far) > Math.abs(e.clientY - y)) move(far < 0 ? 1 : -1);
  };
  return (
    <dialog ref={ref} className="table-light" aria-label="Photographs" onClose={onClose} onKeyDown={key} onClick={(e) => e.stopPropagation()}>
      <div className="strip">
        <span className="small num" aria-live="polite">{at + 1} of {list.length}</span>
        <span className="row gap-1">
          {shot.locked && onPay && payLabel ? <button type="button" className="btn main-act" disabled={payOff} onClick={() => { ref.current.close(); onPay(); }}>{payLabel}</button> : null}
          {shot.download && shot.file && isShared() ? <ShareOne shot={shot} /> : null}
          {shot.download ? <a className="round" href={shot.download} download aria-label={"Download " + (shot.name || "this photo")}><Icon name="download" /></a> : null}
          <button type="button" className="round" aria-label="Close" data-close onClick={() => ref.current.close()}><Icon name="close" /></button>
        </span>
      </div>
      <div className="pane" onPointerDown={down} onPointerUp={up}>
        <img key={shot.url} src={shot.url} alt={shot.alt || "Photo " + (at + 1)} draggable="false" />
      </div>
      <div className="strip">
        <button type="button" className="round" aria-label="Previous photo" disabled={at === 0} onClick={() => move(-1)}><Icon name="earlier" /></button>
        <span className="cap">{shot.name}</span>
        <button type="button" className="round" aria-label="Next photo" disabled={at === list.length - 1} onClick={() => move(1)}><Icon name="later" /></button>
      </div>
    </dialog>
  );
}

// Photographs for the share sheet of a phone, where they are saved among its own or sent on. files: [{ url, name }].
// They are fetched first; a phone that has waited too long wants another press before it shows its sheet.
const isShared = () => {
  try { return navigator.maxTouchPoints > 0 && navigator.canShare({ files: [new File(["x"], "x.jpg", { type: "image/jpeg" })] }); } catch { return false; }
};

function useSharing(files) {
  const [step, setStep] = useState({ is: "" });
  const had = useRef({ key: "" });
  const key = files.map((file) => file.url).join(" ");
  useEffect(() => {
    setStep({ is: "" });
    had.current = { key, stop: new AbortController() };
    return () => had.current.stop.abort();
  }, [key]);
  const fetched = async ({ url, name }, stop) => {
    const answer = await fetch(url, { signal: stop.signal });
    if (!answer.ok) throw new Error(answer.status);
    const content = await answer.blob();
    return new File([content], name, { type: content.type });
  };
  const show = async () => {
    const mine = had.current;
    try {
      const all = mine.all || [];
      for (let at = all.length; at < files.length; at++) {
        setStep({ is: "fetching", at });
        all.push(await fetched(files[at], mine.stop));
        mine.all = all;
      }
      setStep({ is: "" });
      await navigator.share({ files: all });
    } catch (problem) {
      if (mine.stop.signal.aborted) return;
      const ready = mine.all && mine.all.length === files.length;
      setStep({ is: !ready ? "failed" : problem.name === "NotAllowedError" ? "ready" : "" });
    }
  };
  return [step, show];
}

// The chosen photographs: on a phone its share sheet first and the ZIP second, elsewhere the ZIP. Too many for a phone: the ZIP.
export function TakePhotos({ files, zip, most }) {
  const list = files || [];
  const [can, setCan] = useState(false);
  useEffect(() => setCan(isShared()), []);
  const [step, show] = useSharing(list);
  const shares = can && list.length <= most;
  const said = { "": `Save or share ${list.length}`, fetching: `Fetching ${step.at + 1} of ${list.length}`, ready: `Share ${list.length} now`, failed: "Try again" }[step.is];
  return (
    <>
      <a className={shares ? "btn" : "btn main-act"} href={zip} download><Icon name="download" />{shares ? "ZIP" : `Download ${list.length}`}</a>
      {shares ? <button type="button" className="btn main-act" aria-busy={step.is === "fetching"} disabled={step.is === "fetching"} onClick={show}><Icon name="share" />{said}</button> : null}
      {shares ? <span role="status" className={step.is === "failed" ? "small" : "hide"}>{{ failed: "A photo did not arrive. What came is kept.", ready: "The photos are here." }[step.is] || ""}</span> : null}
    </>
  );
}

function ShareOne({ shot }) {
  const [step, show] = useSharing([{ url: shot.download, name: shot.file }]);
  const said = { "": "Save or share ", fetching: "Fetching ", ready: "Share now: ", failed: "Try again: " }[step.is];
  return <button type="button" className="round" aria-busy={step.is === "fetching"} disabled={step.is === "fetching"} aria-label={said + (shot.name || "this photo")} onClick={show}><Icon name="share" /></button>;
}

// How long a time is kept, in words that change each second. Read aloud at five minutes and at one, and when it is over.
export function Countdown({ seconds, before, over, onOver, ...rest }) {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const end = performance.now() + seconds * 1000;
    const tick = () => {
      const now = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      setLeft(now);
      if (now > 0) return;
      clearInterval(timer);
      onOver && onOver();
    };
    const timer = setInterval(tick, 1000);
    setLeft(seconds);
    return () => clearInterval(timer);
  }, [seconds]);
  const words = left >= 60 ? `${Math.floor(left / 60)} min ${left % 60} s` : `${left} s`;
  const mark = left <= 60 ? 60 : left <= 300 ? 300 : 0; // said as it is passed, not by a page that opens later
  const said = left === 0 ? over : mark && seconds > mark ? `${before} ${mark === 60 ? "1 minute" : "5 minutes"}` : "";
  return (
    <p {...rest}>
      <span aria-hidden={left > 0 ? undefined : "true"}>{left > 0 ? <>{before} <b className="num">{words}</b></> : over}</span>
      <span className="hide" role="status">{said}</span>
    </p>
  );
}

// The framework's own focus finds only ids that stand in the page's text; this one finds rows that came from State.
export function FocusOn({ target, turn }) {
  useEffect(() => { if (turn) document.getElementById(target)?.focus(); }, [turn]);
  return null;
}

// The browser asks before the tab goes while something typed is not saved yet.
export function LeaveGuard({ active }) {
  useEffect(() => {
    if (!active) return undefined;
    const ask = (e) => { e.preventDefault(); e.returnValue = ""; };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [active]);
  return null;
}

// When another step opens, its heading comes into view and takes the focus; what is marked as wrong goes first.
export function StepFocus({ at, marked }) {
  const was = useRef("");
  useEffect(() => {
    const head = document.getElementById("step-" + at);
    const wrong = marked && document.getElementById(marked);
    if (wrong) wrong.focus();
    else if (head && was.current && was.current !== at) {
      head.focus({ preventScroll: true });
      head.scrollIntoView({ block: "start" });
    }
    was.current = at;
  }, [at, marked]);
  return null;
}
