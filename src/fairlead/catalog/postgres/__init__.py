"""PostgreSQL as the engine. It imports the driver, so nothing imports it before a server's catalog is opened."""
