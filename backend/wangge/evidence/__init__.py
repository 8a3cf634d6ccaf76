"""Evidence (证据): photos announced by a record, their bytes stored by content, never altered."""
