// The order of photographs: drag, or Space and arrows, or the two arrow buttons beneath each photo.
// One event per move: onReorder(list of ids). The list is drawn in its new order at once.
import { useEffect, useRef, useState } from "react";
import { closestCenter, DndContext, KeyboardSensor, MouseSensor, TouchSensor, useSensor, useSensors } from "@dnd-kit/core";
import { arrayMove, rectSortingStrategy, SortableContext, sortableKeyboardCoordinates, useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";

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
          {photo.cover ? <span className="tag">Cover</span> : null}
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
