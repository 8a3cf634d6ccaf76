"""Evidence packages (证据包): records, photos, seals, receipts and log proofs in one file, which anyone can verify without a server."""
