"""The record log (存证日志): every operation and file that arrived, as leaves of an append-only Merkle tree with signed daily roots."""
