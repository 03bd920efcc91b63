"""One request over one connection: sockets, HTTP/1.1, connection pool, TLS, proxies, decompression, request and response."""
