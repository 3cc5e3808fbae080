"""What a handler does besides asking who and showing: verbs and queries, off the event loop."""

from portal_app.off_loop import act, ask, call, leave, stay

__all__ = ["act", "ask", "call", "leave", "stay"]
