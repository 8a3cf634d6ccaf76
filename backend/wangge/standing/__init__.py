"""How an employer stands (监管状况): its grade, the key list, its signals, and what follows from them, in one answer."""
