"""Pages of this room: campaigns and checklists, phones, pads, the field app."""
