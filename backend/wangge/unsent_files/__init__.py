"""Files of unsent work (未传记录文件): the last way out of a phone that cannot send, encrypted so that only the server reads them."""
