"""Rewrites what BPMN means but the library does not do into an equivalent it does; the drawing stays as it is."""
